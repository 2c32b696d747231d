import { jacobiSvd } from '../../../../statistics/linear-algebra/jacobi-svd.ts';
import { chanceCorrelation } from './chance-correlation.ts';
import type { FeatureMeasure } from './measure-record.ts';

/**
 * Projection-weighted canonical correlation: Σαᵢρᵢ / Σαᵢ with αᵢ = Σⱼ |⟨hᵢ, xⱼ⟩|, hᵢ the canonical variables in X and xⱼ
 * its channels: correlations count by how much of X they account for. The value is of the first towards the second.
 */
export const PWCCA: FeatureMeasure = {
  on: 'features',
  name: 'pwcca',
  title: 'PWCCA',
  range: [0, 1],
  same: 1,
  directed: true,
  source: 'Morcos, Raghu & Bengio 2018',
  // Directions of random features have nothing to do with the weights.
  chance: (a, b) => chanceCorrelation(a.rank, b.rank, a.images - 1),
  correlated: ({ rank }) => rank,
  compare({ a, b, cross }) {
    if (a.rank === 0 || b.rank === 0) return null;
    const { directions, correlations } = leftOf(cross.data, a.rank, b.rank);
    const { rows: n, cols: channels, data } = a.centred;
    let weighted = 0;
    let weights = 0;
    const projections = new Float64Array(channels);
    for (const [i, direction] of directions.entries()) {
      projections.fill(0);
      for (let image = 0; image < n; image++) {
        let entry = 0;
        for (let r = 0; r < a.rank; r++) entry += direction[r]! * a.left.data[r * n + image]!;
        for (let c = 0; c < channels; c++) projections[c]! += entry * data[image * channels + c]!;
      }
      const weight = projections.reduce((sum, value) => sum + Math.abs(value), 0);
      weighted += weight * Math.min(1, correlations[i]!);
      weights += weight;
    }
    return weights > 0 ? weighted / weights : null;
  },
};

/** The min(rows, cols) largest singular values of a rows × cols matrix with their left vectors. */
function leftOf(
  cross: Float64Array,
  rows: number,
  cols: number,
): { directions: Float64Array[]; correlations: Float64Array } {
  const count = Math.min(rows, cols);
  // Of the transpose, so that the left vectors are the rotations: orthonormal even where a correlation is 0.
  const lines = Array.from({ length: rows }, (_, i) => cross.subarray(i * cols, (i + 1) * cols));
  const { right, values } = jacobiSvd(lines, cols);
  return { directions: right.slice(0, count), correlations: values.slice(0, count) };
}
