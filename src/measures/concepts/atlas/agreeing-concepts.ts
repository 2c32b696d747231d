import { UsageError } from '../../../base/errors.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { maxConceptSimilarity } from '../regress/concept-similarity.ts';

/** When concepts count as one and the same. */
export interface SameConceptRule {
  /** Least share of its ceiling that each concept's similarity given the other model reaches. */
  share: number;
  /** Least correlation of both concepts' coefficients on the same patches. */
  correlation: number;
  /** Least cosine of directions of one model's concepts of different classes. */
  cosine: number;
}

/**
 * Half of the ceiling, as 0.5 of 1 separates shared from unshared concepts; half of a correlation, so that both concepts are
 * shown by the same patches; and the cosine from which two concepts of one factorisation are duplicates.
 */
export const SAME_CONCEPT: SameConceptRule = { share: 0.5, correlation: 0.5, cosine: 0.95 };

/** What is known of two models' concepts of one class. */
export interface ConceptsOfPair {
  /** Correlations of coefficients on the same patches, concepts of the first × concepts of the second; NaN for constants. */
  correlations: Matrix;
  /** Of each concept of the first, and of the second: similarity given the other model, and its ceiling. */
  similarity: readonly [readonly (number | null)[], readonly (number | null)[]];
  ceiling: readonly [readonly (number | null)[], readonly (number | null)[]];
}

/** Two concepts that agree, by their places, with the correlation of their coefficients. */
export interface ConceptLink {
  first: number;
  second: number;
  correlation: number;
}

/**
 * The concepts of two models that are one and the same: each correlates most with the other among all concepts of that model,
 * by `rule.correlation` or more, and each is represented by the other's model, with a similarity of `rule.share` of its
 * ceiling or more. Each concept agrees with one at most.
 *
 * @throws UsageError when numbers of concepts differ.
 */
export function agreeingConcepts(
  { correlations, similarity, ceiling }: ConceptsOfPair,
  rule: Pick<SameConceptRule, 'share' | 'correlation'> = SAME_CONCEPT,
): ConceptLink[] {
  const counts = [correlations.rows, correlations.cols];
  for (const m of [0, 1] as const)
    if (similarity[m].length !== counts[m] || ceiling[m].length !== counts[m])
      throw new UsageError(
        `Correlations of ${counts[m]} concepts do not belong to ${similarity[m].length} similarities and ${ceiling[m].length} ceilings.`,
      );
  const isShared = (m: 0 | 1, concept: number): boolean => {
    const [value, most] = [similarity[m][concept]!, ceiling[m][concept]!];
    return value !== null && most !== null && most > 0 && value >= rule.share * most;
  };
  const [rows, columns] = maxConceptSimilarity(correlations);
  return rows.flatMap(({ value, partner }, first) =>
    value !== null &&
    partner !== null &&
    value >= rule.correlation &&
    columns[partner]!.partner === first &&
    isShared(0, first) &&
    isShared(1, partner)
      ? [{ first, second: partner, correlation: value }]
      : [],
  );
}
