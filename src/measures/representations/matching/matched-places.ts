import type { Matrix } from '../../../tensor/matrix.ts';
import { assign } from './assign.ts';
import type { AssignOptions } from './assign-options.ts';
import { productsInMemory } from './match-tile.ts';

/** How the places of one image are paired with those of another, strongest pair first. */
export interface MatchedPlaces {
  /** Place in the first image of each pair, and its partner in the second. */
  first: Int32Array;
  second: Int32Array;
  /** Inner product of the two vectors of each pair; may be negative after centring. */
  affinity: Float64Array;
  /** Sum of the affinities of all pairs, in 64 bits. */
  value: number;
  /** Upper bound of that sum for any pairing; see {@link assign}. */
  dualBound: number;
}

/**
 * Pairs the places of two images by any method of {@link assign}; `none` gives the same-place pairs. Pairs of equal
 * strength are in the order of their first place.
 *
 * @param x Vectors of the first image, positions × channels; `y` those of the second, of as many channels.
 * @throws UsageError as {@link assign}.
 */
export function matchPlaces(x: Matrix, y: Matrix, options: AssignOptions = {}): MatchedPlaces {
  const { data } = productsInMemory(x, y);
  const { columns, value, dualBound } = assign(data, x.rows, y.rows, options);
  const strength = (s: number): number => data[s * y.rows + columns[s]!]!;
  const order = Array.from(columns.keys())
    .filter((s) => columns[s]! >= 0)
    .sort((p, q) => strength(q) - strength(p) || p - q);
  return {
    first: Int32Array.from(order),
    second: Int32Array.from(order, (s) => columns[s]!),
    affinity: Float64Array.from(order, strength),
    value,
    dualBound,
  };
}
