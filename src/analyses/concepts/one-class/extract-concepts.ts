import { UsageError } from '../../../base/errors.ts';
import { factorise } from '../../../measures/concepts/factor/factorise.ts';
import { nonNegativeCoefficients } from '../../../measures/concepts/factor/nnls.ts';
import type { Matrix, Matrix32, Matrix64 } from '../../../tensor/matrix.ts';
import { rowsOfImages } from '../sources/activation-file.ts';
import type { ClassInput } from './class-input.ts';

/** The concepts of one model for one class, and how strongly patches show them. */
export interface ExtractedConcepts {
  directions: Matrix64;
  /** Of the patches that concepts were extracted from. */
  extraction: { activations: Matrix32; coefficients: Matrix64 };
  error: number;
  relativeError: number;
  iterations: number;
  converged: boolean;
  /** Non-negative coefficients of all fit patches and of the evaluation patches. */
  fit: Matrix64;
  evaluation: Matrix64;
}

/** Extracts a model's concepts; null where too few patches are its own, with a warning. */
export function extractConcepts(
  input: ClassInput,
  m: 0 | 1,
  seed: number,
  warnings: string[],
): ExtractedConcepts | null {
  const { activations, extraction, perImage, models, options } = input;
  const images = extraction[m];
  const { name, method } = models[m];
  if (images.length === 0) {
    warnings.push(`${name} predicts no image of the fit as this class, so it has no concepts of it.`);
    return null;
  }
  const rows = rowsOfImages(activations.fit[m], images, perImage);
  if (rows.rows < options.nComponents) {
    warnings.push(
      `${name} predicts ${images.length} images of the fit as this class, ${rows.rows} rows, which is fewer than ${options.nComponents} concepts.`,
    );
    return null;
  }
  try {
    const { directions, coefficients, error, relativeError, iterations, converged } = factorise(rows, {
      method,
      nComponents: options.nComponents,
      seed,
      ...(input.signal && { signal: input.signal }),
    });
    return {
      directions,
      extraction: { activations: rows, coefficients },
      error,
      relativeError,
      iterations,
      converged,
      fit: coefficientsOf(activations.fit[m], directions),
      evaluation: coefficientsOf(activations.evaluation[m], directions),
    };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${name}: ${error.message}`, { cause: error, ...(error.hint && { hint: error.hint }) });
  }
}

export function coefficientsOf(rows: Matrix, directions: Matrix): Matrix64 {
  return nonNegativeCoefficients(rows, directions);
}
