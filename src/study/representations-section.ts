import * as z from 'zod/mini';
import { approximationPairsSchema, approximationSchema } from './parts/approximation.ts';
import { invarianceSchema } from './parts/invariance.ts';
import { layerIdentificationSchema } from './parts/layer-identification.ts';
import { ranModel, sectionOrigin, skippedInputs } from './section-parts.ts';

const finite = z.number();
const maybe = z.nullable(finite);
const kernel = z.enum(['linear', 'cosine', 'rbf']);

/** A value by semantic (matched) and by spatial (same place) similarity; null where it is not available. */
const bothSides = z.object({ semantic: maybe, spatial: maybe });

const correlation = z.object({ pearson: maybe, spearman: maybe, pairs: z.int() });

const score = z.object({
  mean: finite,
  low: finite,
  high: finite,
  level: finite,
  resamples: z.int(),
  seed: z.int(),
  count: z.int(),
  /** Queries without a score. */
  skipped: z.int(),
});

const retrievalSchema = z.object({
  /**
   * What similarity is searched by. `average` and `first` are cosines of pooled vectors, the usual baseline. A layer of one
   * vector an image has `semantic` alone: all of them are one.
   */
  by: z.enum(['semantic', 'spatial', 'average', 'first']),
  /** Null for pooled vectors. */
  kernel: z.nullable(kernel),
  /** i32 images × k: the most similar other images of each query, best first, −1 where there are fewer and of other images. */
  found: z.string(),
  /** Share of the k that bear the query's label; F1 of object counts of the first, and of the best of k; IoU of labels. */
  precisionAtK: z.nullable(score),
  precisionAt1: z.nullable(score),
  f1: z.nullable(score),
  f1Best: z.nullable(score),
  iou: z.nullable(score),
  /** Precision at 1 (or F1, and IoU, where there are counts) by database size. */
  sweep: z.array(z.object({ size: z.int(), score: z.nullable(score), iou: z.optional(z.nullable(score)) })),
});

const boundsSchema = z.object({
  /** The gap asked for, (bound − value) / bound, and the most prototypes allowed. */
  gap: finite,
  prototypes: z.int(),
  /** Pairs of different images, and those whose gap is within the one asked for. */
  pairs: z.int(),
  within: z.int(),
  /** Gaps of the pairs with a positive bound; the largest is null where one has none. */
  median: maybe,
  largest: maybe,
});

/** Features of a layer, so that any pair of its images can be matched again. */
const pairFeaturesSchema = z.object({
  /** Images × (positions · channels), centred as for the matching; floats of so many bits. */
  path: z.string(),
  bits: z.union([z.literal(16), z.literal(32)]),
  /** The images that the rows are of; null where they are all. */
  images: z.nullable(z.array(z.int())),
});

const representationLayerSchema = z.object({
  /** Unique within its model, used in paths and URLs. */
  id: z.string(),
  name: z.string(),
  positions: z.int(),
  channels: z.int(),
  /** Height and width of the grid of positions; null for tokens that form none. */
  extent: z.nullable(z.object({ height: z.int(), width: z.int() })),
  /** Tokens before the patches that were left out. */
  droppedTokens: z.int(),
  /** Order of the axes of the layer, `nd` for one vector an image; absent from studies of older versions. */
  layout: z.optional(z.enum(['nchw', 'nhwc', 'ntd', 'nd'])),
  /** f32 images × images by kernel. */
  matrices: z.partialRecord(
    kernel,
    z.object({
      semantic: z.string(),
      spatial: z.string(),
      /** Upper bounds of the semantic similarities, where these are of one matching by prototypes; else absent. */
      upper: z.optional(z.string()),
    }),
  ),
  /** Width of the RBF kernel; null where all images are alike or the kernel was not asked for. */
  sigma: bothSides,
  /** Correlation of similarity with the divergence of outputs, by kernel; null without outputs. */
  outputSimilarity: z.nullable(z.partialRecord(kernel, z.object({ semantic: correlation, spatial: correlation }))),
  /** CKA of the semantic with the spatial matrix of this layer, of the first kernel. */
  semanticSpatialCka: z.object({ biased: maybe, unbiased: maybe }),
  /** How places were matched, which a study left to their number; absent from studies of older versions. */
  method: z.optional(z.string()),
  approximation: z.array(approximationSchema),
  /** Null where no comparison was asked for, or there is nothing to match; absent from studies of older versions. */
  approximationPairs: z.optional(z.nullable(approximationPairsSchema)),
  /** Of matching by prototypes, else absent: how far the upper bounds of the matched sums are above them. */
  bounds: z.optional(boundsSchema),
  retrieval: z.array(retrievalSchema),
  /** Table of matched places for each image and those found for it; null where it was not asked for. */
  matches: z.nullable(z.string()),
  /** Null where they were not asked for or too large; absent from studies of older versions. */
  features: z.optional(z.nullable(pairFeaturesSchema)),
});

