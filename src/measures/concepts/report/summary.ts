import { UsageError } from '../../../base/errors.ts';
import { basicInterval } from '../../../statistics/bootstrap-interval.ts';
import { median } from '../../../statistics/quantile.ts';
import { createRandom } from '../../../statistics/random.ts';
import { checkedResamples, type ResampleOptions, type Uncertain, uncertain } from '../regress/agreement-bootstrap.ts';
import { meanOf } from '../regress/concept-similarity.ts';

/** One concept with its figures, keyed by what it is and never by position. */
export interface ScoredConcept {
  classId: string;
  /** The model that has the concept. */
  model: 0 | 1;
  concept: number;
  /** Null where it is missing. */
  similarity: number | null;
  /** In any unit that is the same for all concepts of a model; null without a head. */
  importance: number | null;
  /** The similarity over resamples of the class's images, as `agreementBootstrap` draws it. */
  draws?: Float64Array;
}

export interface SummaryOptions extends ResampleOptions {
  /**
   * What varies in the intervals: "images" of each class (needs `draws` of every concept, all equally many, and classes are
   * taken as they are), or "classes". Default "images" where there are draws, else "classes".
   */
  over?: 'images' | 'classes';
}

/** Similarity over all concepts that have one. */
export interface SimilaritySummary {
  concepts: number;
  /** Concepts without a similarity. */
  missing: number;
  mean: Uncertain;
  median: number | null;
  /** Population deviation. */
  std: number | null;
  /** Weighted by importance, where it is above 0; null where no concept is important. */
  weightedMean: Uncertain;
  weightedMedian: number | null;
}

/**
 * Mean, median, deviation, importance-weighted mean and weighted median of the similarities, with basic bootstrap
 * intervals of the means, which take back the bias of correlations: averaged over many concepts it outgrows their spread. Importance below 0 weighs nothing: such a concept speaks against its class.
 *
 * @param concepts Of one model, or of both to describe the pair.
 * @throws UsageError when intervals over images are asked for without draws, or an option is out of range.
 */
export function similaritySummary(concepts: readonly ScoredConcept[], options: SummaryOptions = {}): SimilaritySummary {
  const known = concepts.filter(({ similarity }) => similarity !== null);
  const values = known.map(({ similarity }) => similarity!);
  const mean = meanOf(values);
  const { means, weighted, level } = resampledMeans(known, options, (all) => [plainMean(all), weightedMean(all)]);
  return {
    concepts: concepts.length,
    missing: concepts.length - known.length,
    mean: basic(mean, means, level),
    median: values.length > 0 ? median(values) : null,
    std: mean === null ? null : Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))!),
    weightedMean: basic(finiteOrNull(weightedMean(known.map(weigh))), weighted, level),
    weightedMedian: weightedMedian(known),
  };
}

/**
 * One number for a pair of models: the importance-weighted mean similarity of each model's concepts, averaged over both
 * models, with its interval; null unless both have one. 1: each knows what matters to the other.
 *
 * @throws as {@link similaritySummary}.
 */
export function pairScore(concepts: readonly ScoredConcept[], options: SummaryOptions = {}): Uncertain {
  const known = concepts.filter(({ similarity }) => similarity !== null);
  const side = (all: Weighed[], model: 0 | 1): number => weightedMean(all.filter((one) => one.model === model));
  const score = (all: Weighed[]): number => (side(all, 0) + side(all, 1)) / 2;
  const { means, level } = resampledMeans(known, options, (all) => [score(all), 0]);
  return basic(finiteOrNull(score(known.map(weigh))), means, level);
}

/** Importance over the largest absolute importance of the same model's concepts, over all classes: in [−1, 1]. */
export function normalisedImportance(concepts: readonly ScoredConcept[]): (number | null)[] {
  const largest = [0, 0];
  for (const { model, importance } of concepts) largest[model] = Math.max(largest[model]!, Math.abs(importance ?? 0));
  return concepts.map(({ model, importance }) =>
    importance === null ? null : largest[model]! > 0 ? importance / largest[model]! : 0,
  );
}

interface Weighed {
  model: 0 | 1;
  value: number;
  weight: number;
}

function weigh({ model, similarity, importance }: ScoredConcept): Weighed {
  return { model, value: similarity!, weight: Math.max(0, importance ?? 0) };
}

const plainMean = (all: readonly Weighed[]): number => all.reduce((sum, { value }) => sum + value, 0) / all.length;

function weightedMean(all: readonly Weighed[]): number {
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  return all.reduce((sum, { value, weight }) => sum + value * weight, 0) / total;
}

/** The least similarity at which half of the weight is reached; the mean with the next one where it is reached exactly. */
function weightedMedian(known: readonly ScoredConcept[]): number | null {
  const sorted = known
    .map(weigh)
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let sum = 0;
  for (const [i, { value, weight }] of sorted.entries()) {
    sum += weight;
    if (sum > half) return value;
    if (sum === half) return (value + (sorted[i + 1]?.value ?? value)) / 2;
  }
  return null;
}

/** Two figures of the concepts, over resamples. */
function resampledMeans(
  known: readonly ScoredConcept[],
  options: SummaryOptions,
  figures: (all: Weighed[]) => [number, number],
): { means: Float64Array; weighted: Float64Array; level: number } {
  const checked = checkedResamples(options);
  const { over = known.every(({ draws }) => draws) ? 'images' : 'classes', seed = 0 } = options;
  const resample = over === 'images' ? imageResamples(known) : classResamples(known, checked.resamples, seed);
  const means = new Float64Array(resample.count);
  const weighted = new Float64Array(resample.count);
  for (let r = 0; r < resample.count; r++) [means[r], weighted[r]] = figures(resample.draw(r)) as [number, number];
  return { means, weighted, level: checked.level };
}

interface Resamples {
  count: number;
  draw(r: number): Weighed[];
}

/** Each class's images vary on their own; draw r of every concept makes resample r. */
function imageResamples(known: readonly ScoredConcept[]): Resamples {
  const count = known[0]?.draws?.length ?? 0;
  if (known.some(({ draws }) => draws?.length !== count))
    throw new UsageError('Intervals over images need equally many draws of every concept.', {
      hint: 'Give the draws of agreementBootstrap, or ask for intervals over classes.',
    });
  return {
    count,
    draw: (r) =>
      known
        .filter(({ draws }) => !Number.isNaN(draws![r]!))
        .map((concept) => ({ ...weigh(concept), value: concept.draws![r]! })),
  };
}

/** Classes drawn with replacement; with fewer than two there is nothing to vary. */
function classResamples(known: readonly ScoredConcept[], resamples: number, seed: number): Resamples {
  const classes = new Map<string, Weighed[]>();
  for (const concept of known) classes.set(concept.classId, [...(classes.get(concept.classId) ?? []), weigh(concept)]);
  const groups = [...classes.values()];
  const random = createRandom(seed);
  return {
    count: groups.length < 2 ? 0 : resamples,
    draw: () => groups.flatMap(() => groups[random.below(groups.length)]!),
  };
}

/** A mean of correlations with its basic interval. */
function basic(value: number | null, draws: Float64Array, level: number): Uncertain {
  return uncertain(value, value === null ? null : basicInterval(value, draws, level, { least: -1, most: 1 }));
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
