import { IncomparableError } from '../../../base/errors.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { assign } from './assign.ts';
import type { AssignOptions } from './assign-options.ts';
import { productsInMemory } from './match-tile.ts';
import { matchPrototypes, prototypeMap } from './prototypes/prototypes.ts';

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
  if (options.method === 'prototypes') return byPrototypes(x, y, options);
  const { data } = productsInMemory(x, y);
  const { columns, value, dualBound } = assign(data, x.rows, y.rows, options);
  return strongestFirst(columns, (s) => data[s * y.rows + columns[s]!]!, value, dualBound);
}

/** Without the affinity of all places, for which there may be no room. */
function byPrototypes(x: Matrix, y: Matrix, options: AssignOptions): MatchedPlaces {
  if (x.rows !== y.rows || x.cols !== y.cols)
    throw new IncomparableError(
      `Method "prototypes" needs equally many positions and channels; found ${x.rows}×${x.cols} and ${y.rows}×${y.cols}.`,
      { hint: 'Use "optimal", which matches maps of different extents.' },
    );
  const { columns, value, upperBound } = matchPrototypes(prototypeMap(x), prototypeMap(y), options);
  const strength = Float64Array.from(columns, (t, s) => {
    let sum = 0;
    for (let c = 0; c < x.cols; c++) sum += x.data[s * x.cols + c]! * y.data[t * x.cols + c]!;
    return sum;
  });
  return strongestFirst(columns, (s) => strength[s]!, value, upperBound);
}

function strongestFirst(
  columns: Int32Array,
  strength: (s: number) => number,
  value: number,
  dualBound: number,
): MatchedPlaces {
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
