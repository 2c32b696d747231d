import { UsageError } from '../../../base/errors.ts';
import { bcaInterval, type Interval } from '../../../statistics/bootstrap-interval.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { column, isConstant, requireSameShape } from './agreement.ts';

/** A figure with its interval; null where there is none. */
export interface Uncertain {
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface ResampleOptions {
  /** Default 1000. */
  resamples?: number;
  /** Default 0.95. */
  level?: number;
  /** Default 0. */
  seed?: number;
}

export interface AgreementBootstrapOptions extends ResampleOptions {
  /** Patches of each image, which are drawn together; default 1. */
  perImage?: number;
}

/** Pearson's correlation of a concept over resamples of images. */
export interface AgreementDraws extends Uncertain {
  /** One a resample, the same images for all concepts; NaN where the concept is constant in a resample. */
  draws: Float64Array;
}

/**
 * Bootstrap of each concept's Pearson correlation over images, drawn with replacement, with its bias-corrected and accelerated
 * interval: all patches of an image stay together, since they are alike. Constants count as in {@link agreement}: a constant prediction as 0, resamples in
 * which the concept is constant are left out of the interval. The maps stay as they were fitted, so the interval is of the
 * evaluation alone; the spread over folds says how much the fit varies.
 *
 * @param real Patches × concepts, and `predicted` alike.
 * @throws UsageError when sizes do not fit or an option is out of range.
 */
export function agreementBootstrap(
  real: Matrix,
  predicted: Matrix,
  options: AgreementBootstrapOptions = {},
): AgreementDraws[] {
  const { perImage = 1, seed = 0 } = options;
  const { resamples, level } = checkedResamples(options);
  requireSameShape(real, predicted);
  const images = imageCount(real.rows, perImage);
  const counts = Array.from({ length: real.cols }, () => new Float64Array(resamples));
  const sums = Array.from({ length: real.cols }, (_, j) => imageSums(column(real, j), column(predicted, j), perImage));
  const random = createRandom(seed);
  const multiplicity = new Uint32Array(images);
  for (let r = 0; r < resamples; r++) {
    multiplicity.fill(0);
    for (let i = 0; i < images; i++) multiplicity[random.below(images)]!++;
    for (const [j, own] of sums.entries()) counts[j]![r] = correlation(own, multiplicity);
  }
  const once = new Uint32Array(images).fill(1);
  return counts.map((draws, j) => {
    const value = correlation(sums[j]!, once);
    if (Number.isNaN(value)) return { ...uncertain(null, null), draws };
    return { ...uncertain(value, bcaInterval(value, draws, withoutEach(sums[j]!), level)), draws };
  });
}

/** A figure with its interval; none without a value or where draws allow none. */
export function uncertain(value: number | null, interval: Interval | null): Uncertain {
  if (value === null || !interval) return { value, low: null, high: null };
  return { value, low: interval.low, high: interval.high };
}

/** @throws UsageError unless there is a resample and the level lies between 0 and 1. */
export function checkedResamples({ resamples = 1000, level = 0.95 }: ResampleOptions): {
  resamples: number;
  level: number;
} {
  if (!(Number.isInteger(resamples) && resamples > 0) || !(level > 0 && level < 1))
    throw new UsageError(`resamples must be above 0 and level within (0, 1); found ${resamples} and ${level}.`);
  return { resamples, level };
}

/** @throws UsageError unless the rows are whole images. */
export function imageCount(rows: number, perImage: number): number {
  if (!(Number.isInteger(perImage) && perImage > 0) || rows % perImage !== 0)
    throw new UsageError(`${rows} rows are not ${perImage} for each image.`);
  return rows / perImage;
}

/** Per image: sums of x, y, x², y² and xy over its patches, of values less their mean. */
interface ImageSums {
  perImage: number;
  sums: Float64Array;
  /** Variances below this are rounding. */
  floor: { x: number; y: number };
}

const FIELDS = 5;
/** Share of the variance of all patches that rounding may leave in a resample of equal values. */
const ROUNDING = 1e-12;

function imageSums(x: Float64Array, y: Float64Array, perImage: number): ImageSums {
  const [a, b] = [centred(x), centred(y)];
  const sums = new Float64Array((x.length / perImage) * FIELDS);
  const power = { x: 0, y: 0 };
  for (let i = 0; i < x.length; i++) {
    const at = Math.floor(i / perImage) * FIELDS;
    sums[at]! += a[i]!;
    sums[at + 1]! += b[i]!;
    sums[at + 2]! += a[i]! * a[i]!;
    sums[at + 3]! += b[i]! * b[i]!;
    sums[at + 4]! += a[i]! * b[i]!;
    power.x += a[i]! * a[i]!;
    power.y += b[i]! * b[i]!;
  }
  return { perImage, sums, floor: { x: (ROUNDING * power.x) / x.length, y: (ROUNDING * power.y) / x.length } };
}

/** Values less their mean; exactly 0 where all are equal. */
function centred(values: Float64Array): Float64Array {
  if (isConstant(values)) return new Float64Array(values.length);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

type Totals = [x: number, y: number, xx: number, yy: number, xy: number];

/** Pearson's correlation of the images taken that many times; 0 for a constant prediction, NaN for a constant concept. */
function correlation(own: ImageSums, multiplicity: Uint32Array): number {
  const total: Totals = [0, 0, 0, 0, 0];
  let images = 0;
  for (let i = 0; i < multiplicity.length; i++) {
    const times = multiplicity[i]!;
    if (times === 0) continue;
    images += times;
    for (let k = 0; k < FIELDS; k++) total[k]! += times * own.sums[i * FIELDS + k]!;
  }
  return correlationOfTotals(own, total, images);
}

/** The correlation without each image in turn. */
function withoutEach(own: ImageSums): Float64Array {
  const images = own.sums.length / FIELDS;
  const all: Totals = [0, 0, 0, 0, 0];
  for (const [at, value] of own.sums.entries()) all[at % FIELDS]! += value;
  return Float64Array.from({ length: images }, (_, i) => {
    const rest = all.map((sum, k) => sum - own.sums[i * FIELDS + k]!) as Totals;
    return correlationOfTotals(own, rest, images - 1);
  });
}

function correlationOfTotals({ perImage, floor }: ImageSums, total: Totals, images: number): number {
  const n = images * perImage;
  const [x, y, xx, yy, xy] = total.map((sum) => sum / n) as Totals;
  const [varianceX, varianceY] = [xx - x * x, yy - y * y];
  if (!(varianceX > floor.x)) return Number.NaN;
  if (!(varianceY > floor.y)) return 0;
  return Math.max(-1, Math.min(1, (xy - x * y) / Math.sqrt(varianceX * varianceY)));
}
