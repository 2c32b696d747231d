import type { LongTask } from '../../../base/progress.ts';
import { encodeJsonl } from '../../../formats/jsonl/jsonl.ts';
import { encodeNpy } from '../../../formats/npy/write-npy.ts';
import { cka } from '../../../measures/representations/comparison/cka.ts';
import { outputCorrelation } from '../../../measures/representations/comparison/output-similarity.ts';
import { kernelMatrix, type SimilarityKernel } from '../../../measures/representations/similarity-kernels.ts';
import { cosineSimilarityMatrix } from '../../../statistics/cosine-matrix.ts';
import type { RepresentationLayerEntry } from '../../../study/representations-section.ts';
import type { Matrix, Matrix32, Matrix64 } from '../../../tensor/matrix.ts';
import type { WorkArea } from '../../common/work-area.ts';
import type { FeatureBuffers, LayerFeatures } from '../features/collect-features.ts';
import { pairFeatures } from '../features/pair-features.ts';
import { approximationTable } from '../matching/approximation-table.ts';
import type { MatchPool } from '../matching/match-in-tiles.ts';
import { matchLayer } from '../matching/match-layer.ts';
import { settledMethod } from '../matching/match-settings.ts';
import { matchTable } from '../matching/match-table.ts';
import type { MemoryUse } from '../matching/memory.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ImageInput } from '../options.ts';
import type { RetrievalSets } from '../retrieval-sets.ts';
import { describeBounds } from './describe-bounds.ts';
import { type RetrievalTable, retrievalTable, type SearchedBy } from './retrieval-tables.ts';

/** A layer with its similarity matrices and everything that follows from them. */
export interface MeasuredLayer {
  id: string;
  /** Of the first kernel, for comparison with other layers. */
  semantic: Matrix32;
  spatial: Matrix32;
  /** Files by their path within the layer's folder. */
  files: Map<string, Uint8Array>;
  describe(locate: (path: string) => string): RepresentationLayerEntry;
}

export interface MeasureContext {
  pool: MatchPool;
  buffers: FeatureBuffers;
  work: WorkArea;
  /** Of the work area. */
  folder: string;
  /** The images that could be read, in order. */
  images: readonly ImageInput[];
  divergence: Matrix64 | null;
  /** Queries and database; null where every image is both. */
  sets: RetrievalSets | null;
  options: PlainOptions & { memory: MemoryUse };
}

