import { UsageError } from '../../../base/errors.ts';
import { quantile } from '../../../statistics/quantile.ts';
import type { ScoredConcept } from './summary.ts';

export interface ShortlistOptions {
  /** Concepts of each model at most; default 20. */
  count?: number;
  /** Only concepts of more importance than this quantile of their model's; default 0.5, the median. */
  quantile?: number;
  /** And of more importance than this, in the units of the concepts'; default none. */
  least?: number;
}

/**
 * The least shared important concepts: of each model those above the median importance, by similarity from the lowest, the
 * first model's first. Concepts without a similarity are left out; where no importance is known, none is asked for.
 *
 * @throws UsageError when an option is out of range.
 */
export function leastSharedConcepts<T extends ScoredConcept>(
  concepts: readonly T[],
  { count = 20, quantile: share = 0.5, least = Number.NEGATIVE_INFINITY }: ShortlistOptions = {},
): T[] {
  requireCount(count);
  return ([0, 1] as const).flatMap((model) => {
    const own = concepts.filter((concept) => concept.model === model && concept.similarity !== null);
    const importances = own.flatMap(({ importance }) => (importance === null ? [] : [importance]));
    const bound = Math.max(least, ...(importances.length > 0 ? [quantile(importances, share)] : []));
    return own
      .filter(({ importance }) => importances.length === 0 || (importance !== null && importance > bound))
      .sort((a, b) => a.similarity! - b.similarity!)
      .slice(0, count);
  });
}

/** A concept with what replacing it does, each cross less self. */
export interface ReplacedConcept {
  deltaKl: number;
  deltaSimilarity: number;
}

/**
 * The concepts whose replacement changes the output most: the `count` of largest ΔKL, then, of the top quarter by ΔKL, the
 * `count` whose similarity falls furthest below its ceiling; none twice.
 *
 * @throws UsageError when `count` is not a whole number above 0.
 */
export function mostConsequentialConcepts<T extends ReplacedConcept>(concepts: readonly T[], count = 15): T[] {
  requireCount(count);
  const byEffect = [...concepts].sort((a, b) => b.deltaKl - a.deltaKl);
  const quarter = byEffect.slice(0, Math.ceil(byEffect.length / 4));
  const byLoss = quarter.sort((a, b) => a.deltaSimilarity - b.deltaSimilarity).slice(0, count);
  return [...new Set([...byEffect.slice(0, count), ...byLoss])];
}

function requireCount(count: number): void {
  if (!(Number.isInteger(count) && count > 0))
    throw new UsageError(`count must be a whole number above 0; found ${count}.`);
}
