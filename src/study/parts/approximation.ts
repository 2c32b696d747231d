import * as z from 'zod/mini';

const finite = z.number();
const maybe = z.nullable(finite);

/** How near one cheaper matching comes to the optimum, in one layer. */
export const approximationSchema = z.object({
  method: z.string(),
  /** Window of batch-optimal, k of topk-greedy, in places; null for others, absent from studies of older versions. */
  size: z.optional(z.nullable(z.int())),
  /** Σ value / Σ optimum over the pairs, and of each pair with a positive optimum. */
  aggregate: maybe,
  mean: maybe,
  /** Minimum, quartiles and maximum; null without any such pair. */
  quantiles: z.nullable(z.array(finite)),
  /**
   * Pairs by their share of the optimum, in bars of equal width from `from` up to 1; shares below −1 count in the first bar.
   * Null without any such pair, absent from studies of older versions.
   */
  histogram: z.optional(z.nullable(z.object({ from: finite, width: finite, counts: z.array(z.int()) }))),
  /** Median milliseconds of a pair, its affinity given; null where no times were asked for. */
  time: z.optional(maybe),
  pairs: z.int(),
  skipped: z.int(),
});

/** On which pairs matching methods were compared with the optimum. */
export const approximationPairsSchema = z.object({
  /** Null where the number was left to the size of the maps. */
  asked: z.nullable(z.int()),
  used: z.int(),
  /** Pairs of different images that there are. */
  of: z.int(),
  /** Median milliseconds of the optimum, the affinity given; null where no times were asked for. */
  optimalTime: maybe,
  /** What was left out, and why. */
  notes: z.array(z.string()),
});
