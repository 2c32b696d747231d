import { UsageError } from '../../../base/errors.ts';
import {
  columnMultiplier,
  type PackedColumns,
  packColumns,
  pickColumns,
} from '../../../kernels/column-products/column-products.ts';
import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import type { Range } from './folds.ts';

/**
 * Products of features, XᵀX, by block of rows and only for the features that were asked for: cross-validation takes the
 * held-out block from the total, and a sparse fit needs the columns of few features. Columns are centred over all rows
 * first, so that little is lost when means are taken off later.
 */
export interface FeatureGram {
  rows: number;
  cols: number;
  blocks: readonly Range[];
  /** Mean of each column over all rows; products are of the columns less these. */
  centre: Float64Array;
  /** Sum of each centred column, and of its squares, over the rows of each block. */
  sums: Float64Array[];
  squares: Float64Array[];
  /** Computes the products of these features with all, where they are not there yet. */
  ensure(features: readonly number[]): void;
  /** Products of a feature with all features over all rows; {@link ensure} comes first. */
  total(feature: number): Float64Array;
  /** The same over the rows of one block. */
  ofBlock(block: number, feature: number): Float64Array;
  /** Products of the columns of `y`, less their means over all rows, with all features. */
  crossProducts(y: Matrix): CrossProducts;
}

/** Products of targets with features by block. */
export interface CrossProducts {
  targets: number;
  /** Mean of each target over all rows. */
  centre: Float64Array;
  sums: Float64Array[];
  squares: Float64Array[];
  /** Per block targets × features. */
  products: Float64Array[];
}

/** @throws UsageError unless the blocks lie side by side and hold all rows. */
export function featureGram(
  x: Matrix,
  blocks: readonly Range[] = [{ from: 0, to: x.rows }],
  options: KernelOptions = {},
): FeatureGram {
  const { rows, cols } = x;
  if (blocks.some(({ from }, b) => from !== (blocks[b - 1]?.to ?? 0)) || blocks.at(-1)?.to !== rows)
    throw new UsageError(`Blocks must lie side by side and hold all ${rows} rows.`);
  const centre = columnMeans(x);
  const packed = packColumns(x, centre);
  const productsWith = columnMultiplier(packed, options);
  const { sums, squares } = blockMoments(packed, blocks);
  const totals = new Map<number, Float64Array>();
  const byBlock = blocks.map(() => new Map<number, Float64Array>());
  const single = blocks.length === 1;
  return {
    rows,
    cols,
    blocks,
    centre,
    sums,
    squares,
    ensure(features) {
      const missing = [...new Set(features)].filter((feature) => !totals.has(feature));
      if (missing.length === 0) return;
      const products = productsWith(pickColumns(packed, missing), blocks);
      missing.forEach((feature, k) => {
        const views = byBlock.map((stored, b) => {
          const from = (b * missing.length + k) * cols;
          const view = products.subarray(from, from + cols);
          stored.set(feature, view);
          return view;
        });
        totals.set(feature, single ? views[0]! : sumOf(views, cols));
      });
    },
    total: (feature) => totals.get(feature)!,
    ofBlock: (block, feature) => byBlock[block]!.get(feature)!,
    crossProducts(y) {
      if (y.rows !== rows) throw new UsageError(`Features have ${rows} rows, targets ${y.rows}; they must match.`);
      const targets = y.cols;
      const targetCentre = columnMeans(y);
      const packedTargets = packColumns(y, targetCentre);
      const products = productsWith(packedTargets, blocks);
      const size = targets * cols;
      return {
        targets,
        centre: targetCentre,
        ...blockMoments(packedTargets, blocks),
        products: blocks.map((_, b) => products.subarray(b * size, (b + 1) * size)),
      };
    },
  };
}

function sumOf(vectors: readonly Float64Array[], length: number): Float64Array {
  const sum = new Float64Array(length);
  for (const vector of vectors) for (let i = 0; i < length; i++) sum[i]! += vector[i]!;
  return sum;
}

function columnMeans({ rows, cols, data }: Matrix): Float64Array {
  const means = new Float64Array(cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) means[j]! += data[i * cols + j]!;
  return means.map((sum) => sum / rows);
}

/** Sums and sums of squares of each column over the rows of each block. */
function blockMoments(
  { rows, cols, data }: PackedColumns,
  blocks: readonly Range[],
): { sums: Float64Array[]; squares: Float64Array[] } {
  const sums = blocks.map(() => new Float64Array(cols));
  const squares = blocks.map(() => new Float64Array(cols));
  blocks.forEach(({ from, to }, b) => {
    for (let panel = 0; 4 * panel < cols; panel++) {
      const sum = new Float64Array(4);
      const square = new Float64Array(4);
      const end = 4 * (panel * rows + to);
      for (let at = 4 * (panel * rows + from); at < end; at += 4)
        for (let lane = 0; lane < 4; lane++) {
          const value = data[at + lane]!;
          sum[lane]! += value;
          square[lane]! += value * value;
        }
      const width = Math.min(4, cols - 4 * panel);
      sums[b]!.set(sum.subarray(0, width), 4 * panel);
      squares[b]!.set(square.subarray(0, width), 4 * panel);
    }
  });
  return { sums, squares };
}
