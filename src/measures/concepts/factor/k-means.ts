import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import { thinProducts } from '../../../kernels/thin-products/thin-products.ts';
import { createRandom, type Random } from '../../../statistics/random.ts';
import { type Matrix, row } from '../../../tensor/matrix.ts';
import { addScaled, dot, scale } from '../data/vectors.ts';

const MAX_ITERATIONS = 100;

/**
 * Cluster (0 … k−1) of each row, no cluster empty: Lloyd's algorithm from k-means++ seeds (Arthur & Vassilvitskii 2007),
 * run until no row changes its cluster or for 100 iterations. Needs at least k rows; the same seed gives the same clusters.
 */
export function kMeans(x: Matrix, k: number, seed: number, options: KernelOptions = {}): Int32Array {
  const squares = Float64Array.from({ length: x.rows }, (_, i) => dot(row(x, i), row(x, i)));
  const products = thinProducts(x, k, options);
  const centres = spreadCentres(x, k, squares, createRandom(seed), products.multiply);
  const inner = new Float64Array(x.rows * k);
  const clusters = new Int32Array(x.rows).fill(-1);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    products.multiply(centres, k, inner);
    const distances = assignNearest(centres, x.cols, inner, squares, clusters);
    if (!distances) break;
    fillEmpty(clusters, distances, k);
    moveCentres(x, clusters, centres);
  }
  return clusters;
}

/** k rows as centres, each drawn with probability proportional to its squared distance from those before. */
function spreadCentres(
  x: Matrix,
  k: number,
  squares: Float64Array,
  random: Random,
  multiply: (h: Float64Array, width: number, out: Float64Array) => void,
): Float64Array {
  const centres = new Float64Array(k * x.cols);
  const nearest = new Float64Array(x.rows).fill(Number.POSITIVE_INFINITY);
  const inner = new Float64Array(x.rows);
  let chosen = random.below(x.rows);
  for (let j = 0; j < k; j++) {
    const centre = centres.subarray(j * x.cols, (j + 1) * x.cols);
    centre.set(row(x, chosen));
    if (j === k - 1) break;
    multiply(centre, 1, inner);
    let total = 0;
    for (let i = 0; i < x.rows; i++) {
      const distance = Math.max(0, squares[i]! - 2 * inner[i]! + squares[chosen]!);
      nearest[i] = i === chosen ? 0 : Math.min(nearest[i]!, distance);
      total += nearest[i]!;
    }
    let left = random.next() * total;
    chosen = 0;
    for (let i = 0; i < x.rows; i++) {
      if (nearest[i] === 0) continue;
      chosen = i;
      left -= nearest[i]!;
      if (left < 0) break;
    }
  }
  return centres;
}

/** Squared distances to the nearest centres, which `clusters` then names; undefined if no row changed. */
function assignNearest(
  centres: Float64Array,
  cols: number,
  inner: Float64Array,
  squares: Float64Array,
  clusters: Int32Array,
): Float64Array | undefined {
  const k = centres.length / cols;
  const centreSquares = Float64Array.from({ length: k }, (_, j) => {
    const centre = centres.subarray(j * cols, (j + 1) * cols);
    return dot(centre, centre);
  });
  const distances = new Float64Array(clusters.length);
  let changed = false;
  for (let i = 0; i < clusters.length; i++) {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < k; j++) {
      const distance = centreSquares[j]! - 2 * inner[i * k + j]!;
      if (distance < least) {
        least = distance;
        best = j;
      }
    }
    if (clusters[i] !== best) changed = true;
    clusters[i] = best;
    distances[i] = least + squares[i]!;
  }
  return changed ? distances : undefined;
}

/** Gives each empty cluster the row farthest from its centre among clusters of several rows. */
function fillEmpty(clusters: Int32Array, distances: Float64Array, k: number): void {
  const counts = new Int32Array(k);
  for (const cluster of clusters) counts[cluster]!++;
  for (let j = 0; j < k; j++) {
    if (counts[j]! > 0) continue;
    let farthest = -1;
    for (let i = 0; i < clusters.length; i++)
      if (counts[clusters[i]!]! > 1 && (farthest < 0 || distances[i]! > distances[farthest]!)) farthest = i;
    counts[clusters[farthest]!]!--;
    clusters[farthest] = j;
    counts[j] = 1;
  }
}

function moveCentres(x: Matrix, clusters: Int32Array, centres: Float64Array): void {
  centres.fill(0);
  const counts = new Int32Array(centres.length / x.cols);
  const centre = (j: number): Float64Array => centres.subarray(j * x.cols, (j + 1) * x.cols);
  for (const [i, cluster] of clusters.entries()) {
    addScaled(centre(cluster), 1, row(x, i));
    counts[cluster]!++;
  }
  for (const [j, count] of counts.entries()) scale(centre(j), 1 / count);
}
