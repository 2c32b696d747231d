import type { FeatureMeasure } from './measure-record.ts';

/**
 * R² of the linear regression of the second on the first: ‖UₓᵀY‖²_F / ‖Y‖²_F, the share of the variance of Y that a linear
 * map of X accounts for on these very images. Nothing is held out.
 */
export const LINEAR_REGRESSION: FeatureMeasure = {
  on: 'features',
  name: 'linear-regression',
  title: 'linear regression R²',
  range: [0, 1],
  same: 1,
  directed: true,
  source: 'Kornblith et al. 2019',
  // A random subspace of images − 1 dimensions holds so much of anything.
  chance: (a) => a.rank / (a.images - 1),
  compare({ a, b, cross }) {
    if (a.rank === 0 || b.rank === 0) return null;
    let explained = 0;
    for (const [k, value] of cross.data.entries()) explained += (value * b.values[k % b.rank]!) ** 2;
    return Math.min(1, explained / b.squares);
  },
};