const representationModelSchema = z.object({
  ...ranModel,
  /** The output that divergence is of. */
  logits: z.nullable(z.string()),
  /** f32 images × images: Jensen–Shannon divergence of outputs, in nats. */
  divergence: z.nullable(z.string()),
  layers: z.array(representationLayerSchema),
  warnings: z.array(z.string()),
});

const layerMap = z.array(z.array(maybe));
const sides = z.object({ semantic: layerMap, spatial: layerMap });

const meanMap = z.object({ mean: layerMap, deviation: z.nullable(layerMap) });

/** Semantic − spatial of maps of layers against layers, averaged over models with as many layers as one another. */
const layerDifferenceSchema = z.object({
  /** Models against themselves, or against other models. */
  kind: z.enum(['within', 'across']),
  /** The models whose layers the rows, and the columns, are; a row is the layer at that place in depth. */
  rows: z.array(z.string()),
  columns: z.array(z.string()),
  /** How many maps were averaged. */
  pairs: z.int(),
  measures: z.partialRecord(z.enum(['cka', 'ckaUnbiased', 'ckaMinibatch', 'rsa', 'mutualNeighbours']), meanMap),
  /** The maps of semantic against spatial CKA, averaged likewise; absent from studies of older versions. */
  semanticSpatial: z.optional(z.object({ biased: meanMap, unbiased: meanMap })),
});

/** Measures beside CKA and RSA, by name; absent ones were not asked for. */
const otherMeasuresSchema = z.object({
  /** Neighbours of the measures on similarity matrices; null where there are none. */
  neighbours: z.nullable(z.int()),
  /** On pooled, centred features: layers × layers, the row towards the column where a measure has a direction. */
  features: z.record(z.string(), layerMap),
  /** Of those measures for which it is known: what unrelated features of as many dimensions and images have on average. */
  chance: z.record(z.string(), layerMap),
  /** On similarity matrices: layers × layers. */
  matrices: z.record(z.string(), z.object({ semantic: layerMap, spatial: layerMap })),
  /** On answers: models × models; null where none was asked for. */
  outputs: z.nullable(
    z.object({
      models: z.array(z.string()),
      /** Share of right answers of each model, and of how many images; null where the true classes are not known. */
      accuracy: z.array(z.nullable(z.object({ share: finite, images: z.int() }))),
      measures: z.record(z.string(), layerMap),
    }),
  ),
  /** What was assumed, what could not be compared and what says nothing. */
  notes: z.array(z.string()),
});

/** Layers × layers over all models, in the order of `layers`. */
const layerComparisonSchema = z.object({
  kernel,
  layers: z.array(z.object({ model: z.string(), layer: z.string() })),
  cka: sides,
  ckaUnbiased: sides,
  /**
   * CKA of the semantic matrix of the layer of the row with the spatial matrix of that of the column; absent from studies of
   * older versions.
   */
  semanticSpatial: z.optional(z.object({ biased: layerMap, unbiased: layerMap })),
  /** CKA from random batches of images; absent where it was not asked for. */
  ckaMinibatch: z.optional(
    z.extend(sides, {
      rule: z.enum(['biased', 'unbiased', 'mean']),
      /** Images of a batch at most, and how many batches there are. */
      batchSize: z.int(),
      batches: z.int(),
      seed: z.int(),
    }),
  ),
  rsa: z.extend(sides, {
    measure: z.enum(['pearson', 'spearman', 'kendall']),
    permutations: z.int(),
    seed: z.int(),
    /** p of the semantic and of the spatial side; null without permutations. */
    p: z.nullable(sides),
  }),
  mutualNeighbours: z.nullable(z.extend(sides, { k: z.int(), chance: finite })),
  /** Absent from studies of older versions. */
  differences: z.optional(z.array(layerDifferenceSchema)),
  /** Absent from studies of older versions. */
  identification: z.optional(z.array(layerIdentificationSchema)),
  /** The measures of `--also`; absent where none was asked for. */
  also: z.optional(otherMeasuresSchema),
});

/** An estimate from a part of the pairs, with its 95 % interval; ends are null where there is too little to tell. */
const estimate = z.object({ value: maybe, low: maybe, high: maybe });
const estimates = z.object({ semantic: estimate, spatial: estimate });