/** Similarity matrices of a layer, their kernels, and what they tell of outputs, retrieval and approximation. */
export async function measureLayer(
  id: string,
  features: LayerFeatures,
  { pool, buffers, work, folder, images, divergence, sets, options }: MeasureContext,
  task: LongTask,
): Promise<MeasuredLayer> {
  const { kernels, sigma, sigmaScope, k } = options;
  // One vector an image has no places to show, and matched, same and pooled places are all one.
  const hasPlaces = features.layer.kind !== 'vector';
  const products = await matchLayer(features, buffers, pool, work, folder, options, task);
  const files = new Map<string, Uint8Array>();
  const tables: RetrievalTable[] = [];
  const search = (by: SearchedBy): void => {
    task.signal?.throwIfAborted();
    tables.push(retrievalTable(by, images, options, sets));
  };
  // Widths of tiles are of the similarities in each, which bounds are not.
  const isBounded = (kernel: SimilarityKernel): boolean => kernel !== 'rbf' || sigmaScope === 'global';
  const upperPath = (kernel: SimilarityKernel): string => `upper-${kernel}.npy`;
  const sigmas: RepresentationLayerEntry['sigma'] = { semantic: null, spatial: null };
  const outputSimilarity: NonNullable<RepresentationLayerEntry['outputSimilarity']> = {};
  let first: { semantic: Matrix32; spatial: Matrix32 } | undefined;
  let semanticSpatialCka: RepresentationLayerEntry['semanticSpatialCka'] = { biased: null, unbiased: null };
  for (const kernel of kernels) {
    const [semantic, spatial] = (['semantic', 'spatial'] as const).map((side) => {
      const found = kernelMatrix(products[side]!, kernel, { sigma, scope: sigmaScope });
      if (found.sigma !== undefined) sigmas[side] = found.sigma;
      if (hasPlaces || side === 'semantic') search({ by: side, kernel, matrix: found.matrix });
      return found.matrix;
    }) as [Matrix64, Matrix64];
    if (divergence)
      outputSimilarity[kernel] = {
        semantic: outputCorrelation(semantic, divergence),
        spatial: outputCorrelation(spatial, divergence),
      };
    if (products.upper && isBounded(kernel)) {
      // The width is that of the similarity that it bounds.
      const width = sigmas.semantic ?? sigma;
      const { matrix } = kernelMatrix(products.upper, kernel, { sigma: width, scope: sigmaScope });
      files.set(upperPath(kernel), encodeNpy(Float32Array.from(matrix.data), [matrix.rows, matrix.cols]));
    }
    const single = { semantic: toSingle(semantic), spatial: toSingle(spatial) };
    if (!first) {
      first = single;
      semanticSpatialCka = {
        biased: cka(semantic, spatial).value,
        unbiased: images.length > 3 ? cka(semantic, spatial, { estimator: 'unbiased' }).value : null,
      };
    }
    files.set(`semantic-${kernel}.npy`, encodeNpy(single.semantic.data, [semantic.rows, semantic.cols]));
    files.set(`spatial-${kernel}.npy`, encodeNpy(single.spatial.data, [spatial.rows, spatial.cols]));
  }
  for (const [by, vectors] of Object.entries(features.pooled))
    if (vectors && hasPlaces)
      search({ by: by as 'average' | 'first', kernel: null, matrix: pooledSimilarity(vectors) });
  for (const table of tables) files.set(foundPath(table), encodeNpy(table.found, [images.length, k]));
  const nearest = tables.find(({ by }) => by === 'semantic')!;
  const matches =
    hasPlaces && options.matches && products.whole ? matchTable(products.whole, nearest.found, options) : null;
  if (matches) files.set('matches.jsonl', encodeJsonl(matches));
  const kept = hasPlaces ? await pairFeatures(features, options.pairFeatures) : null;
  if (kept) files.set('features.npy', kept.bytes);
  const compared = hasPlaces
    ? await approximationTable(features, options, task)
    : { approximation: [], approximationPairs: null };
  const { layer } = features;
  return {
    id,
    ...first!,
    files,
    describe: (locate) => ({
      id,
      name: layer.name,
      positions: features.positions,
      channels: layer.channels,
      extent: layer.extent,
      droppedTokens: layer.droppedTokens,
      layout: layer.layout,
      matrices: Object.fromEntries(
        kernels.map((kernel) => [
          kernel,
          {
            semantic: locate(`semantic-${kernel}.npy`),
            spatial: locate(`spatial-${kernel}.npy`),
            ...(products.upper && isBounded(kernel) && { upper: locate(upperPath(kernel)) }),
          },
        ]),
      ),
      sigma: sigmas,
      outputSimilarity: divergence ? outputSimilarity : null,
      semanticSpatialCka,
      method: settledMethod(options.method, features.positions),
      ...compared,
      ...(products.upper && { bounds: describeBounds(products.semantic, products.upper, options) }),
      retrieval: tables.map((table) => ({ ...table.entry, found: locate(foundPath(table)) })),
      matches: matches ? locate('matches.jsonl') : null,
      features: kept && { ...kept.entry, path: locate('features.npy') },
    }),
  };
}

function foundPath({ by, kernel }: { by: string; kernel: SimilarityKernel | null }): string {
  return `found-${kernel === null ? by : `${by}-${kernel}`}.npy`;
}

function toSingle({ rows, cols, data }: Matrix64): Matrix32 {
  return { rows, cols, data: Float32Array.from(data) };
}

/** Cosines of pooled vectors; a vector of zeros is like nothing: 0. */
function pooledSimilarity(vectors: Matrix): Matrix {
  const { rows, cols, data } = cosineSimilarityMatrix(vectors);
  return { rows, cols, data: data.map((value) => (Number.isNaN(value) ? 0 : value)) as typeof data };
}
