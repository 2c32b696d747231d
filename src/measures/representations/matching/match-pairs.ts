import { type FeatureMaps, sliceImages } from '../feature-maps.ts';
import { maximaBound } from '../sampling/matched-sum-bound.ts';
import { type MatchedTile, type MatchTileOptions, matchTile } from './match-tile.ts';

/** Some pairs of a tile. */
export interface TilePairs {
  /** Row and column of each pair within the tile, alternating; rows ascending. */
  places: Int32Array;
  /**
   * A matched sum below which the pair is of no use, for each pair. Where no assignment can reach it, the pair is not matched
   * and its `semantic` is NaN.
   */
  floors?: Float64Array;
}

/** Columns that are gathered for one row at a time. */
const GATHERED_VALUES = 2 ** 20;

/**
 * Matches some pairs of a tile: the same values as {@link matchTile} gives them, to the last bit, one for each pair (rows =
 * pairs, columns = 1).
 *
 * @throws as `matchTile`.
 */
export async function matchPairs(
  x: FeatureMaps,
  y: FeatureMaps,
  { places, floors }: TilePairs,
  options: MatchTileOptions = {},
): Promise<MatchedTile> {
  const count = places.length / 2;
  const semantic = new Float64Array(count);
  let upper: Float64Array | undefined;
  const spatial = x.positions === y.positions ? new Float64Array(count) : null;
  const size = y.positions * y.channels;
  const most = Math.max(1, Math.floor(GATHERED_VALUES / size));
  const square = x.positions === y.positions;
  for (let p = 0; p < count; ) {
    const row = places[2 * p]!;
    let end = p + 1;
    while (end < count && end - p < most && places[2 * end] === row) end++;
    const columns = end - p;
    const data = new (y.data.constructor as new (n: number) => Float32Array | Float64Array)(columns * size);
    for (let k = 0; k < columns; k++) {
      const from = places[2 * (p + k) + 1]! * size;
      data.set(y.data.subarray(from, from + size), k * size);
    }
    const gathered: FeatureMaps = {
      images: columns,
      positions: y.positions,
      channels: y.channels,
      data,
      ...(y.extent && { extent: y.extent }),
      ...(y.layer !== undefined && { layer: y.layer }),
      names: Array.from({ length: columns }, (_, k) => imageName(y, places[2 * (p + k) + 1]!)),
    };
    const start = p;
    const skip =
      floors && square
        ? (affinity: Float32Array | Float64Array, column: number) =>
            maximaBound(affinity, x.positions) < floors[start + column]!
        : undefined;
    const matched = await matchTile(sliceImages(x, row, row + 1), gathered, { ...options, ...(skip && { skip }) });
    semantic.set(matched.semantic, p);
    if (spatial) spatial.set(matched.spatial!, p);
    if (matched.upper) (upper ??= new Float64Array(count)).set(matched.upper, p);
    p = end;
  }
  return { rows: count, columns: 1, semantic, spatial, ...(upper && { upper }) };
}

function imageName({ names, firstImage = 0 }: FeatureMaps, image: number): string {
  return names?.[image] ?? `number ${firstImage + image} of the set`;
}
