import { UsageError } from '../../../base/errors.ts';
import { sha256Words } from '../../../base/sha256.ts';
import { coveringEffect, patchesOfConcept } from '../../../measures/concepts/importance/covering.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { PlainOptions } from '../option-table.ts';
import { probabilitiesOf } from '../sources/answers.ts';
import type { ConceptSource, ConceptTask } from '../sources/concept-source.ts';
import type { OpenedSources } from '../sources/open-sources.ts';
import type { ClassRecord, MeasuredConcept } from './class-record.ts';
import { type Covered, coveredPatches, coveredPictures, DRAWS, randomPatches } from './covered-pictures.ts';

/** What covering needs of a class beside its record. */
export interface CoverInput extends Covered {
  sources: readonly [ConceptSource, ConceptSource];
  /** Column of the class in each model's logits, for each evaluation image; null where a model is no classifier. */
  targets: readonly [readonly number[] | null, readonly number[] | null];
}

/**
 * Covering takes models that run and patches with a place in a picture.
 *
 * @throws UsageError where it was asked for and cannot be, or only the number of patches was given.
 */
export function requireCoverable(
  { sources, sampler }: Pick<OpenedSources, 'sources' | 'sampler'>,
  options: PlainOptions,
): void {
  const { occlude, occludePatches } = options;
  if (occlude === null) {
    if (occludePatches === null) return;
    throw new UsageError('--occlude-patches says how many patches --occlude covers, which was not given.', {
      hint: '--occlude mean, or --occlude blur.',
    });
  }
  const still = sources.find((source) => !source.look);
  if (still)
    throw new UsageError(`--occlude looks at covered pictures; ${still.file} holds activations and cannot look.`, {
      hint: 'Give the models themselves (ONNX).',
    });
  const mute = sources.find(({ classes }) => !classes);
  if (mute)
    throw new UsageError(`--occlude compares probabilities of classes; ${mute.file} gives none.`, {
      hint: 'Name the output with class scores with --logits, where there is one.',
    });
  if (sampler.perImage < 2)
    throw new UsageError('--occlude covers some patches of an image; with --sampler image there is one alone.');
  if (occludePatches !== null && occludePatches >= sampler.perImage)
    throw new UsageError(
      `--occlude-patches must be below the ${sampler.perImage} patches of an image; found ${occludePatches}.`,
    );
}

/**
 * Whether a class's concepts cause its answer: covers their strongest patches in the evaluation images that show them, and as
 * many random ones, and compares how far each model's probability of the class falls. Writes `covered` to the record.
 */
export async function coverClass(record: ClassRecord, input: CoverInput, task: ConceptTask): Promise<void> {
  const { sampler, ids, targets, options } = input;
  const count = coveredPatches(sampler, options);
  const concepts = record.models.flatMap((owner, m) =>
    (owner?.concepts ?? []).map((entry) => ({
      m: m as 0 | 1,
      entry,
      shown: new Map(
        patchesOfConcept(record.arrays[`coefficients-${m}`]!, entry.index, { perImage: sampler.perImage, count }).map(
          ({ image, patches }) => [image, patches],
        ),
      ),
      /** By model: falls of the probability, one an image. */
      falls: [0, 1].map(() => ({ concept: [] as number[], random: [] as number[] })),
    })),
  );
  if (targets[0] && targets[1])
    for (let image = 0; image < ids.length; image++) {
      task.signal?.throwIfAborted();
      const here = concepts.filter(({ shown }) => shown.has(image));
      if (here.length === 0) continue;
      const covers = here.map(({ shown }) => shown.get(image)!);
      const pictures = await coveredPictures(image, [...randomPatches(image, count, input), ...covers], input);
      for (const m of [0, 1] as const) {
        const [whole, ...covered] = await probabilities(input.sources[m], pictures, targets[m]![image]!, task);
        const falls = covered.map((probability) => whole! - probability);
        const random = falls.slice(0, DRAWS).reduce((sum, fall) => sum + fall, 0) / DRAWS;
        for (const [i, { falls: of }] of here.entries()) {
          of[m]!.concept.push(falls[DRAWS + i]!);
          of[m]!.random.push(random);
        }
      }
    }
  const { resamples, level } = options;
  const settings = { resamples, level, seed: sha256Words(input.seed)[0] };
  for (const { m, entry, falls } of concepts) {
    const models = falls.map(({ concept, random }) => coveringEffect(concept, random, settings));
    const [own, other] = [falls[m]!, falls[1 - m]!];
    const beyond = ({ concept, random }: typeof own) => concept.map((fall, i) => fall - random[i]!);
    const difference = coveringEffect(beyond(own), beyond(other), settings);
    entry.covered =
      models[0] && models[1] && difference
        ? {
            images: own.concept.length,
            patches: count,
            models: models as NonNullable<MeasuredConcept['covered']>['models'],
            difference: difference.effect,
          }
        : null;
  }
}

async function probabilities(
  source: ConceptSource,
  pictures: readonly RgbImage[],
  target: number,
  task: ConceptTask,
): Promise<number[]> {
  const logits: Matrix = (await source.look!(pictures, task)).logits!;
  const { data, cols } = probabilitiesOf(logits, source.answers!);
  return pictures.map((_, i) => data[i * cols + target]!);
}
