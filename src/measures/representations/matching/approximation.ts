import { type FeatureMaps, imageVectors, positionNorms } from '../feature-maps.ts';
import { assign } from './assign.ts';
import type { AssignOptions } from './assign-options.ts';
import { productsInMemory } from './match-tile.ts';
import type { MatchingMethod } from './matching-methods.ts';

export interface ApproximationRatio {
  method: MatchingMethod;
  /** Σ value / Σ optimum over all pairs: defined even where single optima are not positive. */
  aggregate: number | null;
  /** Ratio of each pair with a positive optimum, in the order of the pairs. */
  ratios: Float64Array;
  /** Mean of `ratios`; null if there are none. */
  mean: number | null;
  /** Pairs whose optimum is 0 or negative, which centring brings about: a ratio means nothing there. */
  skipped: number;
}

/**
 * How close matching methods come to the optimum on given pairs of images of one layer, value by value.
 *
 * @throws as {@link assign}.
 */
export function approximationRatios(
  maps: FeatureMaps,
  pairs: readonly (readonly [number, number])[],
  methods: readonly AssignOptions[],
): ApproximationRatio[] {
  const norms = positionNorms(maps);
  const n = maps.positions;
  const optima = new Float64Array(pairs.length);
  const values = methods.map(() => new Float64Array(pairs.length));
  pairs.forEach(([i, j], p) => {
    const [rowVectors, columnVectors] = [imageVectors(maps, i), imageVectors(maps, j)];
    const { data } = productsInMemory(rowVectors, columnVectors);
    optima[p] = assign(data, n, n).value;
    methods.forEach((options, m) => {
      values[m]![p] = assign(data, n, n, {
        ...options,
        rowVectors,
        columnVectors,
        rowNorms: norms.subarray(i * n, (i + 1) * n),
        columnNorms: norms.subarray(j * n, (j + 1) * n),
        ...(maps.extent && { extent: maps.extent }),
      }).value;
    });
  });
  const sum = (list: Float64Array): number => list.reduce((total, value) => total + value, 0);
  const total = sum(optima);
  return methods.map(({ method = 'optimal' }, m) => {
    const ratios = values[m]!.map((value, p) => value / optima[p]!).filter((_, p) => optima[p]! > 0);
    return {
      method,
      aggregate: total > 0 ? sum(values[m]!) / total : null,
      ratios,
      mean: ratios.length > 0 ? sum(ratios) / ratios.length : null,
      skipped: pairs.length - ratios.length,
    };
  });
}
