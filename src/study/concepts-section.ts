import * as z from 'zod/mini';
import {
  agreementSchema,
  bothWays,
  coveredSchema,
  importanceSchema,
  replacementSchema,
  uncertain,
} from './concepts/concept-measures.ts';
import { ranModel, sectionOrigin, skippedInputs } from './section-parts.ts';

const finite = z.number();
const maybe = z.nullable(finite);

const conceptSchema = z.object({
  /** Row of the concept matrix, from 0. */
  index: z.int(),
  similarity: bothWays(agreementSchema),
  /** Similarity to be expected from chance: patches of the other model shuffled, or a network with random weights. */
  null: z.object({
    shuffled: z.nullable(z.object({ mean: finite, q95: finite, p: finite, permutations: z.int() })),
    randomNetwork: maybe,
  }),
  /** Largest signed correlation with any concept of the other model of this class, without regression (MCS). */
  maxSimilarity: maybe,
  /** The other model's concept of that correlation. */
  partner: z.nullable(z.int()),
  /** Null where the model's `importance` is "none", or fewer than five images show the concept where it is by covering. */
  importance: z.nullable(importanceSchema),
  /** Null without a head for KL and match; L2 is there always. Delta is cross minus self. */
  replacement: z.object({ cross: replacementSchema, self: replacementSchema, delta: replacementSchema }),
  /**
   * What covering the concept's patches does to the class's probability in each model, beyond random patches; null where no
   * image shows it, absent where it was not asked for or a model is no classifier.
   */
  covered: z.optional(z.nullable(coveredSchema)),
  /** Mean cosine with the matched concept over factorisations from other seeds; null where it was not asked for. */
  stability: maybe,
  /** No patch of the fit images shows it. */
  dead: z.boolean(),
  /** An earlier concept of nearly the same direction. */
  duplicateOf: z.nullable(z.int()),
  /** By similarity and importance against the thresholds of the pair; null where either is missing. */
  group: z.nullable(z.enum(['low-low', 'low-high', 'high-low', 'high-high'])),
});

/** How the activations of one model for one class were factorised. */
export const factorisation = {
  nComponents: z.int(),
  /** ‖A − UW‖_F of the fit patches, and divided by ‖A‖_F. */
  error: finite,
  relativeError: finite,
  iterations: z.int(),
  converged: z.boolean(),
};

/** A class, and the images that stand for it. */
export const classOfImages = {
  /** Unique, used in paths and URLs. */
  id: z.string(),
  /** Index in the label set that the models share; null for a group that is no class of theirs. */
  index: z.nullable(z.int()),
  name: z.string(),
  wnid: z.nullable(z.string()),
  /** Rows of the images table by what they were used for. */
  fitImages: z.array(z.int()),
  evaluationImages: z.array(z.int()),
};

/** The concepts of one model for one class. */
const ownedConceptsSchema = z.object({
  ...factorisation,
  /** f32 k × channels: directions of the concepts. */
  directions: z.string(),
  /** f32 patches × k of the evaluation images: real coefficients, and those predicted from the other and the own model. */
  coefficients: z.string(),
  predicted: bothWays(z.string()),
  concepts: z.array(conceptSchema),
  /** All concepts replaced at once, without a blend. */
  whole: bothWays(replacementSchema),
  /** Share of evaluation patches classified as their image's label: by the model, and from UW. Null without labels. */
  patchAccuracy: z.object({ original: maybe, reconstructed: maybe }),
  /** Table of the patches of each collage. */
  collages: z.string(),
});

const conceptClassSchema = z.object({
  ...classOfImages,
  /** Accuracy of each model on the evaluation images labelled with this class; null without labels. */
  accuracy: z.tuple([maybe, maybe]),
  /** Concepts of the first and of the second model; null where it predicts the class for no image. */
  models: z.tuple([z.nullable(ownedConceptsSchema), z.nullable(ownedConceptsSchema)]),
  warnings: z.array(z.string()),
});

export const conceptModelSchema = z.object({
  ...ranModel,
  /** The layer whose pooled activations are factorised. */
  layer: z.string(),
  channels: z.int(),
  factorisation: z.enum(['nmf', 'semi-nmf', 'convex-nmf']),
  /** How activations become logits; "none" leaves out importance and the effect on classes. */
  head: z.object({ kind: z.enum(['linear', 'layer-norm-linear', 'none']), reason: z.string() }),
  /**
   * How importance was measured: along the coefficients through the head, or by covering patches of pictures (rise of the
   * class's cross-entropy, or without class scores 1 − cosine of representations). Absent from studies of older versions.
   */
  importance: z.optional(z.enum(['integrated-gradients', 'covering', 'none'])),
  accuracy: maybe,
  warnings: z.array(z.string()),
});

