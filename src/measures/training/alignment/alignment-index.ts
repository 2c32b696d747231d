import { IncomparableError, UsageError } from '../../../base/errors.ts';
import { compareImages } from '../../../kernels/image-comparison/image-comparison.ts';
import { type PermutationSums, permutationMoments, permutationSums } from '../../../statistics/permutation-moments.ts';
import { type Matrix, type Matrix64, select } from '../../../tensor/matrix.ts';
import { type ConfusionSummary, checkCounts, confusionOfClasses, isEvery, remainingClasses } from '../confusion.ts';
import { rankAlignment } from './rank-alignment.ts';
import { type SsimChance, ssimChance } from './ssim-chance.ts';

export type SaiMeasure = 'cosine' | 'ssim' | 'mse' | 'mae';
const SAI_MEASURES: readonly SaiMeasure[] = ['cosine', 'ssim', 'mse', 'mae'];

/**
 * One side of an alignment: a class similarity matrix with the classes that have no row in it, as
 * `cosineSimilarityMatrix` gives it; or the counts of a confusion matrix, which lose a dropped class before their rows
 * are divided.
 */
export type SaiSide =
  | (Matrix & { readonly missing?: readonly number[] })
  | { readonly counts: Matrix; readonly missing?: readonly number[] };

/** What is measured of a pair beside cosine, SSIM, MSE and MAE, and how. */
export interface AlignmentOptions {
  /** In which order SSIM sees the classes: all of them; by index unless given. */
  order?: Uint32Array;
  /** Permutations for the chance level of SSIM; 0 unless given: none. */
  ssimDraws?: number;
  /** Spearman's ρ and Kendall's τ-b as well, which take as long as all the rest. */
  rankMeasures?: boolean;
}

/** The defaults of scikit-image for values from 0 to 1. */
const SSIM_WINDOW = { windowSize: 7, c1: 0.01 ** 2, c2: 0.03 ** 2 };

/** SAI(A, B) by its four measures and the two of ranks; null where there is no value, with the reason in `missing`. */
export interface AlignmentIndex {
  cosine: number | null;
  ssim: number | null;
  mse: number | null;
  mae: number | null;
  /** Spearman's ρ and Kendall's τ-b, as `rankAlignment` has them; null where they were not asked for. */
  spearman: number | null;
  kendall: number | null;
  missing: Partial<Record<SaiMeasure, string>>;
  /** Number of classes compared. */
  classes: number;
  /** Classes left out of both matrices because one of the two has no row for them. */
  dropped: number[];
  /**
   * Chance level of the cosine: its exact mean and standard deviation over all orders of the classes of one matrix, and
   * how many of these deviations the value lies above that mean; null without a cosine.
   */
  chance: { mean: number; sd: number; z: number | null } | null;
  /** Chance level of SSIM in this order of the classes; null without an SSIM or where none was asked for. */
  ssimChance: SsimChance | null;
  /** For each side that is a confusion matrix: a value may fall only because mistakes become fewer. */
  confusions: ConfusionSummary[];
}

/** The off-diagonal entries of a matrix scaled to [0, 1], ready to be compared with others of the same classes. */
export interface ScaledSimilarity {
  /** Which classes are left: indices into the classes of the input. */
  classes: Uint32Array;
  /** C′×(C′−1): each row without its diagonal entry; undefined for a constant matrix, which cannot be scaled. */
  image: Matrix64 | undefined;
  sums: PermutationSums | undefined;
  confusion: ConfusionSummary | undefined;
}

/**
 * Similarity Alignment Index of two class similarity matrices of the same C classes (Filus & Żarski et al., "Beyond
 * Accuracy"). The diagonals are removed, each matrix is scaled to [0, 1] by its own off-diagonal minimum and maximum,
 * and the rest is compared: cosine over all C(C−1) entries, structural similarity of the two C×(C−1) images with
 * scikit-image's defaults, mean squared and mean absolute error.
 *
 * A class without a row on either side leaves both. Cosine, MSE and MAE do not depend on the order of the classes;
 * SSIM does, by definition, so that it cannot be compared across orders. Positive affine maps change nothing.
 * @throws IncomparableError when the class counts differ; UsageError when a matrix is not square or holds NaN.
 */
