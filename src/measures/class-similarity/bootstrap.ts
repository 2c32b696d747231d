import { UsageError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import { basicInterval, type Interval } from '../../statistics/bootstrap-interval.ts';
import { createRandom } from '../../statistics/random.ts';
import type { AlignmentKind } from './alignment-measures/alignment-measure.ts';
import {
  ALIGNMENT_MEASURES,
  type AlignmentMeasure,
  eachMeasure,
  type MeasureValues,
} from './alignment-measures/alignment-measures.ts';
import { onSharedClasses, type PreparedSimilarity } from './prepared-similarity.ts';
import { resampledAlignment } from './resampled-alignment.ts';

export interface BootstrapOptions extends KernelOptions, LongTask {
  /** "ssad" (default) or "nsad": which cosine. */
  kind?: AlignmentKind;
  /** Default 1000. */
  resamples?: number;
  /** Default 0. */
  seed?: number;
  /** Default all three. */
  measures?: readonly AlignmentMeasure[];
}

/** A measure of one model over the resamples; the same resamples for all models, so draws are paired. */
export interface BootstrapDraws {
  /** The measure on the classes as they are. */
  observed: number | null;
  /** One value a resample; NaN where a resample leaves the measure undefined. */
  draws: Float64Array;
}

export interface BootstrapResult {
  resamples: number;
  seed: number;
  /** Classes that all models and the reference have. */
  classes: number;
  /** One per model. Measures not asked for have no draws and observed null. */
  models: Record<AlignmentMeasure, BootstrapDraws>[];
}

/**
 * Bootstrap over classes of the alignment of models with a reference: each resample takes as many classes as there are,
 * with replacement, and leaves out pairs of a class with itself. All models see the same resamples. Classes that any
 * model or the reference lacks are left out of all.
 *
 * @throws UsageError without a model or a resample; IncomparableError when sizes differ; an abort when the signal says so.
 */
export function bootstrapAlignment(
  models: readonly PreparedSimilarity[],
  reference: PreparedSimilarity,
  options: BootstrapOptions = {},
): BootstrapResult {
  const { kind = 'ssad', resamples = 1000, seed = 0, measures = ALIGNMENT_MEASURES } = options;
  if (models.length === 0) throw new UsageError('A bootstrap needs at least one model.');
  if (!Number.isInteger(resamples) || resamples < 1)
    throw new UsageError(`A bootstrap needs at least one resample; found ${resamples}.`);
  const shared = models.reduce((all, model) => onSharedClasses(all, model, options)[0], reference);
  const sides = models.map((model) => onSharedClasses(model, shared, options)[0]);
  const classes = shared.kept.length;
  const resampled = resampledAlignment(kind, sides, shared, measures);
  const observed = resampled(new Uint32Array(classes).fill(1));
  const random = createRandom(seed);
  const multiplicities = new Uint32Array(classes);
  const draws: MeasureValues[][] = [];
  for (let r = 0; r < resamples; r++) {
    options.signal?.throwIfAborted();
    multiplicities.fill(0);
    for (let i = 0; i < classes; i++) multiplicities[random.below(classes)]!++;
    draws.push(resampled(multiplicities));
    options.onProgress?.({ task: 'bootstrap', done: r + 1, total: resamples, unit: 'resamples' });
  }
  const ofModel = (m: number, measure: AlignmentMeasure): BootstrapDraws => ({
    observed: observed[m]![measure],
    draws: measures.includes(measure)
      ? Float64Array.from(draws, (values) => values[m]![measure] ?? Number.NaN)
      : new Float64Array(0),
  });
  return {
    resamples,
    seed,
    classes,
    models: models.map((_, m) => eachMeasure((measure) => ofModel(m, measure))),
  };
}

/**
 * The basic interval of an alignment, by default of 95 %: see {@link basicInterval}. Null where the alignment is undefined or
 * fewer than two draws are defined.
 *
 * @throws UsageError when the level does not lie between 0 and 1.
 */
export function alignmentInterval({ observed, draws }: BootstrapDraws, level = 0.95): Interval | null {
  return observed === null ? null : basicInterval(observed, draws, level, { least: -1, most: 1 });
}

export interface PairedDifference extends Interval {
  /** Observed first minus observed second. */
  difference: number;
  /** Share of the resamples whose difference has the sign of the observed one. */
  signShare: number;
  /** False when the interval holds 0: the difference is to be shown as "not distinguishable". */
  distinguishable: boolean;
}

/**
 * The difference of two models under the same resamples, with its basic interval. Null when either is undefined.
 *
 * @throws UsageError when the draws are not paired.
 */
export function pairedDifference(a: BootstrapDraws, b: BootstrapDraws, level = 0.95): PairedDifference | null {
  if (a.draws.length !== b.draws.length)
    throw new UsageError(`Draws must be paired; found ${a.draws.length} and ${b.draws.length} of them.`);
  if (a.observed === null || b.observed === null) return null;
  const difference = a.observed - b.observed;
  const differences = a.draws.map((value, r) => value - b.draws[r]!).filter((value) => !Number.isNaN(value));
  const interval = basicInterval(difference, differences, level, { least: -2, most: 2 });
  if (!interval) return null;
  const same = differences.filter((value) => Math.sign(value) === Math.sign(difference)).length;
  return {
    difference,
    ...interval,
    signShare: same / differences.length,
    distinguishable: interval.low > 0 || interval.high < 0,
  };
}
