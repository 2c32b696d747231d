import { IncomparableError } from '../../../base/errors.ts';
import { crossGram, gram } from '../../../kernels/gram/gram.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';

export interface FeatureCka {
  /** 0 … 1; null where a matrix does not vary. */
  biased: number | null;
  /** From HSIC₁ (Song et al. 2012); null with fewer than four rows as well. */
  unbiased: number | null;
}

/**
 * Linear CKA (Kornblith et al. 2019) of the activations of two models on the same rows, given in blocks. Worked out on
 * products of features rather than of rows, so that the number of rows does not matter: with centred X and Y,
 * HSIC(XXᵀ, YYᵀ) is ‖XᵀY‖² but for its factor, and for HSIC₁, whose kernels have an empty diagonal, the row sums are minus
 * the squared lengths of the rows.
 *
 * @throws IncomparableError when blocks differ in rows.
 */
export function featureCka(blocks: readonly (readonly [Matrix32, Matrix32])[]): FeatureCka {
  let n = 0;
  for (const [x, y] of blocks) {
    if (x.rows !== y.rows) throw new IncomparableError(`CKA is of the same rows; found ${x.rows} and ${y.rows}.`);
    n += x.rows;
  }
  if (n < 2) return { biased: null, unbiased: null };
  const means = [columnMeans(blocks.map(([x]) => x)), columnMeans(blocks.map(([, y]) => y))] as const;
  const [d, e] = means.map((mean) => mean.length) as [number, number];
  const products = { xx: new Float64Array(d * d), yy: new Float64Array(e * e), xy: new Float64Array(d * e) };
  const lengths = { x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
  for (const [x, y] of blocks) {
    const a = centredColumns(x, means[0]);
    const b = centredColumns(y, means[1]);
    add(products.xx, gram(a).data);
    add(products.yy, gram(b).data);
    add(products.xy, crossGram(a, b).data);
    const [p, q] = [squaredLengths(a), squaredLengths(b)];
    for (let i = 0; i < x.rows; i++) {
      lengths.x += p[i]!;
      lengths.y += q[i]!;
      lengths.xx += p[i]! ** 2;
      lengths.yy += q[i]! ** 2;
      lengths.xy += p[i]! * q[i]!;
    }
  }
  const [xx, yy, xy] = [products.xx, products.yy, products.xy].map(squares) as [number, number, number];
  const ratio = (kl: number, kk: number, ll: number): number | null =>
    kk > 0 && ll > 0 ? kl / Math.sqrt(kk * ll) : null;
  const unbiased = (cross: number, diagonal: number, k: number, l: number): number =>
    cross - diagonal + (k * l) / ((n - 1) * (n - 2)) - (2 * diagonal) / (n - 2);
  return {
    biased: ratio(xy, xx, yy),
    unbiased:
      n > 3
        ? ratio(
            unbiased(xy, lengths.xy, lengths.x, lengths.y),
            unbiased(xx, lengths.xx, lengths.x, lengths.x),
            unbiased(yy, lengths.yy, lengths.y, lengths.y),
          )
        : null,
  };
}

function columnMeans(blocks: readonly Matrix32[]): Float64Array {
  const cols = blocks[0]!.cols;
  const means = new Float64Array(cols);
  let rows = 0;
  for (const block of blocks) {
    rows += block.rows;
    for (let k = 0; k < block.data.length; k++) means[k % cols]! += block.data[k]!;
  }
  return means.map((sum) => sum / rows);
}

/** Columns as rows, less their means. */
function centredColumns({ rows, cols, data }: Matrix32, means: Float64Array): Matrix32 {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let c = 0; c < cols; c++) out[c * rows + i] = data[i * cols + c]! - means[c]!;
  return { rows: cols, cols: rows, data: out };
}

function squaredLengths({ rows, cols, data }: Matrix32): Float64Array {
  const out = new Float64Array(cols);
  for (let c = 0; c < rows; c++) for (let i = 0; i < cols; i++) out[i]! += data[c * cols + i]! ** 2;
  return out;
}

function add(into: Float64Array, values: Float32Array): void {
  for (let k = 0; k < into.length; k++) into[k]! += values[k]!;
}

function squares(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
