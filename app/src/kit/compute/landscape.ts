import { UMAP } from 'umap-js';
import { UsageError } from '#src/base/errors.ts';
import type { LongTask } from '#src/base/progress.ts';
import { classicalScaling } from '#src/statistics/classical-mds.ts';
import { createRandom } from '#src/statistics/random.ts';
import { type Matrix32, select } from '#src/tensor/matrix.ts';

/** Points whose nearness in the plane is to follow a similarity: as a whole (MDS), or of near neighbours (UMAP). */
export interface LandscapeTask {
  kind: 'landscape';
  /** n×n: inner products, such as cosines. */
  similarity: Matrix32;
  method: 'mds' | 'umap';
}

export interface Landscape {
  /** n × 2, row by row; NaN for an item without similarities. */
  data: Float32Array;
  /** Share of the variance in the two dimensions; null for UMAP, whose dimensions hold none. */
  share: number | null;
}

const NEIGHBOURS = 15;
const SEED = 0;
/** Fewer lie on a line, whatever their similarities. */
const FEWEST = 3;

/**
 * The same similarity gives the same picture: both methods start from a fixed seed.
 * @throws UsageError when fewer than three items have similarities.
 */
export function landscape({ similarity, method }: LandscapeTask, task: LongTask = {}): Landscape {
  const { rows, data } = similarity;
  const known = [...Array(rows).keys()].filter((i) => !Number.isNaN(data[i * rows + i]!));
  if (known.length < FEWEST)
    throw new UsageError(
      `A landscape needs at least ${FEWEST} items with similarities; of these ${rows}, ${known.length === 1 ? '1 has' : `${known.length} have`} them.`,
    );
  const made = place(known.length === rows ? similarity : select(similarity, known), method, task);
  const placed = new Float32Array(2 * rows).fill(Number.NaN);
  for (const [k, i] of known.entries()) placed.set(made.data.subarray(2 * k, 2 * k + 2), 2 * i);
  return { ...made, data: placed };
}

function place(similarity: Matrix32, method: LandscapeTask['method'], { signal, onProgress }: LongTask): Landscape {
  if (method === 'mds') {
    const { points, shares } = classicalScaling(similarity);
    return { data: Float32Array.from(points.data), share: shares[0]! + shares[1]! };
  }
  const { rows: n } = similarity;
  // Each item is the first of its own neighbours, and UMAP takes fewer of them than there are items.
  const { indices, distances } = nearest(similarity, Math.min(NEIGHBOURS, n - 2));
  const umap = new UMAP({ nNeighbors: indices[0]!.length, minDist: 0.15, random: createRandom(SEED).next });
  umap.setPrecomputedKNN(indices, distances);
  const epochs = umap.initializeFit(Array.from({ length: n }, (_, i) => [i]));
  for (let epoch = 0; epoch < epochs; epoch++) {
    signal?.throwIfAborted();
    umap.step();
    onProgress?.({ task: 'landscape', done: epoch + 1, total: epochs, unit: 'steps' });
  }
  return { data: Float32Array.from(umap.getEmbedding().flat()), share: null };
}

/** The nearest items of each, itself first, by the distances that go with inner products. */
function nearest({ rows: n, data }: Matrix32, k: number): { indices: number[][]; distances: number[][] } {
  const indices: number[][] = [];
  const distances: number[][] = [];
  for (let i = 0; i < n; i++) {
    const squared = Float64Array.from({ length: n }, (_, j) =>
      j === i ? -1 : Math.max(0, data[i * n + i]! + data[j * n + j]! - 2 * data[i * n + j]!),
    );
    const order = [...squared.keys()].sort((a, b) => squared[a]! - squared[b]! || a - b).slice(0, k + 1);
    indices.push(order);
    distances.push(order.map((j) => Math.sqrt(Math.max(0, squared[j]!))));
  }
  return { indices, distances };
}
