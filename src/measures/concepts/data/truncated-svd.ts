import { SemblanceError } from '../../../base/errors.ts';
import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import { thinProducts } from '../../../kernels/thin-products/thin-products.ts';
import { jacobiSvd, type SmallSvd } from '../../../statistics/linear-algebra/jacobi-svd.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import { removeFrom } from './remove-from.ts';
import { addScaled, norm, scale } from './vectors.ts';

export interface TruncatedSvd {
  /** k × rows: left singular vectors, one a row. */
  left: Matrix64;
  /** Largest first; 0 beyond the rank, where the vectors are 0 too. */
  values: Float64Array;
  /** k × cols: right singular vectors, one a row. */
  right: Matrix64;
  /** How many of the k values are above rounding, max(rows, cols)·ε·s₀. */
  rank: number;
}

/** Residual at which a singular triplet counts as found, relative to the largest value. */
const TOLERANCE = 1e-14;
const MAX_RESTARTS = 1000;

/**
 * The k ≤ min(rows, cols) largest singular values of `x` and their vectors, exact to rounding, with ‖Xᵀu − s·v‖ at most
 * 1e-14 of the largest value. Block Golub–Kahan–Lanczos bidiagonalisation, reorthogonalised fully and restarted with the
 * best vectors so far (Golub, Luk & Overton 1981; Baglama & Reichel 2005); blocks of k find a value that occurs up to k
 * times. The signs of vectors are arbitrary, though always the same for the same input.
 *
 * @throws SemblanceError if the values are not found in 1000 restarts.
 */
export function truncatedSvd(x: Matrix, k: number, options: KernelOptions = {}): TruncatedSvd {
  const capacity = Math.max(100, 10 * k);
  const mayComplete = Math.min(x.rows, x.cols) <= capacity;
  const basis = krylovBasis(x, k, options);
  let nextLook = 4 * k;
  for (let restarts = 0; restarts < MAX_RESTARTS; ) {
    const complete = basis.expand();
    const full = !mayComplete && basis.size() + k > capacity;
    if (!complete && !full && basis.size() < nextLook) continue;
    nextLook = Math.ceil(1.4 * basis.size());
    const svd = basis.project();
    if (complete || basis.largestResidual(svd, k) <= TOLERANCE * svd.values[0]!) return basis.triplets(svd, k);
    if (!full) continue;
    basis.restart(svd, 2 * k);
    nextLook = capacity;
    restarts++;
  }
  throw new SemblanceError(
    `The ${k} largest singular values of ${x.rows}×${x.cols} values were not found in ${MAX_RESTARTS} restarts.`,
  );
}

interface KrylovBasis {
  /** Takes in the next block; true once nothing of X's action on the start is left outside. */
  expand(): boolean;
  size(): number;
  /** Singular triplets of X within the bases. */
  project(): SmallSvd;
  /** Largest ‖Xᵀu − s·v‖ of the first k. */
  largestResidual(svd: SmallSvd, k: number): number;
  restart(svd: SmallSvd, keep: number): void;
  triplets(svd: SmallSvd, k: number): TruncatedSvd;
}

/**
 * Orthonormal V and U with X·V = U·T; of Xᵀ·U, all lies within V but for `spill` along the vectors of `next`, which is
 * that of the U that came last.
 */
