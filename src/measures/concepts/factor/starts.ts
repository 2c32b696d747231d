import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import type { ConvexStart } from './convex-nmf.ts';
import { kMeans } from './k-means.ts';
import type { FactorStart } from './nndsvd.ts';

/** Random factors of at least 0 whose product is about as large as `x`: |normal|·√(mean / k), as scikit-learn draws them. */
export function randomFactors(x: Matrix, k: number, seed: number): FactorStart {
  const random = createRandom(seed);
  let sum = 0;
  for (let i = 0; i < x.data.length; i++) sum += x.data[i]!;
  const size = Math.sqrt(sum / x.data.length / k);
  const draw = (rows: number, cols: number): Matrix64 => ({
    rows,
    cols,
    data: Float64Array.from({ length: rows * cols }, () => size * Math.abs(random.normal())),
  });
  const directions = draw(k, x.cols);
  return { coefficients: draw(x.rows, k), directions };
}

/** Uniform values in [1e-4, 1 + 1e-4): no value is 0, which multiplicative updates would keep. */
export function randomMatrix(rows: number, k: number, seed: number): Matrix64 {
  const random = createRandom(seed);
  return { rows, cols: k, data: Float64Array.from({ length: rows * k }, () => random.next() + 1e-4) };
}

/** Random coefficients, and directions that are random mixtures of all rows, their shares adding up to 1. */
export function mixtureStart(rows: number, k: number, seed: number): ConvexStart {
  const both = randomMatrix(2 * rows, k, seed);
  const coefficients: Matrix64 = { rows, cols: k, data: both.data.slice(0, rows * k) };
  const mixture: Matrix64 = { rows, cols: k, data: both.data.slice(rows * k) };
  for (let t = 0; t < k; t++) {
    let total = 0;
    for (let i = 0; i < rows; i++) total += mixture.data[i * k + t]!;
    for (let i = 0; i < rows; i++) mixture.data[i * k + t]! /= total;
  }
  return { coefficients, mixture };
}

/**
 * From k-means: coefficients 1.2 for the row's own cluster and 0.2 for the others; mixtures (membership + 0.01) over the
 * size of the cluster (Ding, Li & Jordan 2010).
 */
export function clusterStart(x: Matrix, k: number, seed: number, options: KernelOptions): ConvexStart {
  const clusters = kMeans(x, k, seed, options);
  const sizes = new Float64Array(k);
  for (const cluster of clusters) sizes[cluster]!++;
  const coefficients: Matrix64 = { rows: x.rows, cols: k, data: new Float64Array(x.rows * k).fill(0.2) };
  const mixture: Matrix64 = { rows: x.rows, cols: k, data: new Float64Array(x.rows * k) };
  for (let i = 0; i < x.rows; i++) {
    coefficients.data[i * k + clusters[i]!] = 1.2;
    for (let t = 0; t < k; t++) mixture.data[i * k + t] = ((clusters[i] === t ? 1 : 0) + 0.01) / sizes[t]!;
  }
  return { coefficients, mixture };
}
