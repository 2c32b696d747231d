import { UsageError } from '../../../base/errors.ts';
import { pearson } from '../../../statistics/pearson.ts';
import { prepareRanks } from '../../../statistics/ranks.ts';
import { spearmanOfRanks } from '../../../statistics/spearman.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import { column } from './agreement.ts';

export interface ConceptCorrelationOptions {
  /** Default "pearson". */
  measure?: 'pearson' | 'spearman';
}

/**
 * Correlation of every concept of one model with every concept of another on the same patches, k₀ × k₁; NaN where either
 * is constant. Nothing is fitted.
 *
 * @throws UsageError when the numbers of rows differ.
 */
export function conceptCorrelations(
  first: Matrix,
  second: Matrix,
  { measure = 'pearson' }: ConceptCorrelationOptions = {},
): Matrix64 {
  if (first.rows !== second.rows)
    throw new UsageError(`Both models' coefficients need equally many rows; found ${first.rows} and ${second.rows}.`);
  const columns = [first, second].map((matrix) => Array.from({ length: matrix.cols }, (_, j) => column(matrix, j)));
  const [a, b] = columns as [Float64Array[], Float64Array[]];
  const data = new Float64Array(a.length * b.length);
  const fill = <T>(x: T[], y: T[], correlate: (p: T, q: T) => number | null): void => {
    x.forEach((p, i) => {
      y.forEach((q, j) => {
        data[i * y.length + j] = correlate(p, q) ?? Number.NaN;
      });
    });
  };
  if (measure === 'pearson') fill(a, b, pearson);
  else
    fill(
      a.map((values) => prepareRanks(values)),
      b.map((values) => prepareRanks(values)),
      spearmanOfRanks,
    );
  return { rows: a.length, cols: b.length, data };
}

/** A concept's largest correlation, and the other model's concept that it is with. */
export interface ConceptMatch {
  value: number | null;
  partner: number | null;
}

/**
 * MCS of each concept: the largest correlation, with its sign, in its row or column; null where all are undefined. Several
 * concepts may share a partner.
 *
 * @returns Of the model in the rows, and of that in the columns.
 */
export function maxConceptSimilarity({ rows, cols, data }: Matrix): [ConceptMatch[], ConceptMatch[]] {
  const best = (count: number, others: number, at: (own: number, other: number) => number): ConceptMatch[] =>
    Array.from({ length: count }, (_, own) => {
      const match: ConceptMatch = { value: null, partner: null };
      for (let other = 0; other < others; other++) {
        const value = data[at(own, other)]!;
        if (value > (match.value ?? Number.NEGATIVE_INFINITY)) {
          match.value = value;
          match.partner = other;
        }
      }
      return match;
    });
  return [best(rows, cols, (i, j) => i * cols + j), best(cols, rows, (j, i) => i * cols + j)];
}

/** The four aggregates of one pair of layers, and the mean of both MMCS; undefined correlations are left out. */
export interface LayerPairSimilarity {
  mean: number | null;
  max: number | null;
  /** Mean of the largest correlations (MMCS) of the first model's concepts, and of the second's. */
  first: number | null;
  second: number | null;
  both: number | null;
}

/** Aggregates of a matrix of concept correlations. */
export function layerPairSimilarity(correlations: Matrix): LayerPairSimilarity {
  const defined = Array.from(correlations.data).filter((value) => !Number.isNaN(value));
  const [rows, columns] = maxConceptSimilarity(correlations);
  const [first, second] = [meanOf(rows.map(({ value }) => value)), meanOf(columns.map(({ value }) => value))];
  return {
    mean: meanOf(defined),
    max: defined.length > 0 ? defined.reduce((a, b) => Math.max(a, b)) : null,
    first,
    second,
    both: first === null || second === null ? null : (first + second) / 2,
  };
}

/** Mean of the values that are there; null without one. */
export function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
