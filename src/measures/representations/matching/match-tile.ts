import { FormatError, IncomparableError, UsageError } from '../../../base/errors.ts';
import { crossGram } from '../../../kernels/gram/gram.ts';
import { rowProductsPlain } from '../../../kernels/gram/plain.ts';
import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import type { Matrix, Matrix32 } from '../../../tensor/matrix.ts';
import {
  describeImage,
  type FeatureMaps,
  imageRange,
  imageVectors,
  positionNorms,
  squaredNorms,
} from '../feature-maps.ts';
import { assign } from './assign.ts';
import type { AssignOptions } from './assign-options.ts';
import { orderBy } from './norm-order.ts';
import { matchPrototypes, prototypeMap } from './prototypes/prototypes.ts';

/** X·Yᵀ of two float32 matrices with equally many columns; a faster one than ours may be passed in. */
export type RowProducts = (x: Matrix32, y: Matrix32) => Matrix32 | Promise<Matrix32>;

export interface MatchTileOptions
  extends Omit<AssignOptions, 'rowNorms' | 'columnNorms' | 'rowVectors' | 'columnVectors' | 'extent'> {
  /** Default: this package's kernel. Not used for Float64Array features, which are multiplied in 64 bits. */
  rowProducts?: RowProducts;
  /**
   * Whether the pair of this affinity (square, columns of `y` by positions of `x`) need not be matched: its `semantic` is NaN
   * then. Asked only where the affinity is computed as a whole, and not of a set with itself.
   */
  skip?: (affinity: Float32Array | Float64Array, column: number) => boolean;
}

/** Inner products of whole maps, for each pair of a tile; rows × columns, row-major. */
export interface MatchedTile {
  rows: number;
  columns: number;
  /** After matching: Σ over positions of ⟨v, matched w⟩. */
  semantic: Float64Array;
  /** Position by position, without matching; null where the two sets have different numbers of positions. */
  spatial: Float64Array | null;
  /** Of `prototypes`: no matching has a greater value, whereas `semantic` is that of one. */
  upper?: Float64Array;
}

/** Affinities of several images in one product: as many as a processor's cache holds from the product to the matching. */
const MAX_PRODUCT_VALUES = 2 ** 18;
/** Positions in one product: bounds what is read for it. */
const MAX_PRODUCT_ROWS = 8192;

/**
 * Matches every pair of a tile: the plain inner product of position vectors is the affinity, whatever kernel is reported
 * later, so that one matching serves linear, cosine and RBF similarity. A function of its arguments alone; tiles may run
 * anywhere and in any order. With `y === x` the pairs below the diagonal are matched and mirrored, and the diagonal is
 * ‖V‖², since every map matches itself best as it is.
 *
 * @throws IncomparableError for different channels, or different positions where the method needs equal ones;
 * FormatError naming image and layer for values that are not finite or overflow.
 */
export async function matchTile(x: FeatureMaps, y: FeatureMaps, options: MatchTileOptions = {}): Promise<MatchedTile> {
  requireComparable(x, y, options);
  const symmetric = x === y;
  const samePositions = x.positions === y.positions;
  const tile: MatchedTile = {
    rows: x.images,
    columns: y.images,
    semantic: new Float64Array(x.images * y.images),
    spatial: samePositions ? new Float64Array(x.images * y.images) : null,
  };
  const squares = requireFiniteNorms(x);
  if (!symmetric) requireFiniteNorms(y);
  const shorter = Math.min(x.positions, y.positions);
  const windowed = options.method === 'batch-optimal' && (options.batchSize ?? 512) < shorter;
  if (options.method === 'prototypes') {
    spatialProducts(x, y, symmetric, tile.spatial!);
    matchByPrototypes(x, y, symmetric, options, tile);
  } else if (options.method === 'none' || windowed) {
    // The affinity as a whole is not needed.
    if (tile.spatial) spatialProducts(x, y, symmetric, tile.spatial);
    if (windowed) await matchWindows(x, y, symmetric, options, tile.semantic);
    else tile.semantic.set(tile.spatial!);
  } else await matchWhole(x, y, symmetric, options, tile);
  if (symmetric) mirror(tile, squares);
  return tile;
}