/** Correlation and regression over concepts; null where they cannot be told. */
const effectLineSchema = z.object({ pearson: maybe, slope: maybe, intercept: maybe, concepts: z.int() });
const effectSchema = z.object({ raw: effectLineSchema, byImportance: effectLineSchema });

/** Summary over all concepts of one model. */
const ownerSummarySchema = z.object({
  concepts: z.int(),
  /** Concepts without a similarity, and those of similarity 0 because their prediction is constant. */
  missing: z.int(),
  constantPredictions: z.int(),
  cross: z.object({ mean: uncertain, median: maybe, std: maybe, weightedMean: uncertain, weightedMedian: maybe }),
  self: z.object({ mean: uncertain, median: maybe, std: maybe, weightedMean: uncertain, weightedMedian: maybe }),
  /** Mean similarity under each null. */
  null: z.object({ shuffled: maybe, randomNetwork: maybe }),
  /** Concepts by similarity and importance; null without importance. */
  groups: z.nullable(z.object({ 'low-low': z.int(), 'low-high': z.int(), 'high-low': z.int(), 'high-high': z.int() })),
  /** Concepts by similarity alone; absent from studies of older versions. */
  bySimilarity: z.optional(z.object({ low: z.int(), high: z.int() })),
  /** Mean of the concepts' largest correlations (MMCS). */
  maxSimilarity: maybe,
  /**
   * What replacing a concept does (ΔL2, ΔKL) on what the other model falls short of its ceiling by (ΔPearson), over concepts
   * alike and weighted by importance; absent from studies of older versions.
   */
  effects: z.optional(z.object({ l2: effectSchema, kl: effectSchema })),
});

const correlationSchema = z.object({ pearson: uncertain, spearman: maybe, classes: z.int() });

/** All models see the same square crop of each image; patches are cut from it in the order of `origins`. */
export const samplerSchema = z.object({
  kind: z.enum(['patch', 'cell', 'image', 'given']),
  /** Side of the crop, of a patch, and pixels between patches; null where activations were given. */
  side: z.nullable(z.int()),
  size: z.nullable(z.int()),
  stride: z.nullable(z.int()),
  perImage: z.int(),
  /** [y, x] of each patch in the crop; null where activations were given. */
  origins: z.nullable(z.array(z.tuple([z.int(), z.int()]))),
});

export const conceptsSectionSchema = z.object({
  ...sectionOrigin,
  /** Table of the images that were used. */
  images: z.string(),
  imageCount: z.int(),
  skipped: skippedInputs,
  sampler: samplerSchema,
  models: z.tuple([conceptModelSchema, conceptModelSchema]),
  classes: z.array(conceptClassSchema),
  /** Classes left out, with the reason. */
  skippedClasses: skippedInputs,
  summary: z.object({
    models: z.tuple([ownerSummarySchema, ownerSummarySchema]),
    /** Mean over both models of the importance-weighted mean similarity. */
    score: uncertain,
    maxSimilarity: maybe,
    /** CKA of the pooled activations of all evaluation patches. */
    cka: z.object({ biased: maybe, unbiased: maybe }),
    /** What separates low from high. Importance is in normalised units. */
    thresholds: z.object({ similarity: finite, importance: finite }),
    level: finite,
    resamples: z.int(),
    seed: z.int(),
  }),
  /** Do unshared concepts explain performance? Over classes; null with fewer than three, or without labels. */
  performance: z.nullable(
    z.object({
      /** Accuracy of the first model minus that of the second, against the owner's mean similarity and weighted importance. */
      models: z.tuple([
        z.object({ similarity: correlationSchema, importance: correlationSchema }),
        z.object({ similarity: correlationSchema, importance: correlationSchema }),
      ]),
    }),
  ),
  /** Layers of the first model (rows) against those of the second; averages over classes that have both. Null if not asked for. */
  layerMap: z.nullable(
    z.object({
      layers: z.tuple([z.array(z.string()), z.array(z.string())]),
      /** Mean of the concepts' largest correlations, both models averaged; then each side alone; mean and largest of all. */
      both: z.array(z.array(maybe)),
      first: z.array(z.array(maybe)),
      second: z.array(z.array(maybe)),
      mean: z.array(z.array(maybe)),
      max: z.array(z.array(maybe)),
      /** Classes behind each cell. */
      classes: z.array(z.array(z.int())),
    }),
  ),
  /** How the figures change with the number of concepts and with the penalty; null if not asked for. */
  sweeps: z.nullable(
    z.object({
      components: z.array(
        z.object({
          nComponents: z.int(),
          models: z.array(z.object({ cross: maybe, self: maybe, relativeError: maybe, stability: maybe })),
        }),
      ),
      alpha: z.array(
        z.object({
          alpha: finite,
          models: z.array(z.object({ cross: maybe, self: maybe, features: maybe })),
        }),
      ),
    }),
  ),
  /** Table of the least shared important concepts of both models. */
  shortlist: z.string(),
  kernelTier: z.enum(['simd', 'plain']),
});

