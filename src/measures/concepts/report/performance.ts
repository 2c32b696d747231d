import { UsageError } from '../../../base/errors.ts';
import { bcaInterval } from '../../../statistics/bootstrap-interval.ts';
import { pearson } from '../../../statistics/pearson.ts';
import { createRandom } from '../../../statistics/random.ts';
import { spearman } from '../../../statistics/spearman.ts';
import { checkedResamples, type ResampleOptions, type Uncertain, uncertain } from '../regress/agreement-bootstrap.ts';
import { meanOf } from '../regress/concept-similarity.ts';
import type { ScoredConcept } from './summary.ts';

/** Figures of one model's concepts of one class. */
export interface ClassSharing {
  classId: string;
  model: 0 | 1;
  /** Mean similarity; null where no concept has one. */
  similarity: number | null;
  /**
   * Importance of what is not shared: mean of max(importance, 0) · (1 − similarity), similarity taken between 0 and 1. High
   * where the model's decision rests on concepts that the other lacks. Null without importances.
   */
  unsharedImportance: number | null;
}

/** {@link ClassSharing} of each class and model among the concepts, in the order in which they first occur. */
export function classSharing(concepts: readonly ScoredConcept[]): ClassSharing[] {
  const groups = new Map<string, ScoredConcept[]>();
  for (const concept of concepts) {
    const key = `${concept.model} ${concept.classId}`;
    groups.set(key, [...(groups.get(key) ?? []), concept]);
  }
  return [...groups.values()].map((own) => ({
    classId: own[0]!.classId,
    model: own[0]!.model,
    similarity: meanOf(own.map(({ similarity }) => similarity)),
    unsharedImportance: meanOf(
      own.map(({ similarity, importance }) =>
        similarity === null || importance === null
          ? null
          : Math.max(0, importance) * (1 - Math.max(0, Math.min(1, similarity))),
      ),
    ),
  }));
}

/** How a figure of classes goes with the difference in accuracy. */
export interface PerformanceCorrelation {
  pearson: Uncertain;
  spearman: number | null;
  /** Classes that have both. */
  classes: number;
}

/** Classes below which a correlation says nothing. */
const FEWEST_CLASSES = 3;

/**
 * Correlation over classes of a figure (mean similarity, importance of the unshared) with the accuracy of the first model
 * minus that of the second, with its bias-corrected and accelerated interval over classes: do unshared concepts explain performance?
 * Classes without either number are left out; null with fewer than three, or where one of them is constant.
 *
 * @throws UsageError when the lengths differ or an option is out of range.
 */
export function performanceCorrelation(
  figures: readonly (number | null)[],
  accuracyDifferences: readonly (number | null)[],
  options: ResampleOptions = {},
): PerformanceCorrelation {
  const { resamples, level } = checkedResamples(options);
  if (figures.length !== accuracyDifferences.length)
    throw new UsageError(`There are ${figures.length} figures and ${accuracyDifferences.length} accuracy differences.`);
  const known = figures.flatMap((x, i) => {
    const y = accuracyDifferences[i]!;
    return x === null || y === null ? [] : [[x, y] as const];
  });
  const [x, y] = [known.map(([value]) => value), known.map(([, value]) => value)];
  const classes = known.length;
  if (classes < FEWEST_CLASSES) return { pearson: { value: null, low: null, high: null }, spearman: null, classes };
  const random = createRandom(options.seed ?? 0);
  const draws = Float64Array.from({ length: resamples }, () => {
    const chosen = x.map(() => random.below(classes));
    const value = pearson(
      chosen.map((i) => x[i]!),
      chosen.map((i) => y[i]!),
    );
    return value ?? Number.NaN;
  });
  const value = pearson(x, y);
  const without = (values: readonly number[], i: number): number[] => values.filter((_, k) => k !== i);
  const jackknife = x.map((_, i) => pearson(without(x, i), without(y, i)) ?? Number.NaN);
  const interval = value === null ? null : bcaInterval(value, draws, jackknife, level);
  return { pearson: uncertain(value, interval), spearman: spearman(x, y), classes };
}
