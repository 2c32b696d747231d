import { UsageError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import { createRandom } from '../../../statistics/random.ts';
import { type Matrix, select } from '../../../tensor/matrix.ts';
import { type Factorisation, type FactoriseOptions, factorise } from './factorise.ts';
import { matchConcepts } from './match-concepts.ts';

export interface StabilityOptions
  extends LongTask,
    Pick<FactoriseOptions, 'maxIter' | 'tol' | 'precision' | 'tier' | 'seed'> {
  /** Other factorisations to compare with; default 5. */
  runs?: number;
  /**
   * What differs between runs.
   * - `start` (default): where the iteration begins, on the same rows; random factors for `nmf`, whose usual start has
   *   nothing random, and other k-means seeds for the other methods. Shows whether the concepts are one of several answers.
   * - `images`: the images, drawn with replacement; the start is the usual one. Shows whether they hang on a few images.
   */
  vary?: 'start' | 'images';
  /** Consecutive rows that belong to one image and are drawn together; default 1. */
  rowsPerImage?: number;
}

export interface StabilityRun {
  seed: number;
  /** The run's concept matched with each concept, and the cosine of the two directions. */
  partners: Int32Array;
  cosines: Float64Array;
  /** Of the run, on its own rows. */
  relativeError: number;
}

export interface ConceptStability {
  /** Mean over runs of each concept's cosine with its match, in [−1, 1]; 1 is found again every time. */
  concepts: Float64Array;
  /** Mean of those. */
  mean: number;
  runs: StabilityRun[];
}

/** Draws of images in a row that may be too poor for so many concepts. */
const MAX_REDRAWS = 20;

/**
 * How well the concepts of a factorisation are found again by others of the same activations with other seeds (`seed` + 1,
 * + 2, …; `seed` is 0 by default). Concepts are matched one to one by the cosine of their directions. Directions of at
 * least 0 always have a high cosine: NMF of noise scores around 0.95, so compare with `conceptHygiene`'s closest concepts
 * before calling a concept stable.
 *
 * @throws UsageError as {@link factorise}, for options out of range, and for one image alone with `images`.
 */
export function conceptStability(
  activations: Matrix,
  factorisation: Pick<Factorisation, 'method' | 'directions'>,
  options: StabilityOptions = {},
): ConceptStability {
  const { runs = 5, vary = 'start', rowsPerImage = 1, seed = 0, signal, onProgress } = options;
  requireOptions(activations, { runs, vary, rowsPerImage });
  const { method, directions } = factorisation;
  const settings: FactoriseOptions = { ...plain(options), method, nComponents: directions.rows };
  const results: StabilityRun[] = [];
  for (let r = 1; r <= runs; r++) {
    signal?.throwIfAborted();
    const other =
      vary === 'images'
        ? factoriseDrawn(activations, rowsPerImage, { ...settings, seed }, seed + r)
        : factorise(activations, {
            ...settings,
            init: method === 'nmf' ? 'random' : 'k-means',
            seed: seed + r,
          });
    const { partners, cosines } = matchConcepts(directions, other.directions);
    results.push({ seed: seed + r, partners, cosines, relativeError: other.relativeError });
    onProgress?.({ task: 'stability of concepts', done: r, total: runs, unit: 'runs' });
  }
  const concepts = new Float64Array(directions.rows);
  for (const { cosines } of results) cosines.forEach((cosine, t) => void (concepts[t]! += cosine / runs));
  return { concepts, mean: concepts.reduce((sum, value) => sum + value, 0) / concepts.length, runs: results };
}

function plain({ maxIter, tol, precision, tier, signal }: StabilityOptions): Partial<FactoriseOptions> {
  return {
    ...(maxIter !== undefined && { maxIter }),
    ...(tol !== undefined && { tol }),
    ...(precision && { precision }),
    ...(tier && { tier }),
    ...(signal && { signal }),
  };
}

/** Factorises images drawn with replacement; draws again where so few different ones came that the rank is too low. */
function factoriseDrawn(
  activations: Matrix,
  rowsPerImage: number,
  settings: FactoriseOptions,
  seed: number,
): Factorisation {
  const images = activations.rows / rowsPerImage;
  const random = createRandom(seed);
  const columns = Int32Array.from({ length: activations.cols }, (_, c) => c);
  for (let draws = 1; ; draws++) {
    const rows: number[] = [];
    for (let i = 0; i < images; i++) {
      const first = random.below(images) * rowsPerImage;
      for (let j = 0; j < rowsPerImage; j++) rows.push(first + j);
    }
    try {
      return factorise(select(activations, rows, columns), settings);
    } catch (error) {
      if (!(error instanceof UsageError) || draws === MAX_REDRAWS) throw error;
    }
  }
}

function requireOptions(
  { rows }: Matrix,
  { runs, vary, rowsPerImage }: Required<Pick<StabilityOptions, 'runs' | 'vary' | 'rowsPerImage'>>,
): void {
  if (!(Number.isInteger(runs) && runs > 0))
    throw new UsageError(`runs must be a whole number above 0; found ${runs}.`);
  if (vary !== 'start' && vary !== 'images')
    throw new UsageError(`vary must be "start" or "images"; found "${String(vary)}".`);
  if (!(Number.isInteger(rowsPerImage) && rowsPerImage > 0 && rows % rowsPerImage === 0))
    throw new UsageError(`rowsPerImage must divide the ${rows} rows; found ${rowsPerImage}.`);
  if (vary === 'images' && rows === rowsPerImage)
    throw new UsageError('Stability over images needs at least two images; found one.', {
      hint: 'Vary the start, or give more images of the class.',
    });
}
