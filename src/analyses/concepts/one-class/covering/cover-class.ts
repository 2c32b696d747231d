import type { LongTask } from '../../../../base/progress.ts';
import { coveringEffect, patchesOfConcept } from '../../../../measures/concepts/importance/covering.ts';
import type { Matrix } from '../../../../tensor/matrix.ts';
import type { RgbImage } from '../../../../tensor/rgb-image.ts';
import { probabilitiesOf } from '../../sources/answers.ts';
import type { ConceptSource, ConceptTask } from '../../sources/concept-source.ts';
import type { ClassRecord, MeasuredConcept } from '../class-record.ts';
import {
  type Covered,
  coveredPatches,
  coveredPictures,
  coveringProgress,
  DRAWS,
  randomPatches,
} from './covered-pictures.ts';

/** What covering needs of a class beside its record. */
export interface CoverInput extends Covered {
  sources: readonly [ConceptSource, ConceptSource];
  /** Column of the class in each model's logits, for each evaluation image. */
  targets: readonly [readonly number[], readonly number[]];
}

/**
 * Whether a class's concepts cause its answer: covers their strongest patches in the evaluation images that show them, and as
 * many random ones, and compares how far each model's probability of the class falls. Writes `covered` to the record.
 */
export async function coverClass(record: ClassRecord, input: CoverInput, task: LongTask): Promise<void> {
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
  const told = coveringProgress(input, task);
  for (let image = 0; image < ids.length; image++) {
    task.signal?.throwIfAborted();
    told(image);
    const here = concepts.filter(({ shown }) => shown.has(image));
    if (here.length === 0) continue;
    const covers = here.map(({ shown }) => shown.get(image)!);
    const pictures = await coveredPictures(image, [...randomPatches(image, count, input), ...covers], input);
    for (const m of [0, 1] as const) {
      const [whole, ...covered] = await probabilities(input.sources[m], pictures, targets[m][image]!, task);
      const falls = covered.map((probability) => whole! - probability);
      const random = falls.slice(0, DRAWS).reduce((sum, fall) => sum + fall, 0) / DRAWS;
      for (const [i, { falls: of }] of here.entries()) {
        of[m]!.concept.push(falls[DRAWS + i]!);
        of[m]!.random.push(random);
      }
    }
  }
  told(ids.length);
  const { level } = options;
  for (const { m, entry, falls } of concepts) {
    const models = falls.map(({ concept, random }) => coveringEffect(concept, random, level));
    const [own, other] = [falls[m]!, falls[1 - m]!];
    const beyond = ({ concept, random }: typeof own) => concept.map((fall, i) => fall - random[i]!);
    const difference = coveringEffect(beyond(own), beyond(other), level);
    if (!models[0] || !models[1] || !difference) {
      entry.covered = null;
      continue;
    }
    const effects = models.map((model) => {
      const { p: _, ...effect } = model!;
      return effect;
    });
    const cause = models[m]!.p;
    entry.covered = {
      images: own.concept.length,
      patches: count,
      models: effects as NonNullable<MeasuredConcept['covered']>['models'],
      difference: difference.effect,
      // Both must be above 0: the greater p-value is that of the two together (intersection–union).
      p: cause === null || difference.p === null ? null : Math.max(cause, difference.p),
    };
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
