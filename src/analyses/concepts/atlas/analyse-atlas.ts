import { UsageError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import type { StudyPlace } from '../../../study/store.ts';
import { analyseOnce } from '../../common/analyse-once.ts';
import { readImages } from '../../common/read-images.ts';
import { workArea } from '../../common/work-area.ts';
import { type ConceptsResult, PICTURE_MEMORY } from '../analyse-concepts.ts';
import { hashConceptInputs } from '../inputs-hash.ts';
import { requireCoverable } from '../one-class/covering/require-coverable.ts';
import { plainOptions } from '../option-table.ts';
import type { ConceptImageInput, ConceptModelInput, ConceptsOptions, ConceptsPlatform } from '../options.ts';
import { prepareClasses } from '../prepare-classes.ts';
import { openSources } from '../sources/open-sources.ts';
import { atlasJobs } from './atlas-jobs.ts';
import { writeAtlas } from './write-atlas.ts';

/** Options that say something of two models alone. */
export const PAIR_OPTIONS = ['blend', 'shuffles', 'randomNetwork', 'layerMap', 'sweep', 'shortlist'] as const;

/**
 * The concepts of three or more models: class by class, every model's concepts are predicted from every model's activations
 * of the same patches (RSVC, Kondapaneni et al. 2025), and those that are one ({@link agreeingConcepts}) are merged into an
 * atlas, which says of each concept which models have it, for which classes, and how much it matters. Written to the section
 * `atlas` of a study. Goes on where it was interrupted.
 *
 * @param inputs Three or more models that run, or as many files of activations of the same patches.
 * @param given All images; where the inputs are files, the pictures that their rows are of, found by id, or none.
 * @throws UsageError for fewer models, or an option that is about two; else as `analyseConcepts`.
 */
export async function analyseConceptAtlas(
  inputs: readonly ConceptModelInput[],
  given: readonly ConceptImageInput[],
  options: ConceptsOptions,
  place: StudyPlace,
  platform: ConceptsPlatform = {},
  task: LongTask = {},
): Promise<ConceptsResult> {
  requireMany(inputs, options);
  const { pictureMemory = PICTURE_MEMORY, command: _c, studyName: _s, ...determining } = options;
  const plain = plainOptions(determining);
  const { images, ids } = await readImages(given, task);
  const inputsHash = await hashConceptInputs(inputs, images, ids, plain, 'atlas');
  return analyseOnce(place, 'atlas', { hash: inputsHash, images: ids }, async (store) => {
    const work = workArea(store, 'atlas', inputsHash);
    const opened = await openSources(inputs, images, ids, { ...plain, pictureMemory }, platform);
    try {
      requireCoverable(opened, plain);
      const prepared = await prepareClasses(opened, inputs, plain, work, task);
      const measured = await atlasJobs({ opened, prepared, options: plain, work }, task);
      const manifest = await writeAtlas(
        store,
        { inputsHash, opened, prepared, measured, options: plain, asked: options, encode: platform.encode },
        task,
      );
      await work.clear();
      return manifest;
    } finally {
      await opened.close();
    }
  });
}

function requireMany(inputs: readonly ConceptModelInput[], options: ConceptsOptions): void {
  if (inputs.length < 3)
    throw new UsageError(`An atlas of concepts is of three models or more; found ${inputs.length}.`, {
      hint: 'Two models are compared by analyseConcepts.',
    });
  const of = PAIR_OPTIONS.find((name) => options[name] !== undefined);
  if (of) throw new UsageError(`${of} is about two models; ${inputs.length} are compared.`);
  const random = inputs.find(({ randomNetwork }) => randomNetwork);
  if (random)
    throw new UsageError(
      `${random.source.name}: activations of a network with random weights are compared with two models alone; ${inputs.length} are given.`,
    );
  const second = inputs.find(({ layers }) => layers && layers.length > 1);
  if (second)
    throw new UsageError(
      `${second.source.name}: an atlas is of one layer of each model; ${second.layers!.length} were named (${second.layers!.join(', ')}).`,
    );
}
