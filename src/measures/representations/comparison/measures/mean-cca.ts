import { chanceCorrelation } from './chance-correlation.ts';
import { meanCorrelation } from './mean-correlation.ts';
import type { FeatureMeasure } from './measure-record.ts';

/**
 * Mean canonical correlation: the mean of the min(rank X, rank Y) correlations ρ of the directions that agree best, the
 * singular values of UₓᵀUᵧ. Linear maps that lose nothing leave it as it is.
 */
export const MEAN_CCA: FeatureMeasure = {
  on: 'features',
  name: 'cca',
  title: 'mean CCA',
  range: [0, 1],
  same: 1,
  directed: false,
  source: 'Hotelling 1936; Raghu et al. 2017',
  chance: (a, b) => chanceCorrelation(a.rank, b.rank, a.images - 1),
  correlated: ({ rank }) => rank,
  compare: ({ cross }) => meanCorrelation(cross),
};