async function matchWhole(
  x: FeatureMaps,
  y: FeatureMaps,
  symmetric: boolean,
  options: MatchTileOptions,
  tile: MatchedTile,
): Promise<void> {
  const { positions: m } = x;
  const { positions: n } = y;
  const xNorms = positionNorms(x);
  const yNorms = symmetric ? xNorms : positionNorms(y);
  // The optimum does not care which side the rows are, so that each affinity can be used where the product left it.
  const turned = (options.method ?? 'optimal') === 'optimal';
  const copy = turned ? undefined : newLike(x, y, m * n);
  const block = Math.max(1, Math.floor(Math.min(MAX_PRODUCT_ROWS / n, MAX_PRODUCT_VALUES / (n * m))));
  for (let i = 0; i < x.images; i++) {
    const vectors = imageVectors(x, i);
    const end = symmetric ? i : y.images;
    for (let start = 0; start < end; start += block) {
      const stop = Math.min(start + block, end);
      const { data } = await productsOf(imageRange(y, start, stop), vectors, options);
      for (let j = start; j < stop; j++) {
        const product = data.subarray((j - start) * n * m, (j - start + 1) * n * m) as Float32Array | Float64Array;
        const at = i * y.images + j;
        if (tile.spatial) tile.spatial[at] = trace(product, n);
        if (!symmetric && options.skip?.(product, j)) {
          tile.semantic[at] = Number.NaN;
          continue;
        }
        tile.semantic[at] = copy
          ? assign(transposeInto(copy, product, n, m), m, n, {
              ...options,
              rowNorms: xNorms.subarray(i * m, (i + 1) * m),
              columnNorms: yNorms.subarray(j * n, (j + 1) * n),
              ...(x.extent && { extent: x.extent }),
            }).value
          : assign(product, n, m, options).value;
      }
    }
  }
}

/** Prototypes of each image are made once for all of its pairs. */
function matchByPrototypes(
  x: FeatureMaps,
  y: FeatureMaps,
  symmetric: boolean,
  options: MatchTileOptions,
  tile: MatchedTile,
): void {
  const upper = new Float64Array(tile.semantic.length);
  const prepare = (maps: FeatureMaps) =>
    Array.from({ length: maps.images }, (_, image) => prototypeMap(imageVectors(maps, image)));
  const rows = prepare(x);
  const columns = symmetric ? rows : prepare(y);
  for (let i = 0; i < x.images; i++)
    for (let j = 0; j < (symmetric ? i : y.images); j++) {
      const found = matchPrototypes(rows[i]!, columns[j]!, options);
      tile.semantic[i * y.images + j] = found.value;
      upper[i * y.images + j] = found.upperBound;
    }
  tile.upper = upper;
}

/** Batch-optimal matching without the affinities between windows, which are never used. */
async function matchWindows(
  x: FeatureMaps,
  y: FeatureMaps,
  symmetric: boolean,
  options: MatchTileOptions,
  out: Float64Array,
): Promise<void> {
  const { batchSize = 512, normOrder = 'ascending' } = options;
  const sortedX = sortPositions(x, normOrder);
  const sortedY = symmetric ? sortedX : sortPositions(y, normOrder);
  const shorter = Math.min(x.positions, y.positions);
  const cut = (maps: FeatureMaps, image: number, from: number, to: number): Matrix => {
    const start = image * maps.positions + Math.floor((from * maps.positions) / shorter);
    const end = image * maps.positions + Math.floor((to * maps.positions) / shorter);
    const data = maps.data.subarray(start * maps.channels, end * maps.channels) as Float32Array | Float64Array;
    return { rows: end - start, cols: maps.channels, data };
  };
  for (let i = 0; i < x.images; i++)
    for (let j = 0; j < (symmetric ? i : y.images); j++) {
      let sum = 0;
      for (let from = 0; from < shorter; from += batchSize) {
        const to = Math.min(from + batchSize, shorter);
        const affinity = await productsOf(cut(sortedX, i, from, to), cut(sortedY, j, from, to), options);
        sum += assign(affinity.data, affinity.rows, affinity.cols, { ...options, method: 'optimal' }).value;
      }
      out[i * y.images + j] = sum;
    }
}