/** The concepts instrument in a study: models, classes with their concepts, lists; arrays and tables by path. */
export type ConceptsSection = z.infer<typeof conceptsSectionSchema>;
export type ConceptModelEntry = z.infer<typeof conceptModelSchema>;
export type ConceptClassEntry = z.infer<typeof conceptClassSchema>;
export type OwnedConceptsEntry = z.infer<typeof ownedConceptsSchema>;
export type ConceptEntry = z.infer<typeof conceptSchema>;
export type ReplacementEntry = z.infer<typeof replacementSchema>;

/** A row of the images table. */
export interface ConceptImageRow {
  index: number;
  name: string;
  /** SHA-256 of the picture's bytes, or the id that precomputed activations carry. */
  id: string;
  /** Name of the class it is labelled with. */
  label: string | null;
  /** Class that each model predicts, as names of the shared label set. */
  predicted: [string | null, string | null];
  split: 'fit' | 'evaluation';
  /**
   * PNG of the square crop that both models see, from the folder of this table; null for images of the fit, which are never
   * shown, and where activations were given or no pictures kept.
   */
  picture: string | null;
}

/** A row of a collages table: the patches of one picture of a concept, the most extreme first, one an image. */
export interface CollageRow {
  concept: number;
  /** Strongest; shown but not noticed by the other model; noticed by the other model but not shown. */
  kind: 'top' | 'under' | 'over';
  /** `row` of the coefficients, `image` of the images table, `patch` of the sampler's origins. */
  patches: { row: number; image: number; patch: number; real: number; predicted: number }[];
}

/** A row of the shortlist: the model that has the concept, and how little the other shares it. */
export interface ShortlistRow {
  model: 0 | 1;
  class: string;
  concept: number;
  similarity: number;
  self: number | null;
  importance: number | null;
}

/** Name and note that a person gave a concept, and what a language model answered; kept outside the hashed files. */
export interface ConceptNote {
  name?: string;
  note?: string;
  suggestion?: {
    provider: string;
    model: string;
    prompt: string;
    answer: string;
    /** The same question on shuffled patches; absent from notes of older versions. */
    control?: {
      answer: string;
      /** Of both names, 0 … 1; null where one of them has none. */
      agreement: number | null;
      seed: number;
      /** Whether the control was asked about before the collages. */
      askedFirst: boolean;
    };
  };
}

/** The file of all notes, at the root of the study: by "class id/model 0 or 1/concept". */
export const CONCEPT_NOTES_PATH = 'concept-notes.json';

export type ConceptNotes = Record<string, ConceptNote>;

/** Whether both models' answers to covered patches were compared: asked for, and both give class scores. */
export function comparesCovered({ classes }: Pick<ConceptsSection, 'classes'>): boolean {
  return classes.some(({ models }) =>
    models.some((owner) => owner?.concepts.some(({ covered }) => covered !== undefined)),
  );
}

/** Every file that a concepts section names, but for pictures, which the images table names. */
export function conceptsFiles(section: ConceptsSection): string[] {
  const paths = [section.images, section.shortlist];
  for (const { models } of section.classes)
    for (const owned of models)
      if (owned)
        paths.push(owned.directions, owned.coefficients, owned.predicted.cross, owned.predicted.self, owned.collages);
  return paths;
}
