import { singularValues } from '../../../../statistics/linear-algebra/singular-values.ts';
import type { FeatureMeasure } from './measure-record.ts';

/**
 * Orthogonal Procrustes as a similarity: ‖XᵀY‖_* / (‖X‖_F·‖Y‖_F), ‖·‖_* the sum of singular values. What is left after
 * the best rotation of one onto the other, both scaled to norm 1, is the squared distance d² = 2 − 2·similarity of Ding et
 * al. (2021); arccos of it is the angular distance of Williams et al. (2021).
 */
export const PROCRUSTES: FeatureMeasure = {
  on: 'features',
  name: 'procrustes',
  title: 'Procrustes similarity',
  range: [0, 1],
  same: 1,
  directed: false,
  source: 'Ding, Denain & Steinhardt 2021',
  compare({ a, b, cross }) {
    if (a.rank === 0 || b.rank === 0) return null;
    // The singular values of XᵀY are those of diag(sₐ)·UₐᵀUᵦ·diag(sᵦ).
    const weighted = cross.data.map((value, k) => value * a.values[Math.floor(k / b.rank)]! * b.values[k % b.rank]!);
    const nuclear = singularValues({ ...cross, data: weighted }).reduce((sum, value) => sum + value, 0);
    return Math.min(1, nuclear / Math.sqrt(a.squares * b.squares));
  },
};
