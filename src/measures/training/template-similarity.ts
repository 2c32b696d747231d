import { cosineSimilarityMatrix, type SimilarityMatrix } from '../../statistics/cosine-matrix.ts';
import type { Matrix } from '../../tensor/matrix.ts';

/** Off-diagonal values closer together than this are computed in 64 bits. */
const NARROW_RANGE = 0.5;

/**
 * Cosine similarity of class templates in the precision asked for. "auto" takes 64 bits for 64-bit templates and where
 * all similarities lie so close together that scaling them to [0, 1] would magnify the error of 32 bits.
 */
export function templateSimilarity(templates: Matrix, precision: 'f32' | 'f64' | 'auto'): SimilarityMatrix {
  if (precision === 'f64' || (precision === 'auto' && templates.data instanceof Float64Array))
    return cosineSimilarityMatrix(templates, { precision: 'f64' });
  const fast = cosineSimilarityMatrix(templates);
  if (precision === 'f32') return fast;
  const { rows, data } = fast;
  let min = 1;
  let max = -1;
  for (let i = 0; i < rows; i++)
    for (let k = i * rows; k < i * (rows + 1); k++) {
      min = Math.min(min, data[k]!);
      max = Math.max(max, data[k]!);
    }
  return max - min < NARROW_RANGE ? cosineSimilarityMatrix(templates, { precision: 'f64' }) : fast;
}
