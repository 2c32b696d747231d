import type { LongTask } from '../../../base/progress.ts';
import { imageBatches } from '../../../measures/representations/matching/image-batches.ts';
import { type ImagePairs, pairsWithin, samplePairs } from '../../../measures/representations/sampling/sample-pairs.ts';
import { kernelMatrix, rbfSigma } from '../../../measures/representations/similarity-kernels.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';
import type { WorkArea } from '../../common/work-area.ts';
import type { LayerFeatures } from '../features/collect-features.ts';
import type { MatchPool } from '../matching/match-in-tiles.ts';
import type { MemoryUse } from '../matching/memory.ts';
import { MINIBATCH_RULES, type PlainOptions } from '../option-table.ts';
import type { ImageInput } from '../options.ts';
import type { RetrievalSets } from '../retrieval-sets.ts';
import { layerProfiles, type NearestImages, nearestImages } from './nearest-images.ts';
import { type MatchedPairs, pairMatcher } from './pair-matcher.ts';

/** Which pairs, batches and queries are looked at: the same in every layer of every model. */
export interface PairSample {
  pairs: ImagePairs;
  batches: readonly Int32Array[];
  withinBatches: ImagePairs;
  /** Ascending. */
  queries: Uint32Array;
  /** Queries and database where they are apart. */
  sets: RetrievalSets | null;
}

/** Draws what is looked at of `n` images. */
export function drawSample(
  n: number,
  { pairs, cka, ckaBatch, queries, seed }: PlainOptions,
  sets: RetrievalSets | null,
): PairSample {
  const batches = MINIBATCH_RULES[cka] !== null && n > 3 ? imageBatches(n, ckaBatch!, seed) : [];
  return {
    pairs: samplePairs(n, pairs!, seed),
    batches,
    withinBatches: pairsWithin(batches),
    queries: sets?.queries ?? createRandom(seed).permutation(n).slice(0, queries!).sort(),
    sets,
  };
}

/** A layer's similarities of the pairs that were looked at, of one kernel. */
export interface SampledLayer {
  id: string;
  features: Pick<LayerFeatures, 'layer' | 'positions' | 'channels'>;
  sigma: { semantic: number | null; spatial: number | null };
  /** In the order of the sample's pairs. */
  pairs: MatchedPairs;
  /** The similarity matrix of a batch. */
  batch(b: number, side: keyof MatchedPairs): Matrix64;
  nearest: NearestImages | null;
}

/** Matches the pairs of the sample in one layer, and finds the nearest images of its queries. */
export async function sampleLayer(
  id: string,
  features: LayerFeatures,
  sample: PairSample,
  images: readonly ImageInput[],
  { pool, work, folder }: { pool: MatchPool; work: WorkArea; folder: string },
  options: PlainOptions & { memory: MemoryUse },
  task: LongTask,
): Promise<SampledLayer> {
  const matcher = pairMatcher(features, pool, work, folder, options);
  const profiles = await layerProfiles(features, task);
  const { squares } = profiles;
  const random = await matcher.match('pairs', sample.pairs, task);
  const within = await matcher.match('batches', sample.withinBatches, task);
  const kernel = options.kernels[0]!;
  const sigma: SampledLayer['sigma'] = { semantic: null, spatial: null };
  if (kernel === 'rbf')
    for (const side of ['semantic', 'spatial'] as const) {
      const [pairs, values] =
        random[side].length > 0 ? [sample.pairs, random[side]] : [sample.withinBatches, within[side]];
      sigma[side] =
        typeof options.sigma === 'number'
          ? options.sigma
          : rbfSigma(
              values.map((value, p) => Math.max(0, squares[pairs.rows[p]!]! + squares[pairs.columns[p]!]! - 2 * value)),
              options.sigma,
            );
    }
  /** Similarities from inner products; one pair or a batch, with the width that all have in common. */
  const similarities = (linear: Matrix64, rows: Float64Array, columns: Float64Array, side: keyof MatchedPairs) => {
    const products = { linear, rowSquares: rows, columnSquares: columns, symmetric: linear.rows > 1 };
    if (kernel !== 'rbf') return kernelMatrix(products, kernel).matrix;
    const width = sigma[side];
    return width === null
      ? { ...linear, data: linear.data.map(() => 1) }
      : kernelMatrix(products, kernel, { sigma: width }).matrix;
  };
  const similarityOf = (pairs: ImagePairs, values: Float64Array, side: keyof MatchedPairs): Float64Array =>
    kernel === 'linear'
      ? values
      : values.map((value, p) => {
          const linear = { rows: 1, cols: 1, data: Float64Array.of(value) };
          const [i, j] = [pairs.rows[p]!, pairs.columns[p]!];
          return similarities(linear, squares.subarray(i, i + 1), squares.subarray(j, j + 1), side).data[0]!;
        });
  const starts = [0];
  for (const { length } of sample.batches) starts.push(starts.at(-1)! + (length * (length - 1)) / 2);
  const { queries, sets } = sample;
  const nearest =
    queries.length > 0
      ? await nearestImages(
          profiles,
          matcher,
          [...queries],
          {
            kernel,
            k: options.k,
            allowed: (query, image) => {
              if (sets && (sets.roles[image] !== 'database' || sets.isSamePicture(query, image))) return false;
              const group = images[query]!.group ?? null;
              return group === null || (images[image]!.group ?? null) !== group;
            },
          },
          task,
        )
      : null;
  const { layer, positions, channels } = features;
  return {
    id,
    features: { layer, positions, channels },
    sigma,
    pairs: {
      semantic: similarityOf(sample.pairs, random.semantic, 'semantic'),
      spatial: similarityOf(sample.pairs, random.spatial, 'spatial'),
    },
    batch(b, side) {
      const batch = sample.batches[b]!;
      const n = batch.length;
      const data = new Float64Array(n * n);
      const own = Float64Array.from(batch, (image) => squares[image]!);
      for (let i = 0, p = starts[b]!; i < n; i++) {
        data[i * n + i] = own[i]!;
        for (let j = 0; j < i; j++, p++) data[i * n + j] = data[j * n + i] = within[side][p]!;
      }
      return similarities({ rows: n, cols: n, data }, own, own, side);
    },
    nearest,
  };
}
