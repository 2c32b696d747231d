import type { LongTask } from '../../base/progress.ts';
import type { Matrix64 } from '../../tensor/matrix.ts';
import { type FeatureMaps, sliceImages, squaredNorms } from './feature-maps.ts';
import { type MatchedTile, type MatchTileOptions, matchTile } from './matching/match-tile.ts';
import { type PairTile, pairsInTile, planTiles } from './matching/tiles.ts';
import type { InnerProducts } from './similarity-kernels.ts';

export interface SimilarityMatricesOptions extends MatchTileOptions, LongTask {
  /** Images per side of a tile; default 64. Changes neither results nor, much, speed. */
  tileSize?: number;
}

/** The inner products of all pairs of images, with and without matching. */
export interface SimilarityMatrices {
  semantic: InnerProducts;
  /** Null where the two sets have different numbers of positions. */
  spatial: InnerProducts | null;
  /** Of `prototypes`: upper bounds, above the semantic similarity of one matching. */
  upper?: InnerProducts;
}

/**
 * Semantic and spatial similarity of all pairs of images of `x`, or of `x` (rows) and `y` (columns), in this thread. Turn
 * them into linear, cosine or RBF similarities with `kernelMatrix`.
 *
 * @throws as {@link matchTile}; the signal's reason when aborted.
 */
export async function similarityMatrices(
  x: FeatureMaps,
  y: FeatureMaps = x,
  options: SimilarityMatricesOptions = {},
): Promise<SimilarityMatrices> {
  const { tileSize = 64, signal, onProgress } = options;
  const symmetric = x === y;
  const collector = collectTiles(x, y);
  const tiles = planTiles(x.images, y.images, symmetric, tileSize);
  const total = tiles.reduce((sum, tile) => sum + pairsInTile(tile, symmetric), 0);
  let done = 0;
  for (const tile of tiles) {
    signal?.throwIfAborted();
    collector.add(tile, await matchTile(...tileMaps(x, y, tile), options));
    done += pairsInTile(tile, symmetric);
    onProgress?.({ task: 'matching images', done, total, unit: 'pairs' });
  }
  return collector.matrices();
}

/** The feature maps of a tile's rows and columns, identical for a tile on the diagonal of a set with itself. */
export function tileMaps(x: FeatureMaps, y: FeatureMaps, tile: PairTile): [FeatureMaps, FeatureMaps] {
  const rows = sliceImages(x, tile.rowStart, tile.rowEnd);
  return x === y && tile.rowStart === tile.columnStart
    ? [rows, rows]
    : [rows, sliceImages(y, tile.columnStart, tile.columnEnd)];
}

/** Puts tiles, in any order, into whole matrices; those of a set with itself are mirrored. */
export function collectTiles(
  x: FeatureMaps,
  y: FeatureMaps = x,
): { add(tile: PairTile, matched: MatchedTile): void; matrices(): SimilarityMatrices } {
  const symmetric = x === y;
  const cols = y.images;
  const matrix = (): Matrix64 => ({ rows: x.images, cols, data: new Float64Array(x.images * cols) });
  const semantic = matrix();
  const spatial = x.positions === y.positions ? matrix() : null;
  let upper: Matrix64 | undefined;
  const place = (into: Matrix64, tile: PairTile, values: Float64Array): void => {
    let k = 0;
    for (let i = tile.rowStart; i < tile.rowEnd; i++)
      for (let j = tile.columnStart; j < tile.columnEnd; j++, k++) {
        into.data[i * cols + j] = values[k]!;
        if (symmetric) into.data[j * cols + i] = values[k]!;
      }
  };
  return {
    add(tile, matched) {
      place(semantic, tile, matched.semantic);
      if (spatial && matched.spatial) place(spatial, tile, matched.spatial);
      if (matched.upper) place((upper ??= matrix()), tile, matched.upper);
    },
    matrices() {
      const rowSquares = squaredNorms(x);
      const columnSquares = symmetric ? rowSquares : squaredNorms(y);
      const products = (linear: Matrix64): InnerProducts => ({ linear, rowSquares, columnSquares, symmetric });
      return {
        semantic: products(semantic),
        spatial: spatial && products(spatial),
        ...(upper && { upper: products(upper) }),
      };
    },
  };
}