function krylovBasis(x: Matrix, block: number, options: KernelOptions): KrylovBasis {
  const products = thinProducts(x, block, options);
  /** What is left of a vector below this is rounding. */
  const negligible = 8 * Number.EPSILON * norm(x.data);
  let v: Float64Array[] = [];
  let u: Float64Array[] = [];
  /** Column j: coefficients of X·v_j in U. */
  let t: number[][] = [];
  let next = randomBlock(x.cols, block);
  let spill: number[][] = [];

  const imagesOf = (vectors: Float64Array[]): Float64Array[] => {
    const packed = new Float64Array(vectors.length * x.cols);
    vectors.forEach((vector, j) => {
      packed.set(vector, j * x.cols);
    });
    const out = new Float64Array(x.rows * vectors.length);
    products.multiply(packed, vectors.length, out);
    return vectors.map((_, j) => {
      const image = new Float64Array(x.rows);
      for (let i = 0; i < x.rows; i++) image[i] = out[i * vectors.length + j]!;
      return image;
    });
  };
  const preimagesOf = (vectors: Float64Array[]): Float64Array[] => {
    const packed = new Float64Array(x.rows * vectors.length);
    vectors.forEach((vector, j) => {
      for (let i = 0; i < x.rows; i++) packed[i * vectors.length + j] = vector[i]!;
    });
    const out = new Float64Array(vectors.length * x.cols);
    products.multiplyTransposed(packed, vectors.length, out);
    return vectors.map((_, j) => out.subarray(j * x.cols, (j + 1) * x.cols));
  };

  return {
    size: () => v.length,
    expand() {
      const images = imagesOf(next);
      const fresh: Float64Array[] = [];
      for (const [j, image] of images.entries()) {
        const coefficients = removeFrom(image, u);
        const rest = norm(image);
        if (rest > negligible) {
          scale(image, 1 / rest);
          coefficients.push(rest);
          u.push(image);
          fresh.push(image);
        }
        v.push(next[j]!);
        t.push(coefficients);
      }
      next = [];
      spill = [];
      if (fresh.length === 0) return true;
      for (const preimage of preimagesOf(fresh)) {
        removeFrom(preimage, v);
        const coefficients = removeFrom(preimage, next);
        const rest = norm(preimage);
        if (rest > negligible) {
          scale(preimage, 1 / rest);
          // Of a preimage that all but lay in V, rounding is a large part; the basis must stay orthogonal to it.
          removeFrom(preimage, v);
          scale(preimage, 1 / norm(preimage));
          coefficients.push(rest);
          next.push(preimage);
        }
        spill.push(coefficients);
      }
      return next.length === 0;
    },
    project() {
      const columns = t.map((coefficients) => {
        const column = new Float64Array(u.length);
        column.set(coefficients);
        return column;
      });
      return jacobiSvd(columns, u.length);
    },
    largestResidual(svd, k) {
      const from = u.length - spill.length;
      let largest = 0;
      for (const left of svd.left.slice(0, k)) {
        const rest = new Float64Array(next.length);
        spill.forEach((coefficients, i) => {
          coefficients.forEach((value, j) => {
            rest[j]! += left[from + i]! * value;
          });
        });
        largest = Math.max(largest, norm(rest));
      }
      return largest;
    },
    restart(svd, keep) {
      const kept = svd.values.filter((value, i) => i < keep && value > negligible).length;
      v = svd.right.slice(0, kept).map((weights) => combine(v, weights, x.cols));
      u = svd.left.slice(0, kept).map((weights) => combine(u, weights, x.rows));
      t = Array.from({ length: kept }, (_, i) => {
        const column: number[] = new Array(i + 1).fill(0);
        column[i] = svd.values[i]!;
        return column;
      });
    },
    triplets(svd, k) {
      const values = new Float64Array(k);
      const left: Matrix64 = { rows: k, cols: x.rows, data: new Float64Array(k * x.rows) };
      const right: Matrix64 = { rows: k, cols: x.cols, data: new Float64Array(k * x.cols) };
      const noise = Math.max(x.rows, x.cols) * Number.EPSILON * (svd.values[0] ?? 0);
      let rank = 0;
      while (rank < k && (svd.values[rank] ?? 0) > noise) {
        values[rank] = svd.values[rank]!;
        left.data.set(combine(u, svd.left[rank]!, x.rows), rank * x.rows);
        right.data.set(combine(v, svd.right[rank]!, x.cols), rank * x.cols);
        rank++;
      }
      return { left, values, right, rank };
    },
  };
}

function randomBlock(length: number, count: number): Float64Array[] {
  const random = createRandom(0);
  const block: Float64Array[] = [];
  for (let j = 0; j < count; j++) {
    const vector = Float64Array.from({ length }, () => random.normal());
    removeFrom(vector, block);
    scale(vector, 1 / norm(vector));
    block.push(vector);
  }
  return block;
}

function combine(basis: readonly Float64Array[], weights: Float64Array, length: number): Float64Array {
  const sum = new Float64Array(length);
  for (let i = 0; i < weights.length; i++) addScaled(sum, weights[i]!, basis[i]!);
  return sum;
}
