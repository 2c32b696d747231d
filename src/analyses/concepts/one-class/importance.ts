import type { ConceptHead } from '../../../measures/concepts/importance/heads.ts';
import { conceptImportance } from '../../../measures/concepts/importance/integrated-gradients.ts';
import { occlusionImportance } from '../../../measures/concepts/importance/occlusion.ts';
import { sobolImportance } from '../../../measures/concepts/importance/sobol.ts';
import { bootstrapMean } from '../../../statistics/bootstrap.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';
import type { ClassInput } from './class-input.ts';
import type { MeasuredConcept } from './class-record.ts';
import { coefficientsOf } from './extract-concepts.ts';

/** Importance of each concept of a model for the class, averaged over the images that it is measured on. */
export function importanceOf(
  input: ClassInput,
  m: 0 | 1,
  directions: Matrix64,
  head: ConceptHead,
  seed: number,
): NonNullable<MeasuredConcept['importance']>[] {
  const { features, perImage } = input.activations.wholes[m];
  const { options } = input;
  const targets = input.models[m].targets!.importance.flatMap((target) => Array<number>(perImage).fill(target));
  const coefficients = coefficientsOf(features, directions);
  const { values } = conceptImportance(head, directions, coefficients, targets, { steps: options.steps });
  const occlusion = occlusionImportance(head, directions, coefficients, targets).crossEntropy;
  const sobol = options.sobol ? sobolImportance(head, directions, coefficients, targets, { seed }) : null;
  return Array.from({ length: directions.rows }, (_, j) => {
    const { mean, low, high } = bootstrapMean(imageMeans(values, j, perImage), {
      resamples: options.resamples,
      level: options.level,
      seed,
    });
    return {
      value: mean,
      low,
      high,
      images: features.rows / perImage,
      occlusion: average(imageMeans(occlusion, j, perImage)),
      sobol: sobol && average(imageMeans(sobol, j, perImage)),
    };
  });
}

/** One value an image, of a column of one value a row. */
function imageMeans({ rows, cols, data }: Matrix64, j: number, perImage: number): Float64Array {
  const means = new Float64Array(rows / perImage);
  for (let i = 0; i < rows; i++) means[Math.floor(i / perImage)]! += data[i * cols + j]! / perImage;
  return means;
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
