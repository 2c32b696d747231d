import { chanceCorrelation } from './chance-correlation.ts';
import type { FeatureCoordinates } from './feature-coordinates.ts';
import { meanCorrelation } from './mean-correlation.ts';
import type { FeatureMeasure } from './measure-record.ts';

/** Share of the variance that the leading dimensions hold. */
const VARIANCE = 0.99;

/** Mean canonical correlation of the leading principal components that hold 99 % of the variance of each side. */
export const SVCCA: FeatureMeasure = {
  on: 'features',
  name: 'svcca',
  title: 'SVCCA',
  range: [0, 1],
  same: 1,
  directed: false,
  source: 'Raghu et al. 2017',
  chance: (a, b) => chanceCorrelation(leadingDimensions(a), leadingDimensions(b), a.images - 1),
  correlated: leadingDimensions,
  compare({ a, b, cross }) {
    const rows = leadingDimensions(a);
    const cols = leadingDimensions(b);
    const data = new Float64Array(rows * cols);
    for (let i = 0; i < rows; i++) data.set(cross.data.subarray(i * cross.cols, i * cross.cols + cols), i * cols);
    return meanCorrelation({ rows, cols, data });
  },
};

/** The fewest leading dimensions with 99 % of Σs². */
function leadingDimensions({ values, squares }: FeatureCoordinates): number {
  let sum = 0;
  for (const [r, value] of values.entries()) {
    sum += value * value;
    if (sum >= VARIANCE * squares) return r + 1;
  }
  return values.length;
}
