import { type FeatureMaps, imageVectors, positionNorms } from '../feature-maps.ts';
import { assign } from './assign.ts';
import type { AssignOptions } from './assign-options.ts';
import { productsInMemory } from './match-tile.ts';
import type { MatchingMethod } from './matching-methods.ts';

/** Matched sums of pairs of images, and what they took. */
export interface ApproximationValues {
  /** The optimum of each pair, in the order of the pairs. */
  optima: Float64Array;
  /** Milliseconds that finding the optimum of each pair took, its affinity given. */
  optimalTimes: Float64Array;
  /** Of each method likewise. */
  methods: { values: Float64Array; times: Float64Array }[];
}

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
 * The optimum and the value of each matching method on given pairs of images of one layer, and the time of each.
 *
 * @throws as {@link assign}.
 */
export function approximationValues(
  maps: FeatureMaps,
  pairs: readonly (readonly [number, number])[],
  methods: readonly AssignOptions[],
): ApproximationValues {
  const norms = positionNorms(maps);
  const n = maps.positions;
  const empty = (): Float64Array => new Float64Array(pairs.length);
  const found: ApproximationValues = {
    optima: empty(),
    optimalTimes: empty(),
    methods: methods.map(() => ({ values: empty(), times: empty() })),
  };
  pairs.forEach(([i, j], p) => {
    const [rowVectors, columnVectors] = [imageVectors(maps, i), imageVectors(maps, j)];
    const { data } = productsInMemory(rowVectors, columnVectors);
    const timed = (options: AssignOptions): [number, number] => {
      const start = performance.now();
      const { value } = assign(data, n, n, options);
      return [value, performance.now() - start];
    };
    [found.optima[p], found.optimalTimes[p]] = timed({});
    methods.forEach((options, m) => {
      const { values, times } = found.methods[m]!;
      [values[p], times[p]] = timed({
        ...options,
        rowVectors,
        columnVectors,
        rowNorms: norms.subarray(i * n, (i + 1) * n),
        columnNorms: norms.subarray(j * n, (j + 1) * n),
        ...(maps.extent && { extent: maps.extent }),
      });
    });
  });
  return found;
}

/** How close matching methods come to the optimum, by their values on the same pairs. */
export function approximationRatios(
  { optima, methods: found }: ApproximationValues,
  methods: readonly AssignOptions[],
): ApproximationRatio[] {
  const sum = (list: Float64Array): number => list.reduce((total, value) => total + value, 0);
  const total = sum(optima);
  return methods.map(({ method = 'optimal' }, m) => {
    const { values } = found[m]!;
    const ratios = values.map((value, p) => value / optima[p]!).filter((_, p) => optima[p]! > 0);
    return {
      method,
      aggregate: total > 0 ? sum(values) / total : null,
      ratios,
      mean: ratios.length > 0 ? sum(ratios) / ratios.length : null,
      skipped: optima.length - ratios.length,
    };
  });
}