/** Layers compared on a part of the pairs of images; nothing else was matched. */
const sampledSchema = z.object({
  kernel,
  seed: z.int(),
  layers: z.array(
    z.object({
      model: z.string(),
      layer: z.string(),
      name: z.string(),
      positions: z.int(),
      channels: z.int(),
      /** Width of the RBF kernel, from the pairs that were matched. */
      sigma: bothSides,
      /** Pearson and Spearman correlation with the divergence of outputs; null without outputs or pairs. */
      outputSimilarity: z.nullable(z.object({ pearson: estimates, spearman: estimates })),
      nearest: z.nullable(
        z.object({
          /** i32 queries × k: the images most similar by matching, best first, −1 where there are fewer. */
          found: z.string(),
          precisionAtK: z.nullable(score),
          precisionAt1: z.nullable(score),
          /** F1 of object counts and IoU of objects of the first; absent where no image has counts. */
          f1: z.optional(z.nullable(score)),
          iou: z.optional(z.nullable(score)),
          /** Pairs of a query and an image; those ruled out by norms and means, and by the maxima of their affinity. */
          candidates: z.int(),
          prunedByNorms: z.int(),
          prunedByMaxima: z.int(),
        }),
      ),
    }),
  ),
  /** Images that are queries. */
  queries: z.array(z.int()),
  /** Layers × layers. Null where there are fewer than 4 images. */
  cka: z.nullable(
    z.object({
      rule: z.enum(['biased', 'unbiased', 'mean']),
      batchSize: z.int(),
      batches: z.int(),
      pairs: z.int(),
      values: z.array(z.array(estimates)),
    }),
  ),
  /** Layers × layers. Null without pairs. */
  rsa: z.nullable(
    z.object({
      measure: z.enum(['pearson', 'spearman', 'kendall']),
      pairs: z.int(),
      /** Pairs that there are. */
      all: z.int(),
      values: z.array(z.array(estimates)),
    }),
  ),
});

export const representationsSectionSchema = z.object({
  ...sectionOrigin,
  /** Table of the images, in the order of every matrix. */
  images: z.string(),
  imageCount: z.int(),
  /** Images left out, by name. */
  skipped: skippedInputs,
  /**
   * Where queries and database of retrieval are apart: how many images are which, and how many queries have a picture of the
   * same content in the database, which is never found for them. The mean of the database centres all features. Absent where
   * every image is both.
   */
  retrievalSets: z.optional(z.object({ queries: z.int(), database: z.int(), neither: z.int(), copies: z.int() })),
  kernels: z.array(kernel),
  /** How places were matched; `auto` where not all layers were matched in one way, each of which then has its own. */
  method: z.string(),
  centring: z.enum(['none', 'channel', 'position']),
  models: z.array(representationModelSchema),
  /** Null for an invariance experiment, and where a part of the pairs was compared. */
  comparison: z.nullable(layerComparisonSchema),
  invariance: z.nullable(invarianceSchema),
  /** Absent where all pairs were compared. */
  sampled: z.optional(sampledSchema),
  kernelTier: z.enum(['simd', 'plain']),
});

/** The representations instrument in a study: models with their layers, comparisons, retrieval; matrices by path. */
export type RepresentationsSection = z.infer<typeof representationsSectionSchema>;
export type RepresentationModelEntry = z.infer<typeof representationModelSchema>;
export type RepresentationLayerEntry = z.infer<typeof representationLayerSchema>;
export type LayerComparison = z.infer<typeof layerComparisonSchema>;
export type OtherMeasures = z.infer<typeof otherMeasuresSchema>;
export type LayerDifference = z.infer<typeof layerDifferenceSchema>;
export type PairFeaturesEntry = z.infer<typeof pairFeaturesSchema>;
export type InvarianceResult = z.infer<typeof invarianceSchema>;
export type SampledComparison = z.infer<typeof sampledSchema>;
export type RetrievalEntry = z.infer<typeof retrievalSchema>;

/** A row of the images table. */
export interface ImageRow {
  index: number;
  name: string;
  /** SHA-256 of the picture's bytes, or the id that precomputed features carry; null where they carry none. */
  id: string | null;
  label: string | null;
  /** The label in words, where labels are WordNet ids; null where they are words already. */
  labelName?: string | null;
  group: string | null;
  counts: Record<string, number> | null;
  /** What it is to retrieval; absent where every image is query and database at once. */
  role?: 'query' | 'database' | null;
  /**
   * PNG of what the first network saw of the picture, or of all of it where features were computed elsewhere, made
   * smaller; a path from the folder of this table. Null where there is none.
   */
  thumbnail: string | null;
}

/** A row of a layer's matches table: how the places of image `a` are matched with those of `b`. */
export interface MatchRow {
  a: number;
  b: number;
  /** [place in a, place in b, inner product], strongest first. */
  pairs: [number, number, number][];
}

/** Every file that a representations section names, but for thumbnails, which the images table names. */
export function representationsFiles(section: RepresentationsSection): string[] {
  const paths = [section.images];
  for (const model of section.models) {
    if (model.divergence !== null) paths.push(model.divergence);
    for (const layer of model.layers) {
      for (const { semantic, spatial, upper } of Object.values(layer.matrices))
        paths.push(semantic, spatial, ...(upper === undefined ? [] : [upper]));
      paths.push(...layer.retrieval.map(({ found }) => found));
      if (layer.matches !== null) paths.push(layer.matches);
      if (layer.features) paths.push(layer.features.path);
    }
  }
  for (const { layers, views } of section.invariance?.models ?? []) {
    for (const { matrices } of layers) if (matrices) paths.push(matrices.semantic, matrices.spatial);
    for (const { picture } of views ?? []) if (picture !== null) paths.push(picture);
  }
  for (const { nearest } of section.sampled?.layers ?? []) if (nearest) paths.push(nearest.found);
  return paths;
}
