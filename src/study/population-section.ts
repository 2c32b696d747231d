import * as z from 'zod/mini';
import { perMeasure } from './section-parts.ts';

const finite = z.number();

const coefficient = z.nullable(z.object({ value: finite, p: finite }));
const traitCorrelation = z.object({
  /** Models that have both values. */
  n: z.int(),
  pearson: coefficient,
  spearman: coefficient,
  kendall: coefficient,
});

const dendrogramMerge = z.object({
  from: finite,
  to: finite,
  fromHeight: finite,
  toHeight: finite,
  height: finite,
  first: z.int(),
  last: z.int(),
});

const histogramSchema = z.object({
  n: z.int(),
  mean: z.nullable(finite),
  sd: z.nullable(finite),
  edges: z.array(finite),
  counts: z.array(z.int()),
});

const pairMean = z.nullable(z.object({ mean: finite, pairs: z.int() }));

const contrast = z.object({
  within: pairMean,
  between: pairMean,
  difference: z.nullable(finite),
  p: z.nullable(finite),
  permutations: z.int(),
  seed: z.int(),
});

/** What a population of models tells beyond its members. */
export const populationSectionSchema = z.object({
  name: z.nullable(z.string()),
  /** Whether hybrids are counted among the ViTs or stand alone. */
  hybrids: z.enum(['vit', 'own']),
  /** Whether the ranks of common pairs count a mutual pair once; absent in studies of 0.1, which did. */
  pairsFolded: z.optional(z.boolean()),
  members: z.array(
    z.object({
      id: z.string(),
      /** Its id among `models`; null when it could not be used. */
      model: z.nullable(z.string()),
      /** Set where only what was published is known: its values count in the correlations as they stand. */
      publishedOnly: z.optional(z.literal(true)),
      source: z.string(),
      family: z.nullable(z.string()),
      kind: z.nullable(z.enum(['cnn', 'vit', 'hybrid'])),
      parameters: z.nullable(finite),
      accuracy: z.nullable(finite),
      published: z.nullable(
        z.extend(perMeasure(z.optional(finite)), { mostSimilarPair: z.optional(z.array(z.string())) }),
      ),
    }),
  ),
  /** Of SSAD with size and accuracy: all models, then each kind. */
  correlations: z.array(
    z.extend(perMeasure(z.object({ parameters: traitCorrelation, accuracy: traitCorrelation })), { group: z.string() }),
  ),
  /** Average linkage on 1 − NSAD: order of the models, and the brackets of the dendrogram over that order. */
  clustering: perMeasure(z.object({ order: z.array(z.int()), merges: z.array(dendrogramMerge) })),
  families: perMeasure(contrast),
  /**
   * NSAD between groups of networks, by kind and by each column that the population file adds: means of all pairs of
   * groups (on the diagonal within one), and within against between. Absent in studies of 0.2.
   */
  groups: z.optional(
    z.array(
      z.object({
        column: z.string(),
        names: z.array(z.string()),
        models: z.array(z.int()),
        means: perMeasure(z.array(z.array(pairMean))),
        contrast: perMeasure(contrast),
      }),
    ),
  ),
  histograms: z.object({
    all: perMeasure(histogramSchema),
    subtree: z.optional(
      z.extend(perMeasure(histogramSchema), {
        /** Null for a node of a tree of one's own. */
        synset: z.nullable(z.string()),
        name: z.string(),
        classes: z.int(),
      }),
    ),
  }),
  /** Table of the pairs of classes that models have among their first. */
  pairs: z.string(),
});

export type PopulationSection = z.infer<typeof populationSectionSchema>;
