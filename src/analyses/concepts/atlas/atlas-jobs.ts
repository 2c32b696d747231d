import type { LongTask } from '../../../base/progress.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import type { WorkArea } from '../../common/work-area.ts';
import { classModel } from '../one-class/class-model.ts';
import { readRecord, saidOf, storeRecord, unmeasured } from '../one-class/class-work.ts';
import { canCover } from '../one-class/covered-pictures.ts';
import { coveringImportance } from '../one-class/covering-importance.ts';
import type { PlainOptions } from '../option-table.ts';
import type { PreparedClasses } from '../prepare-classes.ts';
import type { ConceptSource, ConceptTask } from '../sources/concept-source.ts';
import type { ClassGroup } from '../sources/image-groups.ts';
import type { OpenedSources } from '../sources/open-sources.ts';
import { type AtlasClassInput, type AtlasClassRecord, measureAtlasClass } from './atlas-class.ts';

/** What all classes of an atlas have in common. */
export interface AtlasJobs {
  opened: OpenedSources<readonly ConceptSource[]>;
  prepared: PreparedClasses;
  options: PlainOptions;
  work: WorkArea;
}

/** Measures class after class; those that the work area has are read instead. */
export async function atlasJobs(jobs: AtlasJobs, task: LongTask): Promise<AtlasClassRecord[]> {
  const { opened, work } = jobs;
  const { groups } = jobs.prepared.groups;
  const waiting = await unmeasured(groups, work);
  const { perImage } = opened.sampler;
  const rowsOf = ({ fit, evaluation, importance }: ClassGroup): number =>
    ((fit.length + evaluation.length) * perImage + importance.length) * opened.sources.length;
  const total = [...waiting].reduce((sum, group) => sum + rowsOf(group), 0);
  let done = 0;
  const onRows = (count: number): void => {
    done += count;
    task.onProgress?.({ task: `${groups.length} classes`, done: Math.min(done, total), total, unit: 'rows' });
  };
  const records: AtlasClassRecord[] = [];
  for (const group of groups) {
    task.signal?.throwIfAborted();
    if (waiting.has(group)) {
      const input = await classInput(group, jobs, { onRows, ...(task.signal && { signal: task.signal }) });
      const record = saidOf(group.name, () => measureAtlasClass(input));
      await coverHeadless(record, input, group, jobs, task.signal ? { signal: task.signal } : {});
      await storeRecord(group, record, work);
    }
    // Read back even what was just measured, so that a run gives the same bytes whether it was interrupted or not.
    records.push(await readRecord<AtlasClassRecord>(group, work));
  }
  return records;
}

async function classInput(
  group: ClassGroup,
  { opened, prepared, options }: AtlasJobs,
  task: ConceptTask,
): Promise<AtlasClassInput> {
  const { sources, sampler } = opened;
  const { labels, columns, factorisations } = prepared;
  const fit: Matrix32[] = [];
  const evaluation: Matrix32[] = [];
  const wholes: AtlasClassInput['wholes'] = [];
  for (const source of sources) {
    const last = [source.layers.length - 1];
    fit.push((await source.activations(group.fit, last, task))[0]!);
    evaluation.push((await source.activations(group.evaluation, last, task))[0]!);
    wholes.push(await source.wholes(group.importance, task));
  }
  const place = new Map(group.fit.map((index, i) => [index, i]));
  return {
    fit,
    evaluation,
    wholes,
    perImage: sampler.perImage,
    extraction: group.extraction.map((images) => images.map((index) => place.get(index)!)),
    models: sources.map((source, m) =>
      classModel({
        source,
        method: factorisations[m]!,
        group,
        targets: columns[m] ? (images) => targetsOf(m, group, images, { labels, columns }) : null,
        labels: null,
      }),
    ),
    seed: `${options.seed}/${group.id}`,
    options,
    ...(task.signal && { signal: task.signal }),
  };
}

/** Importance by covering of the models whose concepts have none by a head. */
async function coverHeadless(
  record: AtlasClassRecord,
  { models }: AtlasClassInput,
  group: ClassGroup,
  { opened, prepared, options }: AtlasJobs,
  task: ConceptTask,
): Promise<void> {
  const { sources, sampler, crop } = opened;
  const { labels, columns, grouped } = prepared;
  const idOf = new Map(grouped.map(({ index, id }) => [index, id]));
  for (const [m, source] of sources.entries()) {
    const owner = record.models[m];
    if (!owner || models[m]!.head || !canCover(source, sampler)) continue;
    const found = await coveringImportance(
      record.arrays[`coefficients-${m}`]!,
      source,
      columns[m] ? targetsOf(m, group, group.evaluation, { labels, columns }) : null,
      {
        sampler,
        crop: async (image) => (await crop!(group.evaluation[image]!))!,
        ids: group.evaluation.map((index) => idOf.get(index)!),
        seed: `${options.seed}/${group.id}`,
        options,
      },
      task,
    );
    owner.concepts.forEach((concept, j) => {
      concept.importance = found[j]!;
    });
  }
}

/** Column of the class that a model is asked about of each image: the group's, else the one it predicts. */
function targetsOf(
  m: number,
  { index: of }: ClassGroup,
  images: readonly number[],
  { labels, columns }: Pick<PreparedClasses, 'labels' | 'columns'>,
): number[] {
  return images.map((index) => (of === null ? columns[m]!.get(index)! : labels!.columns[m]![of]!));
}
