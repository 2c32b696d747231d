import type { LongTask } from '../../../base/progress.ts';
import type { FactorisationMethod } from '../../../measures/concepts/factor/factorise.ts';
import type { WorkArea } from '../../common/work-area.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ActivationSource, ConceptSource } from '../sources/concept-source.ts';
import type { ClassGroup, GroupedImage } from '../sources/image-groups.ts';
import type { OpenedSources } from '../sources/open-sources.ts';
import type { SamplerEntry } from '../sources/sampler-entry.ts';
import type { SharedLabels } from '../sources/shared-labels.ts';
import type { ClassModel } from './class-input.ts';
import { classModel, targetsOf } from './class-model.ts';
import type { ClassRecord } from './class-record.ts';
import { readRecord, saidOf, storeRecord, unmeasured } from './class-work.ts';
import { collectClass, rowsOfClass } from './collect-class.ts';
import { coverClass } from './covering/cover-class.ts';
import { coverHeadless } from './covering/cover-headless.ts';
import type { Covered } from './covering/covered-pictures.ts';
import { measureClass } from './measure-class.ts';

/** What all classes have in common. */
interface ClassJobs {
  groups: readonly ClassGroup[];
  grouped: readonly GroupedImage[];
  /** Column of each model's logits that an image scores highest in, by its place in the list of all images. */
  columns: readonly [ReadonlyMap<number, number> | null, ReadonlyMap<number, number> | null];
  sources: readonly [ConceptSource, ConceptSource];
  sampler: SamplerEntry;
  crop: OpenedSources['crop'];
  labels: SharedLabels | null;
  factorisations: readonly [FactorisationMethod, FactorisationMethod];
  options: PlainOptions;
  work: WorkArea;
}

/** Measures class after class; those that the work area has are read instead. */
export async function classJobs(jobs: ClassJobs, task: LongTask): Promise<ClassRecord[]> {
  const { groups, sources, options, work, sampler } = jobs;
  const waiting = await unmeasured(groups, work);
  const twins =
    options.randomNetwork && waiting.size > 0
      ? await Promise.all(sources.map((source, m) => source.randomTwin(options.seed + m)))
      : [null, null];
  const total = [...waiting].reduce((sum, group) => sum + rowsOfClass(group, sampler.perImage, twins), 0);
  let done = 0;
  const onRows = (count: number): void => {
    done += count;
    task.onProgress?.({ task: `${groups.length} classes`, done: Math.min(done, total), total, unit: 'rows' });
  };
  try {
    const records: ClassRecord[] = [];
    for (const group of groups) {
      task.signal?.throwIfAborted();
      if (waiting.has(group))
        await measure(group, jobs, twins as [ActivationSource | null, ActivationSource | null], onRows, task);
      // Read back even what was just measured, so that a run gives the same bytes whether it was interrupted or not.
      records.push(await readRecord<ClassRecord>(group, work));
    }
    return records;
  } finally {
    for (const twin of twins) await twin?.close();
  }
}

async function measure(
  group: ClassGroup,
  { grouped, columns, sources, sampler, crop, labels, factorisations, options, work }: ClassJobs,
  twins: readonly [ActivationSource | null, ActivationSource | null],
  onRows: (count: number) => void,
  { signal, onProgress }: LongTask,
): Promise<void> {
  const withLayers = sources.some((source) => source.layers.length > 1);
  const activations = await collectClass(group, sources, twins, withLayers, { onRows, ...(signal && { signal }) });
  const byIndex = new Map(grouped.map((image) => [image.index, image]));
  const targets = (m: 0 | 1, images: readonly number[]) => targetsOf(m, group, images, { labels, columns });
  const labelColumns = (m: 0 | 1): (number | null)[] =>
    group.evaluation.map((index) => {
      const { label } = byIndex.get(index)!;
      return label < 0 ? null : (labels?.columns[m]?.[label] ?? null);
    });
  const place = new Map(group.fit.map((index, i) => [index, i]));
  const models = ([0, 1] as const).map((m) =>
    classModel({
      source: sources[m],
      method: factorisations[m],
      group,
      targets: columns[m] && ((images) => targets(m, images)),
      labels: labels?.columns[m] ? labelColumns(m) : null,
    }),
  ) as [ClassModel, ClassModel];
  const record = saidOf(group.name, () =>
    measureClass({
      activations,
      perImage: sampler.perImage,
      extraction: group.extraction.map((images) => images.map((index) => place.get(index)!)) as [number[], number[]],
      models,
      seed: `${options.seed}/${group.id}`,
      options,
      ...(signal && { signal }),
    }),
  );
  const covered: Covered = {
    name: group.name,
    sampler,
    crop: async (image) => (await crop!(group.evaluation[image]!))!,
    ids: group.evaluation.map((index) => byIndex.get(index)!.id),
    seed: `${options.seed}/${group.id}`,
    options,
  };
  const [first, second] = [columns[0] && targets(0, group.evaluation), columns[1] && targets(1, group.evaluation)];
  const task = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  await coverHeadless(
    record,
    sources.map((source, m) => ({ source, hasHead: models[m]!.head !== null, targets: [first, second][m]! })),
    covered,
    task,
  );
  // Answers are compared where both models give some.
  if (options.occlude && first && second)
    await coverClass(record, { ...covered, sources, targets: [first, second] }, task);
  await storeRecord(group, record, work);
}
