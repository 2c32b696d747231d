import type { LongTask } from '../../base/progress.ts';
import type { FactorisationMethod } from '../../measures/concepts/factor/factorise.ts';
import type { StudyPlace } from '../../study/store.ts';
import { type AnalysedOnce, analyseOnce } from '../common/analyse-once.ts';
import { readImages } from '../common/read-images.ts';
import { workArea } from '../common/work-area.ts';
import { hashConceptInputs } from './inputs-hash.ts';
import { classJobs } from './one-class/class-jobs.ts';
import { requireCoverable } from './one-class/covering/require-coverable.ts';
import { plainOptions } from './option-table.ts';
import type { ConceptImageInput, ConceptModelInput, ConceptsOptions, ConceptsPlatform } from './options.ts';
import { type PreparedClasses, prepareClasses } from './prepare-classes.ts';
import { openSources } from './sources/open-sources.ts';
import { writeConceptsStudy } from './study/write-study.ts';

/** What `analyseConcepts` gives back: the manifest of the study and whether it was already there. */
export type ConceptsResult = AnalysedOnce;

/** Bytes of decoded pictures that are kept, by default. */
export const PICTURE_MEMORY = 512 * 2 ** 20;

type ColumnOf = PreparedClasses['columns'][number];

/**
 * The concepts instrument (RSVC, Kondapaneni et al. 2025): which visual concepts one network uses for a class and the
 * other does not represent, and whether they matter to its decision; class by class, in both directions, written to a
 * study. Runs in Node and in browsers. Images that cannot be read are left out and reported by name. Finished classes are
 * kept beside the study while the work goes on, so that an interrupted analysis continues with the next class and ends
 * with the same bytes.
 *
 * @param inputs Two models that run, or two files of activations of the same patches.
 * @param given All images; where both inputs are files, the pictures that their rows are of, found by id, or none.
 * @throws MissingRuntimeError where a model must run and nothing runs it; UnsupportedError and FormatError on files;
 *   IncomparableError when label sets or images differ, or no class can be compared; UsageError on options; the signal's
 *   reason when aborted.
 */
export async function analyseConcepts(
  inputs: readonly [ConceptModelInput, ConceptModelInput],
  given: readonly ConceptImageInput[],
  options: ConceptsOptions,
  place: StudyPlace,
  platform: ConceptsPlatform = {},
  task: LongTask = {},
): Promise<ConceptsResult> {
  const { pictureMemory = PICTURE_MEMORY, command: _c, studyName: _s, ...determining } = options;
  const plain = plainOptions(determining);
  const { images, ids } = await readImages(given, task);
  const inputsHash = await hashConceptInputs(inputs, images, ids, plain);
  return analyseOnce(place, 'concepts', { hash: inputsHash, images: ids }, async (store) => {
    const work = workArea(store, 'concepts', inputsHash);
    const opened = await openSources(inputs, images, ids, { ...plain, pictureMemory }, platform);
    try {
      const { sources } = opened;
      requireCoverable(opened, plain);
      const prepared = await prepareClasses(opened, inputs, plain, work, task);
      const { labels, grouped, groups } = prepared;
      const factorisations = prepared.factorisations as [FactorisationMethod, FactorisationMethod];
      const measured = await classJobs(
        {
          groups: groups.groups,
          grouped,
          columns: prepared.columns as [ColumnOf, ColumnOf],
          sources,
          sampler: opened.sampler,
          crop: opened.crop,
          labels,
          factorisations,
          options: plain,
          work,
        },
        task,
      );
      const manifest = await writeConceptsStudy(
        store,
        {
          inputsHash,
          opened,
          labels,
          grouped,
          classes: prepared.classes,
          groups,
          skipped: prepared.skipped,
          measured,
          factorisations,
          options: plain,
          asked: options,
          encode: platform.encode,
        },
        task,
      );
      await work.clear();
      return manifest;
    } finally {
      await opened.close();
    }
  });
}