export function similarityAlignmentIndex(a: SaiSide, b: SaiSide, options: AlignmentOptions = {}): AlignmentIndex {
  const classes = inOrder(sharedClasses(a, b), options.order);
  return compareScaled(scaleSimilarity(a, classes), scaleSimilarity(b, classes), sideMatrix(a).rows, options);
}

/** The classes kept, in the order of all classes. */
export function inOrder(kept: Uint32Array, order: Uint32Array | undefined): Uint32Array {
  if (!order) return kept;
  const left = new Set(kept);
  return order.filter((c) => left.has(c));
}

/**
 * The classes that both sides have a row for, ascending. Dropping one class may take the last sample of another, so a
 * confusion side is looked at again until nothing changes.
 */
export function sharedClasses(a: SaiSide, b: SaiSide): Uint32Array {
  const n = sideMatrix(a).rows;
  if (sideMatrix(b).rows !== n)
    throw new IncomparableError(
      `The matrices are of different classes: one has ${n} of them, the other ${sideMatrix(b).rows}.`,
      { hint: 'Alignment compares matrices over one list of classes in one order.' },
    );
  const dropped = new Set<number>([...(a.missing ?? []), ...(b.missing ?? [])]);
  let left = remainingClasses(n, [...dropped]);
  for (let before = -1; before !== left.length; ) {
    before = left.length;
    for (const side of [a, b]) if ('counts' in side) left = left.filter((c) => hasSample(side.counts, c, left));
  }
  return left;
}

function hasSample(counts: Matrix, c: number, classes: Uint32Array): boolean {
  for (let j = 0; j < classes.length; j++) if (counts.data[c * counts.cols + classes[j]!]! > 0) return true;
  return false;
}

function sideMatrix(side: SaiSide): Matrix {
  return 'counts' in side ? side.counts : side;
}

/**
 * The half of an alignment that concerns one matrix alone, so that K matrices cost K preparations and as many cheap
 * comparisons as there are pairs.
 * @param classes the classes to keep, as `sharedClasses` gives them, in the order that SSIM is to see them in
 */
export function scaleSimilarity(side: SaiSide, classes: Uint32Array): ScaledSimilarity {
  let { rows, cols, data } = sideMatrix(side);
  if (rows !== cols) throw new UsageError(`A class similarity matrix is square; found ${rows}×${cols}.`);
  let from = classes;
  let confusion: ConfusionSummary | undefined;
  if ('counts' in side) {
    checkCounts(side.counts);
    const { matrix, samples, errors, density, droppedSamples } = confusionOfClasses(side.counts, classes);
    ({ rows, cols, data } = matrix);
    from = remainingClasses(rows, []);
    confusion = { samples, errors, density, droppedSamples };
  }
  const n = from.length;
  if (!isEvery(from, cols)) data = select({ rows, cols, data }, from).data;
  const values = new Float64Array(Math.max(0, n * (n - 1)));
  const image: Matrix64 = { rows: n, cols: n - 1, data: values };
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let k = 0;
  for (let i = 0; i < n; i++) {
    for (let at = i * n, gap = at + i, end = at + n; at < end; at++) {
      if (at === gap) continue;
      const value = data[at]!;
      if (Number.isNaN(value))
        throw new UsageError(
          `The class similarity matrix holds NaN at row ${classes[i]}, column ${classes[at - i * n]}; list such classes as missing.`,
        );
      if (value < min) min = value;
      if (value > max) max = value;
      values[k++] = value;
    }
  }
  // A span so small that its inverse overflows counts as none.
  const scale = 1 / (max - min);
  if (!(max > min) || !Number.isFinite(scale)) return { classes, image: undefined, sums: undefined, confusion };
  for (k = 0; k < values.length; k++) values[k] = (values[k]! - min) * scale;
  return { classes, image, sums: permutationSums(image), confusion };
}

