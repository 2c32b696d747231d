import { IncomparableError, UsageError } from '../../base/errors.ts';
import { pairedRows } from '../../kernels/paired-rows/paired-rows.ts';
import type { Interval } from '../../statistics/bootstrap-interval.ts';
import { meanInterval } from '../../statistics/intervals/mean-interval.ts';
import type { Matrix32 } from '../../tensor/matrix.ts';
import type { SplitTemplates, TemplateSet } from './split-templates.ts';

/** How alike the templates of some samples are to those of all. */
export interface TemplateAgreement {
  /** Mean cosine over the classes that have such samples; null when none has. */
  cosine: number | null;
  /** Number of those classes. */
  classes: number;
  /** The cosine of each class; NaN for a class without such samples. Length C. */
  perClass: Float64Array;
}

/** How much nearer some samples are to their class than as many random ones; negative: farther. */
export interface TypicalityExcess {
  /** Mean over the classes with such samples and at least one other of: cosine less that of the random part. */
  difference: number;
  /** 95 % interval of the mean over classes, by its standard error and Student's t; null of fewer than five classes. */
  interval: Interval | null;
  classes: number;
}

/** Typicality of the right and of the wrong samples of one split at one epoch. */
export interface Typicality {
  correct: TemplateAgreement;
  wrong: TemplateAgreement;
  /** The same of a random split of each class into parts of the same sizes; absent where no such templates were written. */
  random?: { correct: TemplateAgreement; wrong: TemplateAgreement };
  /** The difference to that; null where no class has both right and wrong samples. */
  excess?: { correct: TypicalityExcess | null; wrong: TypicalityExcess | null };
}

/**
 * Typicality (appendix H of Filus & Żarski et al., "Beyond Accuracy"): cosine of the class templates of the correctly
 * and of the wrongly classified samples to those of all samples, averaged over the classes that have any. The mean of all
 * lies nearest to the larger of the two parts whatever these are, so that what counts is the difference to random parts
 * of the same sizes, where the templates of those are known.
 * @throws IncomparableError when the template sets differ in shape; UsageError when right and wrong ones are missing.
 */
export function typicality(templates: SplitTemplates): Typicality {
  const { all, correct, wrong, random } = templates;
  if (!correct || !wrong)
    throw new UsageError('Typicality needs the templates of the right and of the wrong samples beside those of all.');
  const found = { correct: agreement(all.templates, correct), wrong: agreement(all.templates, wrong) };
  if (!random) return found;
  const drawn = { correct: agreement(all.templates, random.correct), wrong: agreement(all.templates, random.wrong) };
  const isSplit = (c: number): boolean => correct.counts[c]! > 0 && wrong.counts[c]! > 0;
  return {
    ...found,
    random: drawn,
    excess: {
      correct: excess(found.correct.perClass, drawn.correct.perClass, isSplit),
      wrong: excess(found.wrong.perClass, drawn.wrong.perClass, isSplit),
    },
  };
}

/** A class of right or of wrong samples only is its own random part, and says nothing. */
function excess(observed: Float64Array, drawn: Float64Array, isSplit: (c: number) => boolean): TypicalityExcess | null {
  const differences = [...observed.keys()]
    .filter(isSplit)
    .map((c) => observed[c]! - drawn[c]!)
    .filter((value) => !Number.isNaN(value));
  const n = differences.length;
  if (n === 0) return null;
  const difference = differences.reduce((sum, value) => sum + value, 0) / n;
  const squares = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0);
  return { difference, interval: meanInterval(difference, squares, n), classes: n };
}

function agreement(all: Matrix32, some: TemplateSet): TemplateAgreement {
  const { templates, counts } = some;
  if (templates.rows !== all.rows || templates.cols !== all.cols || counts.length !== all.rows)
    throw new IncomparableError(
      `The templates of all samples are ${all.rows}×${all.cols}, those of some of them ${templates.rows}×${templates.cols} with ${counts.length} counts.`,
    );
  const perClass = new Float64Array(all.rows).fill(Number.NaN);
  const sums = pairedRows(templates, all);
  let total = 0;
  let classes = 0;
  for (let c = 0; c < all.rows; c++) {
    if (counts[c] === 0) continue;
    const norms = Math.sqrt(sums[3 * c + 1]! * sums[3 * c + 2]!);
    if (norms === 0) continue;
    const cosine = Math.max(-1, Math.min(1, sums[3 * c]! / norms));
    perClass[c] = cosine;
    total += cosine;
    classes++;
  }
  return { cosine: classes > 0 ? total / classes : null, classes, perClass };
}

/** Counts of values in equal bins. */
export interface MistakeHistogram {
  /** Bin edges, one more than bins; a bin holds its lower edge, the last one its upper edge too. */
  edges: Float64Array;
  counts: Uint32Array;
  /** Wrong samples, also those outside the edges and those without a cosine. */
  mistakes: number;
  /** Wrong samples whose cosine is missing or lies outside the edges. */
  uncounted: number;
}

/**
 * How typical the mistakes look: histogram of the cosine between each wrong sample and the template of its class.
 * @param templateCosine cosine of each sample to its class template, length N
 * @param options.bins 40 unless given
 * @param options.range from −1 to 1 unless given
 */
export function mistakeHistogram(
  target: ArrayLike<number>,
  prediction: ArrayLike<number>,
  templateCosine: ArrayLike<number>,
  options: { bins?: number; range?: readonly [number, number] } = {},
): MistakeHistogram {
  const { bins = 40, range = [-1, 1] } = options;
  const [low, high] = range;
  const n = target.length;
  if (prediction.length !== n || templateCosine.length !== n)
    throw new IncomparableError(
      `There are ${n} targets, ${prediction.length} predictions and ${templateCosine.length} cosines; one of each is needed for every sample.`,
    );
  if (!(Number.isInteger(bins) && bins >= 1))
    throw new UsageError(`bins must be a whole number of at least 1; found ${bins}.`);
  if (!(high > low)) throw new UsageError(`The range of a histogram must ascend; found ${low} to ${high}.`);
  const counts = new Uint32Array(bins);
  let mistakes = 0;
  let counted = 0;
  for (let i = 0; i < n; i++) {
    if (target[i] === prediction[i]) continue;
    mistakes++;
    const value = templateCosine[i]!;
    if (!(value >= low && value <= high)) continue;
    counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]!++;
    counted++;
  }
  const edges = Float64Array.from({ length: bins + 1 }, (_, k) => low + ((high - low) * k) / bins);
  return { edges, counts, mistakes, uncounted: mistakes - counted };
}
