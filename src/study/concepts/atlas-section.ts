import * as z from 'zod/mini';
import {
  type ConceptEntry,
  type ConceptImageRow,
  classOfImages,
  conceptModelSchema,
  factorisation,
  samplerSchema,
} from '../concepts-section.ts';
import { sectionOrigin, skippedInputs } from '../section-parts.ts';
import { uncertain } from './concept-measures.ts';

const maybe = z.nullable(z.number());

/** The factorisation of one model's activations for one class. */
const atlasOwnerSchema = z.object({
  ...factorisation,
  /** f32 k × channels: directions of the concepts. */
  directions: z.string(),
  /** f32 patches × k of the evaluation images. */
  coefficients: z.string(),
  /** Table of the patches that show each concept most, as in the section `concepts`. */
  collages: z.string(),
});

const atlasClassSchema = z.object({
  ...classOfImages,
  /** By model: accuracy on the evaluation images labelled with this class; null without labels. */
  accuracy: z.array(maybe),
  /** By model: its concepts; null where it predicts the class for no image. */
  models: z.array(z.nullable(atlasOwnerSchema)),
  warnings: z.array(z.string()),
});

const atlasPairSchema = z.object({
  /** Indices of the two models, the lesser first. */
  first: z.int(),
  second: z.int(),
  /** Mean similarity of the first's concepts given the second, and the other way round. */
  similarity: z.tuple([uncertain, uncertain]),
  /** Entries of the atlas that both have. */
  both: z.int(),
  /** Pairs of a concept of the first and one of the second that agree, over all classes; an entry may hold several, or none. */
  agreeing: z.int(),
  /** Mean of the concepts' largest correlations, both directions and all classes averaged (MMCS). */
  maxSimilarity: maybe,
  /** Biased CKA of the pooled activations of all evaluation patches. */
  cka: maybe,
});

export const atlasSectionSchema = z.object({
  ...sectionOrigin,
  /** Table of the images that were used. */
  images: z.string(),
  imageCount: z.int(),
  skipped: skippedInputs,
  sampler: samplerSchema,
  models: z.array(conceptModelSchema),
  classes: z.array(atlasClassSchema),
  /** Classes left out, with the reason. */
  skippedClasses: skippedInputs,
  /** Every pair of models. */
  pairs: z.array(atlasPairSchema),
  /** By model: mean similarity of its concepts given itself. */
  ceilings: z.array(uncertain),
  /** Table of all concepts of all models. */
  concepts: z.string(),
  /** Table of the atlas: what concepts are one, and which models have them. */
  entries: z.string(),
  entryCount: z.int(),
  /** By number of models from 1: entries that so many have. */
  byModels: z.array(z.int()),
  /** When two concepts are one: see docs/concepts.md. */
  rule: z.object({ share: z.number(), correlation: z.number(), cosine: z.number() }),
  /** What separates low from high. Importance is in normalised units. */
  thresholds: z.object({ similarity: z.number(), importance: z.number() }),
  level: z.number(),
  resamples: z.int(),
  seed: z.int(),
  kernelTier: z.enum(['simd', 'plain']),
});

/** The concepts of more than two models: pairs, classes, and the tables of concepts and of the atlas. */
export type AtlasSection = z.infer<typeof atlasSectionSchema>;
export type AtlasClassEntry = z.infer<typeof atlasClassSchema>;
export type AtlasPairEntry = z.infer<typeof atlasPairSchema>;
export type AtlasOwnerEntry = z.infer<typeof atlasOwnerSchema>;

/** A row of the images table. */
export type AtlasImageRow = Omit<ConceptImageRow, 'predicted'> & {
  /** Class that each model predicts, as names of the shared label set. */
  predicted: (string | null)[];
};

/** A row of the table of concepts. */
export interface AtlasConceptRow extends Pick<ConceptEntry, 'importance' | 'stability' | 'dead' | 'duplicateOf'> {
  /** Row of the table of the atlas that it belongs to. */
  entry: number;
  model: number;
  /** Id of the class. */
  class: string;
  concept: number;
  /** By model: similarity given it; given its own model, the ceiling. A constant prediction counts as 0. */
  similarity: z.infer<typeof uncertain>[];
}

/** What one model makes of an entry of the atlas. */
export interface AtlasCell {
  /** Its concepts that belong to the entry; empty where it has none. */
  concepts: { class: string; concept: number }[];
  /** Mean similarity of the other models' concepts of the entry given this one; of its own where no other has any. */
  similarity: number | null;
  /** Its interval over images; null where there is none. */
  low: number | null;
  high: number | null;
  /** Largest normalised importance of its concepts; null where it has none, or no importance. */
  importance: number | null;
}

/** A row of the atlas: concepts that are one. */
export interface AtlasEntryRow {
  entry: number;
  /** Models that have it. */
  models: number;
  /** Ids of the classes that any model has it for. */
  classes: string[];
  /** Mean and least correlation of its concepts of different models, class by class; null for those of one model. */
  agreement: { mean: number; least: number } | null;
  /** Mean ceiling of its concepts. */
  ceiling: number | null;
  /** Largest importance in any model. */
  importance: number | null;
  cells: AtlasCell[];
}

/**
 * Where a model stands to an entry: it has concepts of it, represents those of the others (similarity from the threshold), is
 * missing it (all of the interval below the threshold), or cannot be told to do either.
 */
export type AtlasStanding = 'has' | 'represents' | 'missing' | 'unknown';

/** Judges what one model makes of an entry by the section's threshold of similarity. */
export function atlasStanding(
  { concepts, similarity, high }: Pick<AtlasCell, 'concepts' | 'similarity' | 'high'>,
  { thresholds }: Pick<AtlasSection, 'thresholds'>,
): AtlasStanding {
  if (concepts.length > 0) return 'has';
  if (similarity === null) return 'unknown';
  if (similarity >= thresholds.similarity) return 'represents';
  return high !== null && high < thresholds.similarity ? 'missing' : 'unknown';
}

/** Every file that an atlas section names, but for pictures, which the images table names. */
export function atlasFiles(section: AtlasSection): string[] {
  const paths = [section.images, section.concepts, section.entries];
  for (const { models } of section.classes)
    for (const owned of models) if (owned) paths.push(owned.directions, owned.coefficients, owned.collages);
  return paths;
}
