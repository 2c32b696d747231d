import type { LongTask } from '../../../../base/progress.ts';
import { coveringEffect } from '../../../../measures/concepts/importance/covering.ts';
import type { Matrix } from '../../../../tensor/matrix.ts';
import type { RgbImage } from '../../../../tensor/rgb-image.ts';
import { probabilitiesOf } from '../../sources/answers.ts';
import type { ConceptSource, ConceptTask } from '../../sources/concept-source.ts';
import type { ClassRecord, MeasuredConcept } from '../class-record.ts';
import { coveredChanges, shownPatches } from './covered-changes.ts';
import { type Covered, coveredPatches } from './covered-pictures.ts';

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
  const { sources, targets, options } = input;
  const concepts = record.models.flatMap((owner, m) =>
    (owner?.concepts ?? []).map((entry) => ({
      m: m as 0 | 1,
      entry,
      shown: shownPatches(record.arrays[`coefficients-${m}`]!, entry.index, input),
    })),
  );
  const falls = await coveredChanges(
    concepts.map(({ shown }) => shown),
    // A fall of the probability is a rise of what is lost of it.
    ([0, 1] as const).map((m) => async (pictures, image, own) => {
      const found = await probabilities(sources[m], pictures, targets[m][image]!, own);
      return found.map((probability) => -probability);
    }),
    input,
    task,
  );
  const { level } = options;
  for (const [j, { m, entry }] of concepts.entries()) {
    const models = falls[j]!.map(({ concept, random }) => coveringEffect(concept, random, level));
    const [own, other] = [falls[j]![m]!, falls[j]![1 - m]!];
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
      patches: coveredPatches(input.sampler, options),
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
