import * as z from 'zod/mini';
import { ALIGNMENT_MEASURES } from '../measures/class-similarity/alignment-measures/alignment-measures.ts';
import type { SeenWith } from '../measures/class-similarity/co-occurrence.ts';
import type { PairExplanation } from '../semantics/relations/explain-pair.ts';
import type { Relation } from '../semantics/relations/relation.ts';
import { picturesSectionSchema } from './pictures-section.ts';
import { populationSectionSchema } from './population-section.ts';
import { predictionsSchema } from './predictions/predictions-section.ts';
import { labelsSchema, perMeasure, sectionOrigin } from './section-parts.ts';

const finite = z.number();
const intervalSchema = z.object({ low: finite, high: finite });
const values = perMeasure(z.nullable(finite));
/**
 * Over all orders of the classes. `sd` is exact where `draws` is 0, else from so many permutations, with its relative
 * standard error; both are absent in studies of 0.1, whose levels were all drawn.
 */
const chanceLevel = z.object({
  mean: finite,
  sd: finite,
  z: z.nullable(finite),
  draws: z.optional(z.int()),
  sdError: z.optional(finite),
});

/** Alignment of a model's class similarity with a reference, each measure beside its chance level. */
const alignmentSchema = z.extend(values, {
  /** Why a measure is null, such as "the matrix is constant"; absent when all are there. */
  reason: z.optional(z.string()),
  /** Classes that took part. */
  classes: z.int(),
  chance: perMeasure(z.nullable(chanceLevel)),
  /** Basic interval (2θ − quantiles) of a bootstrap over classes; absent when none was asked for. */
  interval: z.optional(
    z.extend(perMeasure(z.nullable(intervalSchema)), {
      level: finite,
      resamples: z.int(),
      seed: z.int(),
      classes: z.int(),
    }),
  ),
  /** Of a reference of several embeddings the mean of the alignments with each: what its noise ceiling bounds. */
  embeddings: z.optional(values),
  /**
   * Where the Spearman alignment with WordNet comes from: for each cut of the tree ρ with it alone, the partial ρ beyond
   * it, ρ with all levels so far, and ρ within branches of ten classes or more; absent for other references.
   */
  cuts: z.optional(
    z.array(
      z.object({
        /** Absent in studies of 0.2, whose levels are those that are called "level" and a number. */
        kind: z.optional(z.enum(['level', 'split'])),
        name: z.string(),
        branches: z.int(),
        split: z.nullable(finite),
        beyond: z.nullable(finite),
        soFar: z.nullable(finite),
        within: z.array(z.object({ branch: z.string(), classes: z.int(), spearman: z.nullable(finite) })),
        /** Basic intervals over classes. Of many classes there are fewer resamples than of the alignment; absent in older studies. */
        interval: z.optional(
          z.object({
            split: z.nullable(intervalSchema),
            beyond: z.nullable(intervalSchema),
            resamples: z.optional(z.int()),
          }),
        ),
      }),
    ),
  ),
  /** p-values of Mantel's permutation test; absent when none was asked for. */
  mantel: z.optional(z.extend(values, { permutations: z.int(), seed: z.int() })),
});

/** Alignment of model `a` minus that of `b` with the same reference, under the same resamples. */
const alignmentDifferenceSchema = z.object({
  reference: z.string(),
  measure: z.enum(ALIGNMENT_MEASURES),
  a: z.string(),
  b: z.string(),
  difference: finite,
  low: finite,
  high: finite,
  signShare: finite,
  /** False when the interval holds 0. */
  distinguishable: z.boolean(),
});

const referenceSchema = z.object({
  /** Such as "wordnet-path", or the name of a reference file. */
  id: z.string(),
  title: z.string(),
  kind: z.enum(['wordnet', 'file']),
  /** f32 C×C in the order of the study's classes; rows of classes without a synset are NaN. Null: too large to keep. */
  matrix: z.nullable(z.string()),
  /**
   * Of embeddings joined by WordNet id: shared classes, and where there are several the noise ceiling. It bounds the mean
   * alignment with each, `embeddings` of an alignment, not the alignment with their mean.
   */
  embeddings: z.optional(
    z.object({
      shared: z.object({ classes: z.int(), ids: z.int(), unknown: z.int() }),
      ceiling: z.optional(
        z.extend(perMeasure(z.object({ lower: z.nullable(finite), upper: z.nullable(finite) })), {
          embeddings: z.int(),
        }),
      ),
    }),
  ),
});