/**
 * The alignment of two matrices that were scaled over the same classes.
 * @param allClasses class count before any was dropped
 */
export function compareScaled(
  a: ScaledSimilarity,
  b: ScaledSimilarity,
  allClasses: number,
  { ssimDraws = 0, rankMeasures = false }: AlignmentOptions = {},
): AlignmentIndex {
  const n = a.classes.length;
  const result: AlignmentIndex = {
    cosine: null,
    ssim: null,
    mse: null,
    mae: null,
    spearman: null,
    kendall: null,
    missing: {},
    classes: n,
    dropped: n === allClasses ? [] : droppedClasses(a.classes, allClasses),
    chance: null,
    ssimChance: null,
    confusions: [a.confusion, b.confusion].filter((summary) => summary !== undefined),
  };
  if (!a.image || !b.image || !a.sums || !b.sums) {
    const reason =
      n < 2
        ? `only ${n} of ${allClasses} classes ${n === 1 ? 'has' : 'have'} a row in both matrices`
        : `the ${a.image ? 'second' : 'first'} matrix is constant off its diagonal, so it cannot be scaled to [0, 1]`;
    for (const measure of SAI_MEASURES) result.missing[measure] = reason;
    return result;
  }

  const entries = n * (n - 1);
  const { products, powerA, powerB, squares, absolutes, similarity } = compareImages(a.image, b.image, SSIM_WINDOW);
  const norm = Math.sqrt(powerA * powerB);
  const moments = permutationMoments(a.sums, b.sums);
  const mean = moments.mean / norm;
  const sd = moments.sd / norm;
  result.cosine = Math.min(1, products / norm);
  if (rankMeasures) Object.assign(result, rankAlignment(a.image, b.image));
  result.mse = squares / entries;
  result.mae = absolutes / entries;
  result.chance = { mean, sd, z: sd > 1e-12 ? (result.cosine - mean) / sd : null };
  if (n >= 8) {
    result.ssim = similarity / ((n - 6) * (n - 7));
    if (ssimDraws > 0) result.ssimChance = ssimChance(a.image, b.image, result.ssim, ssimDraws, SSIM_WINDOW);
  }
  if (n < 8)
    result.missing.ssim = `structural similarity has a 7×7 window and needs at least 8 classes; there are ${n}`;
  return result;
}

function droppedClasses(kept: Uint32Array, allClasses: number): number[] {
  const left = new Set(kept);
  return Array.from({ length: allClasses }, (_, c) => c).filter((c) => !left.has(c));
}

/**
 * The same alignment seen from each class: cosine of its row in one scaled matrix and its row in the other. NaN for a
 * class that was dropped, for a row of zeros, and everywhere when a matrix is constant. Length: all classes.
 */
export function classAlignment(a: ScaledSimilarity, b: ScaledSimilarity, allClasses: number): Float64Array {
  const out = new Float64Array(allClasses).fill(Number.NaN);
  if (!a.image || !b.image) return out;
  const { rows, cols } = a.image;
  const x = a.image.data;
  const y = b.image.data;
  for (let i = 0; i < rows; i++) {
    let products = 0;
    let squaresX = 0;
    let squaresY = 0;
    for (let k = i * cols; k < (i + 1) * cols; k++) {
      products += x[k]! * y[k]!;
      squaresX += x[k]! * x[k]!;
      squaresY += y[k]! * y[k]!;
    }
    if (squaresX > 0 && squaresY > 0) out[a.classes[i]!] = Math.min(1, products / Math.sqrt(squaresX * squaresY));
  }
  return out;
}
