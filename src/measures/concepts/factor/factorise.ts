import { UsageError } from '../../../base/errors.ts';
import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import {
  requireComponents,
  requireFinite,
  requireNonNegative,
  requireRank,
  requireStopping,
} from '../data/check-activations.ts';
import { truncatedSvd } from '../data/truncated-svd.ts';
import { convexNmf } from './convex-nmf.ts';
import { type Fit, nmf, type Precision } from './nmf.ts';
import { type FactorStart, nndsvdOf } from './nndsvd.ts';
import { type ReconstructionError, reconstructionError, requireFactors } from './reconstruction.ts';
import { semiNmf } from './semi-nmf.ts';
import { clusterStart, mixtureStart, randomFactors, randomMatrix } from './starts.ts';

export type FactorisationMethod = 'nmf' | 'semi-nmf' | 'convex-nmf';

/** How activations (rows × channels) are split into coefficients × concept directions. */
export const FACTORISATION_METHODS: readonly FactorisationMethod[] = ['nmf', 'semi-nmf', 'convex-nmf'];

/** Where the iteration begins. */
export type FactorisationInit = 'nndsvd' | 'k-means' | 'random' | FactorStart;

/** Options of `factorise`; names and defaults follow scikit-learn. */
export interface FactoriseOptions extends KernelOptions {
  /**
   * - `nmf`: coefficients and directions of at least 0; for activations of at least 0.
   * - `semi-nmf`: coefficients of at least 0, directions of any sign; for signed activations.
   * - `convex-nmf`: as `semi-nmf`, each direction a mixture of rows of the activations.
   */
  method: FactorisationMethod;
  /** k, at most the rank of the activations. */
  nComponents: number;
  /** Of random starts and of k-means; default 0. NMF from NNDSVD uses no chance at all. */
  seed?: number;
  /** Default 200 for `nmf`, as in scikit-learn; 1000 for the others. */
  maxIter?: number;
  /**
   * Default 1e-4 for `nmf`, relative to the first iteration's projected gradients; 1e-5 for the others, the fall of the
   * error in ten iterations relative to the error at the start.
   */
  tol?: number;
  /**
   * `nndsvd` (default of `nmf`, and only there), `k-means` (default of the others, and only there), `random`, or factors.
   * Semi-NMF takes only the coefficients of given factors; convex-NMF takes none.
   */
  init?: FactorisationInit;
  /** `f64` (default), or `f32` for a faster `nmf` at about 1e-3 of the size of its factors. */
  precision?: Precision;
  signal?: AbortSignal;
}

/** Activations ≈ coefficients (rows × k) · directions (k × channels), with how the iteration ended. */
export interface Factorisation extends ReconstructionError {
  method: FactorisationMethod;
  /** N × k, at least 0: how strongly each row shows each concept. */
  coefficients: Matrix64;
  /** k × D: the direction of each concept. */
  directions: Matrix64;
  iterations: number;
  /** False where maxIter ended it. */
  converged: boolean;
}

/**
 * Activations (N rows × D channels) as coefficients times directions, A ≈ U·W, of least ‖A − U·W‖. The same input and
 * options give the same factors.
 *
 * @throws UsageError for empty activations or values that are not finite, values below 0 with `nmf`, nComponents above
 * min(N, D) or above the rank, and options out of range; the signal's reason when aborted.
 */
export function factorise(activations: Matrix, options: FactoriseOptions): Factorisation {
  const { method, nComponents } = options;
  requireFinite(activations, 'Activations');
  if (!FACTORISATION_METHODS.includes(method))
    throw new UsageError(`There is no factorisation "${String(method)}".`, {
      hint: `Choose one of ${FACTORISATION_METHODS.join(', ')}.`,
    });
  if (method === 'nmf')
    requireNonNegative(
      activations,
      method,
      'activations',
      'Use semi-nmf for signed features, such as those of transformers and of networks with LeakyReLU.',
    );
  requireComponents(nComponents, activations);
  const fit = method === 'nmf' ? fitNmf(activations, options) : fitByUpdates(activations, options);
  return { method, ...fit, ...reconstructionError(activations, fit.coefficients, fit.directions) };
}

function fitNmf(activations: Matrix, options: FactoriseOptions): Fit {
  const { nComponents, seed = 0, maxIter = 200, tol = 1e-4, init = 'nndsvd', precision = 'f64', signal } = options;
  requireStopping(maxIter, tol);
  if (precision !== 'f64' && precision !== 'f32')
    throw new UsageError(`precision must be f64 or f32; found "${String(precision)}".`);
  const from = (start: FactorStart): Fit => nmf(activations, start, { ...options, maxIter, tol, precision, signal });
  if (typeof init === 'object') {
    requireStart(init, activations, options);
    return from(init);
  }
  const svd = truncatedSvd(activations, nComponents, options);
  requireRank(svd.rank, nComponents, activations);
  if (init === 'nndsvd') return from(nndsvdOf(svd));
  if (init === 'random') return from(randomFactors(activations, nComponents, seed));
  throw unknownInit('nmf', init, 'nndsvd, random or factors');
}

function fitByUpdates(activations: Matrix, options: FactoriseOptions): Fit {
  const { method, nComponents, seed = 0, maxIter = 1000, tol = 1e-5, init = 'k-means', signal } = options;
  requireStopping(maxIter, tol);
  const settings = { ...options, maxIter, tol, signal };
  if (typeof init === 'object') {
    if (method === 'convex-nmf') throw unknownInit(method, 'factors', 'k-means or random');
    requireStart(init, activations, options);
    return semiNmf(activations, init.coefficients, settings);
  }
  if (init !== 'k-means' && init !== 'random')
    throw unknownInit(method, init, method === 'semi-nmf' ? 'k-means, random or factors' : 'k-means or random');
  requireRank(truncatedSvd(activations, nComponents, options).rank, nComponents, activations);
  if (method === 'semi-nmf') {
    const start =
      init === 'random'
        ? randomMatrix(activations.rows, nComponents, seed)
        : clusterStart(activations, nComponents, seed, options).coefficients;
    return semiNmf(activations, start, settings);
  }
  const start =
    init === 'random'
      ? mixtureStart(activations.rows, nComponents, seed)
      : clusterStart(activations, nComponents, seed, options);
  return convexNmf(activations, start, settings);
}

function requireStart(start: FactorStart, activations: Matrix, { method, nComponents }: FactoriseOptions): void {
  requireFactors(activations, start.coefficients, start.directions);
  if (start.directions.rows !== nComponents)
    throw new UsageError(`The start has ${start.directions.rows} components, not nComponents = ${nComponents}.`);
  requireFinite(start.coefficients, 'Coefficients of the start');
  requireFinite(start.directions, 'Directions of the start');
  const hint = 'Start from nndsvd, k-means or random, or from factors of an earlier run.';
  requireNonNegative(start.coefficients, method, 'start coefficients', hint);
  if (method === 'nmf') requireNonNegative(start.directions, method, 'start directions', hint);
}

function unknownInit(method: FactorisationMethod, init: string, choice: string): UsageError {
  return new UsageError(`${method} does not start from "${init}".`, { hint: `Choose ${choice}.` });
}