const classModelSchema = z.object({
  /** Short, unique in the study, used in paths and URLs. */
  id: z.string(),
  name: z.string(),
  file: z.string(),
  /** SHA-256 of the file; null for a remote file of which only the head was fetched. */
  sha256: z.nullable(z.string()),
  /** True where the server said so and nobody has checked it. */
  sha256Claimed: z.optional(z.boolean()),
  format: z.string(),
  /** Number of weights by the shapes in the file; absent where it does not tell. */
  parameters: z.optional(z.number()),
  labels: z.object({
    /** "imagenet-1k", the name of a labels file, or null when the classes are only numbered. */
    set: z.nullable(z.string()),
    /** True when nobody said so: 1000 rows were taken as ImageNet-1k. */
    assumed: z.boolean(),
    /** How the rows are ordered: a label set's id, or "file". */
    order: z.nullable(z.string()),
    /** A known order of the same classes in which Spearman's alignment is clearly higher; absent where there is none. */
    better: z.optional(z.object({ set: z.string(), title: z.string(), spearman: finite })),
  }),
  head: z.object({
    tensor: z.string(),
    classes: z.int(),
    features: z.int(),
    /** Rows of the stored tensor left out, with the reason: the background row, rows without a label. */
    dropped: z.array(z.object({ row: z.int(), reason: z.string() })),
    /** Rows of the stored tensor that are all zero, whether left out or not. */
    zeroRows: z.optional(z.array(z.int())),
    reason: z.string(),
    rejected: z.array(z.object({ tensor: z.string(), shape: z.array(z.int()), reason: z.string() })),
  }),
  /** Classes of the study whose template is zero: their rows are NaN and they are in no measure. */
  zeroTemplates: z.array(z.int()),
  /**
   * f32 C×C, the cosine similarity of class templates (NCSM), in the order of the study's classes. Null where there are
   * too many classes to keep it; `neighbours` is there instead.
   */
  matrix: z.nullable(z.string()),
  /** Table of each class's first neighbours, only where the matrix is not kept. */
  neighbours: z.optional(z.string()),
  /** Table of the closest neighbour of each class, most similar first. */
  ranking: z.string(),
  /** One alignment per reference id. */
  alignment: z.record(z.string(), alignmentSchema),
  /**
   * Set where the matrix is a TNCSM: class templates are the mean features of labelled pictures, not classifier weights, and
   * `head` tells of the layer that they are of.
   */
  templates: z.optional(
    z.object({
      /** The folder of pictures or file of features, as it was named. */
      source: z.string(),
      layer: z.string(),
      /** How positions became one vector. */
      pooling: z.enum(['none', 'mean', 'first']),
      runtime: z.nullable(z.string()),
      /** Pictures of each class, in the order of the study's classes. */
      counts: z.array(z.int()),
      skipped: z.array(z.object({ name: z.string(), reason: z.string() })),
      /** Id of the entry of the same network by its classifier's weights; null where it has none. */
      weights: z.nullable(z.string()),
      /** SAI cosine of the two matrices (min–max scaled) with its chance level, beside NSAD in `nsad`; null without weights. */
      agreement: z.nullable(
        z.object({ cosine: z.nullable(finite), chance: z.nullable(chanceLevel), classes: z.int() }),
      ),
      /** What the network takes the pictures for; absent where it has no scores of these classes. */
      predictions: z.optional(predictionsSchema),
    }),
  ),
  /** What a reader should know about this model, such as "class order looks like darknet-1k". */
  warnings: z.array(z.string()),
});

export const classesSectionSchema = z.object({
  ...sectionOrigin,
  labels: labelsSchema,
  /** Table of the classes in the study's order. */
  classes: z.string(),
  /** WordNet's part for these classes and their ancestors, or null when none has a synset. */
  wordnet: z.nullable(z.string()),
  /** The orders for display and their groups. */
  orders: z.string(),
  references: z.array(referenceSchema),
  models: z.array(classModelSchema),
  /** Inputs that could not be used, and why. */
  failed: z.array(
    z.object({
      name: z.string(),
      error: z.object({ code: z.string(), message: z.string(), hint: z.optional(z.string()) }),
    }),
  ),
  /** Models × models, in the order of `models`; null where it is not available. */
  nsad: perMeasure(z.array(z.array(z.nullable(finite)))),
  /** Paired differences of all models; empty when no intervals were asked for. */
  differences: z.array(alignmentDifferenceSchema),
  population: z.optional(populationSectionSchema),
  /** Pictures of the classes; absent where none were given. */
  pictures: z.optional(picturesSectionSchema),
  kernelTier: z.enum(['simd', 'plain']),
});

