import type { LongTask } from '../../../base/progress.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import type { WorkArea } from '../../common/work-area.ts';
import { classModel, targetsOf } from '../one-class/class-model.ts';
import { readRecord, saidOf, storeRecord, unmeasured } from '../one-class/class-work.ts';
import { coverHeadless } from '../one-class/covering/cover-headless.ts';
import type { Covered } from '../one-class/covering/covered-pictures.ts';
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
      const { columns } = jobs.prepared;
      await coverHeadless(
        record,
        opened.sources.map((source, m) => ({
          source,
          hasHead: input.models[m]!.head !== null,
          targets: columns[m] ? targetsOf(m, group, group.evaluation, jobs.prepared) : null,
        })),
        coveredOf(group, jobs),
        task,
      );
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
  const { columns, factorisations } = prepared;
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
        targets: columns[m] ? (images) => targetsOf(m, group, images, prepared) : null,
        labels: null,
      }),
    ),
    seed: `${options.seed}/${group.id}`,
    options,
    ...(task.signal && { signal: task.signal }),
  };
}

/** The evaluation images of a class, to be covered. */
function coveredOf({ name, id, evaluation }: ClassGroup, { opened, prepared, options }: AtlasJobs): Covered {
  const { sampler, crop } = opened;
  const idOf = new Map(prepared.grouped.map(({ index, id: content }) => [index, content]));
  return {
    name,
    sampler,
    crop: async (image) => (await crop!(evaluation[image]!))!,
    ids: evaluation.map((index) => idOf.get(index)!),
    seed: `${options.seed}/${id}`,
    options,
  };
}
