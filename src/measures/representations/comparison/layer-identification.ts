import type { NumberMap } from './mean-of-maps.ts';

/** How many layers were looked for in another network, and how many were found at their own place. */
export interface Identified {
  /** A layer that ties with others for the first place counts in part, 1/number of them. */
  right: number;
  /** Layers with a similarity to every layer of the other network. */
  layers: number;
}

/** Similarities nearer than this are taken for equal: they come from matrices of 32-bit numbers. */
const ROUNDING = 1e-7;

/**
 * The layer identification test (Kornblith et al. 2019, §6.1): of each layer of one network, is the most similar layer of
 * another network of the same architecture the one at the same place?
 *
 * @param map Similarity of layers; null where there is none.
 * @param rows Indices of the layers of the one network in the map, in depth order.
 * @param columns Those of the other network, as many.
 */
export function identifyLayers(map: NumberMap, rows: readonly number[], columns: readonly number[]): Identified {
  let right = 0;
  let layers = 0;
  rows.forEach((i, place) => {
    const values = columns.map((j) => map[i]![j]!);
    if (values.some((value) => value === null)) return;
    layers++;
    const most = Math.max(...(values as number[])) - ROUNDING;
    if (values[place]! >= most) right += 1 / values.filter((value) => value! >= most).length;
  });
  return { right, layers };
}