export type Alignment = z.infer<typeof alignmentSchema>;
type Cut = NonNullable<Alignment['cuts']>[number];
export type AlignmentDifference = z.infer<typeof alignmentDifferenceSchema>;
export type ClassReference = z.infer<typeof referenceSchema>;
export type ClassModel = z.infer<typeof classModelSchema>;
/** The classes instrument in a study: models, references, alignments; matrices and tables by path. */
export type ClassesSection = z.infer<typeof classesSectionSchema>;

/** A row of the classes table (`classes/classes.jsonl`). */
export interface ClassRow {
  index: number;
  /** As the label set or file names it. */
  name: string;
  /** WordNet 3.0 id such as "n02084071"; null when the name has no noun sense or none was asked for. */
  synset: string | null;
  /** How the synset was found. */
  how: 'wnid' | 'lemmas' | 'label-set' | 'joint' | 'unresolved';
  /** All synsets that the name could mean, the one taken first; empty for a class of a label set. */
  candidates: string[];
}

/** What labelled pictures say of a pair that no lexical relation explains. */
export interface PairEvidence {
  /**
   * `filed-twice`: the same pictures lie under both; `seen-together`: on pictures of one the other is among the best classes
   * more often than its distance in meaning lets expect; `look-alike`: near by mean features, also on those pictures of one
   * on which the other is not seen; else nothing was found.
   */
  verdict: 'filed-twice' | 'seen-together' | 'look-alike' | 'still-unexplained';
  /**
   * Study indices with shares, base rates and 95 % intervals, and the rank of the second class by features for those pictures
   * of the first on which it is not seen; none for a class with fewer than 5 pictures.
   */
  directions: ({ from: number; to: number; restRank: number | null } & SeenWith)[];
  /** Pictures of the first class with a near-duplicate under the second; null where pictures were not looked at. */
  duplicates: number | null;
  /** The better of the two ranks by mean features; null where one has none. */
  featureRank: number | null;
}

/** A row of a model's ranking table: a class and its closest neighbour. */
export interface RankingRow {
  /** Study index of the class and of its neighbour. */
  class: number;
  neighbour: number;
  similarity: number;
  /** Rank of the neighbour among the class's neighbours in each reference, 1 = nearest; null when it has none. */
  referenceRank: Record<string, number | null>;
  /** True when the neighbour's own closest neighbour is this class. */
  mutual: boolean;
  /** Every relation that WordNet has between the two, the most specific first. */
  relations: Relation[];
  /** What explains the pair; null when the two have no rank in WordNet. */
  explanation: PairExplanation | null;
  /** Of unexplained pairs, where the network was run on labelled pictures. */
  evidence?: PairEvidence;
}

/** A row of the neighbours table: a class and its first neighbours, most similar first. */
export interface NeighboursRow {
  class: number;
  neighbours: { class: number; similarity: number }[];
}

/** A run of consecutive classes in a display order. */
export interface OrderGroup {
  name: string;
  synset: string | null;
  depth: number;
  /** Positions in the order, end exclusive; a group holds those that follow it and lie within. */
  start: number;
  end: number;
}

/** `classes/orders.json`: display orders as permutations of the study's class indices; null without any synset. */
export interface ClassOrders {
  wordnet: { order: number[]; groups: OrderGroup[] } | null;
}

/** A synset of a study's part of WordNet (`classes/wordnet.json` is an array of these). */
export interface WordNetExcerptRow {
  id: string;
  names: string[];
  gloss: string;
  hypernyms: string[];
  depth: number;
}

/** Whether a cut is a level of the whole tree, and no split of it at one node. */
export function isLevel({ kind, name }: Pick<Cut, 'kind' | 'name'>): boolean {
  return kind === undefined ? /^level \d+$/.test(name) : kind === 'level';
}
