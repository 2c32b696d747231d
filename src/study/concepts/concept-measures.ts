import * as z from 'zod/mini';

const finite = z.number();
const maybe = z.nullable(finite);

/** A number with its bootstrap interval over images: BCa for a single correlation, basic for means. */
export const uncertain = z.object({ value: maybe, low: maybe, high: maybe });

/** Why a correlation has no value of its own: what is constant over the evaluation patches. */
const constant = z.nullable(z.enum(['prediction', 'concept']));

/**
 * How well the real coefficients of a concept agree with those predicted from a model's activations, on evaluation
 * images. A constant prediction counts as similarity 0 and is flagged; a concept that is constant there is missing.
 */
export const agreementSchema = z.object({
  pearson: uncertain,
  spearman: maybe,
  /** Pearson on the held-out part of each fold of the fit images. */
  folds: z.array(maybe),
  constant,
});

/** Effect of putting predicted coefficients in place of the real ones, averaged over patches. */
export const replacementSchema = z.object({
  /** Euclidean distance of activations. */
  l2: finite,
  /** KL(original ‖ replaced) of the class distribution, in nats; null without a head, as are the next two. */
  kl: maybe,
  /** Share of patches whose predicted class stays. */
  match: maybe,
  /** Change of the class's probability. */
  deltaTarget: maybe,
});

/** Cross: predicted from the other model. Self: from the concept's own model, the ceiling. */
export const bothWays = <T extends z.core.SomeType>(schema: T) => z.object({ cross: schema, self: schema });

const coveringEffectSchema = z.object({
  /** Mean fall of the class's probability where the concept's patches are covered, and where random ones are. */
  concept: finite,
  random: finite,
  /** Their difference, with its interval over images (Student's t), which fewer than five images do not have. */
  effect: uncertain,
});

/** What covering a concept's patches does to the class's probability in both models. */
export const coveredSchema = z.object({
  /** Evaluation images that show the concept, and patches covered in each. */
  images: z.int(),
  patches: z.int(),
  /** Of the first and the second model. */
  models: z.tuple([coveringEffectSchema, coveringEffectSchema]),
  /** Effect in the model that has the concept minus that in the other. */
  difference: uncertain,
  /**
   * Two-sided p-value that both the effect in the model that has the concept and the difference are above 0 (the greater of
   * both, by Student's t over images; 1 where one is not); null below five images.
   */
  p: maybe,
  /** The same corrected by Holm's procedure for all concepts of both models and all classes that have one. */
  pCorrected: maybe,
});

/** How much a concept matters to its model's answer. */
export const importanceSchema = z.object({
  /** Minus the integrated gradient of the class's cross-entropy, averaged over images; or what covering changes. */
  value: finite,
  low: maybe,
  high: maybe,
  /** Images that it is an average over. Absent from studies of older versions. */
  images: z.optional(z.int()),
  /** Divided by the model's largest absolute importance over all classes. */
  normalised: finite,
  /** Rise of the cross-entropy when the concept's coefficient is set to 0; the value again where it is by covering. */
  occlusion: finite,
  /** Share of the variance of the class logit (Sobol total order); null where it was not asked for. */
  sobol: maybe,
});
