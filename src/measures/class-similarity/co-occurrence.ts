import { binomialQuantiles } from '../../statistics/distributions/binomial.ts';
import { quantileInPlace } from '../../statistics/quantile.ts';
import { createRandom } from '../../statistics/random.ts';
import type { Matrix } from '../../tensor/matrix.ts';

/** What a network makes of labelled pictures: the class of each and its best classes. */
export interface SeenPictures {
  /** Class of each picture. */
  target: ArrayLike<number>;
  /** The k best classes of each picture, row by row; −1 for a class that is not among those compared. */
  best: ArrayLike<number>;
  k: number;
}

export interface CoOccurrenceOptions {
  /** Resamples of the pictures. Default 1000. */
  resamples?: number;
  seed?: number;
}

/** How often one class is among the best on the pictures of another, against what its distance in meaning lets expect. */
export interface SeenWith {
  /** Pictures of the first class, and the share of them whose best classes hold the second. */
  pictures: number;
  share: number;
  /** The same of classes as near to the second in the reference as the first is: the base rate. */
  baseClasses: number;
  basePictures: number;
  base: number;
  /** (hits + ½) ÷ (pictures + 1) over the same of the base, so that a share of 0 has a ratio too. */
  ratio: number;
  /** 95 % interval of the ratio over resampled pictures. */
  low: number;
  high: number;
}

/** Classes that a base rate is of at least: more distant ones are taken where fewer are equally near. */
const LEAST_BASE_CLASSES = 5;
/** Pictures of a class below which a share says nothing. */
export const LEAST_SEEN_PICTURES = 5;
const DEFAULT_RESAMPLES = 1000;

/**
 * The share of `from`'s pictures whose best classes hold `to`, over the share among pictures of classes that are as near to
 * `to` in the reference as `from` is. Above 1 with its interval, the two are seen together: in one picture, or in the same
 * one filed under both.
 *
 * @param semantic C×C reference similarity; classes it does not know are in no base rate.
 * @returns null with fewer than 5 pictures of `from`, without a base rate, or where the reference does not know the pair.
 */
export function seenWith(
  from: number,
  to: number,
  pictures: SeenPictures,
  semantic: Matrix,
  { resamples = DEFAULT_RESAMPLES, seed = 0 }: CoOccurrenceOptions = {},
): SeenWith | null {
  const distance = semantic.data[from * semantic.cols + to]!;
  if (Number.isNaN(distance)) return null;
  const holds = hitsByClass(to, pictures, semantic.rows);
  const own = holds[from]!;
  if (own.pictures < LEAST_SEEN_PICTURES) return null;
  const others = [...holds.keys()]
    .filter((c) => c !== from && c !== to && holds[c]!.pictures > 0)
    .map((c) => ({ c, off: Math.abs(semantic.data[c * semantic.cols + to]! - distance) }))
    .filter(({ off }) => !Number.isNaN(off))
    .sort((a, b) => a.off - b.off || a.c - b.c);
  if (others.length === 0) return null;
  const reach = Math.max(others[Math.min(LEAST_BASE_CLASSES, others.length) - 1]!.off, 1e-9);
  const base = others.filter(({ off }) => off <= reach).map(({ c }) => holds[c]!);
  const baseHits = base.reduce((sum, { hits }) => sum + hits, 0);
  const basePictures = base.reduce((sum, entry) => sum + entry.pictures, 0);
  const random = createRandom(seed);
  // Pictures drawn with replacement hold a binomial number of hits.
  const ofOwn = binomialQuantiles(own.pictures, own.hits / own.pictures);
  const ofBase = binomialQuantiles(basePictures, baseHits / basePictures);
  const ratios = Float64Array.from({ length: resamples }, () =>
    ratioOf(ofOwn(random.next()), own.pictures, ofBase(random.next()), basePictures),
  );
  return {
    pictures: own.pictures,
    share: own.hits / own.pictures,
    baseClasses: base.length,
    basePictures,
    base: baseHits / basePictures,
    ratio: ratioOf(own.hits, own.pictures, baseHits, basePictures),
    low: quantileInPlace(ratios, 0.025),
    high: quantileInPlace(ratios, 0.975),
  };
}

function hitsByClass(wanted: number, { target, best, k }: SeenPictures, classes: number) {
  const found = Array.from({ length: classes }, () => ({ pictures: 0, hits: 0 }));
  for (let i = 0; i < target.length; i++) {
    const entry = found[target[i]!]!;
    entry.pictures++;
    for (let j = 0; j < k; j++)
      if (best[i * k + j] === wanted) {
        entry.hits++;
        break;
      }
  }
  return found;
}

function ratioOf(hits: number, pictures: number, baseHits: number, basePictures: number): number {
  return (hits + 0.5) / (pictures + 1) / ((baseHits + 0.5) / (basePictures + 1));
}