/** The maps with the positions of each image in the order of their norms, ties by index. */
function sortPositions(maps: FeatureMaps, normOrder: 'ascending' | 'descending'): FeatureMaps {
  const { images, positions, channels } = maps;
  const norms = positionNorms(maps);
  const data = newLike(maps, maps, maps.data.length);
  for (let i = 0; i < images; i++) {
    const order = orderBy(norms.subarray(i * positions, (i + 1) * positions), normOrder);
    for (let s = 0; s < positions; s++) {
      const from = (i * positions + order[s]!) * channels;
      data.set(maps.data.subarray(from, from + channels), (i * positions + s) * channels);
    }
  }
  return { ...maps, data };
}

function productsOf(x: Matrix, y: Matrix, options: MatchTileOptions): Matrix | Promise<Matrix> {
  const single = x.data instanceof Float32Array && y.data instanceof Float32Array;
  if (single && options.rowProducts) return options.rowProducts(x as Matrix32, y as Matrix32);
  return productsInMemory(x, y, options);
}

/** X·Yᵀ by this package's kernel, or in 64 bits where either side is a Float64Array. */
export function productsInMemory(x: Matrix, y: Matrix, options: KernelOptions = {}): Matrix {
  if (x.data instanceof Float32Array && y.data instanceof Float32Array)
    return crossGram(x as Matrix32, y as Matrix32, options);
  const out = { rows: x.rows, cols: y.rows, data: new Float64Array(x.rows * y.rows) };
  rowProductsPlain(x.data, y.data, x.cols, out.data);
  return out;
}

function spatialProducts(x: FeatureMaps, y: FeatureMaps, symmetric: boolean, out: Float64Array): void {
  const size = x.positions * x.channels;
  for (let i = 0; i < x.images; i++)
    for (let j = 0; j < (symmetric ? i : y.images); j++) {
      const a = i * size;
      const b = j * size;
      let sum = 0;
      for (let k = 0; k < size; k++) sum += x.data[a + k]! * y.data[b + k]!;
      out[i * y.images + j] = sum;
    }
}

function mirror({ rows, semantic, spatial, upper }: MatchedTile, squares: Float64Array): void {
  for (const matrix of [semantic, spatial, upper])
    for (let i = 0; matrix && i < rows; i++) {
      matrix[i * rows + i] = squares[i]!;
      for (let j = 0; j < i; j++) matrix[j * rows + i] = matrix[i * rows + j]!;
    }
}

function transposeInto(
  out: Float32Array | Float64Array,
  matrix: Float32Array | Float64Array,
  rows: number,
  columns: number,
): Float32Array | Float64Array {
  for (let i = 0, k = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = matrix[k++]!;
  return out;
}

function trace(matrix: Float32Array | Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += matrix[i * n + i]!;
  return sum;
}

function newLike(x: FeatureMaps, y: FeatureMaps, length: number): Float32Array | Float64Array {
  const single = x.data instanceof Float32Array && y.data instanceof Float32Array;
  return single ? new Float32Array(length) : new Float64Array(length);
}

function requireComparable(x: FeatureMaps, y: FeatureMaps, { method }: MatchTileOptions): void {
  if (x.channels !== y.channels)
    throw new IncomparableError(
      `Positions have ${x.channels} channels in one set and ${y.channels} in the other; matching needs equally many.`,
      { hint: 'Compare different layers or models by their similarity matrices (CKA), not pair by pair.' },
    );
  if (x.positions !== y.positions && (method === 'none' || method === 'circular-shift' || method === 'prototypes'))
    throw new IncomparableError(
      `Method "${method}" needs equally many positions; found ${x.positions} and ${y.positions}.`,
      { hint: 'Use "optimal", which matches maps of different extents.' },
    );
  if (x.positions === 0 || y.positions === 0) throw new UsageError('Feature maps need at least one position.');
}

function requireFiniteNorms(maps: FeatureMaps): Float64Array {
  const squares = squaredNorms(maps);
  for (let i = 0; i < squares.length; i++)
    // Products of float32 values must not overflow float32 either.
    if (!(squares[i]! < 3e38))
      throw new FormatError(
        `${describeImage(maps, i)} has values that are not finite or too large (‖V‖² = ${squares[i]}).`,
      );
  return squares;
}
