import { crossGram } from '../../../kernels/gram/gram.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import type { ScaledSimilarity } from '../alignment/alignment-index.ts';
import { isEvery } from '../confusion.ts';

/** Resamples of the classes behind the intervals of phase boundaries. */
export const PHASE_RESAMPLES = 50;
/** Own and fixed: the resamples must be the same at every epoch, also of epochs measured at another time. */
const SEED = 0x70686173;

/** How often each class is taken, one row a resample: bootstrap over classes (Efron 1979). */
export function classResamples(classes: number, resamples = PHASE_RESAMPLES): Matrix32 {
  const random = createRandom(SEED);
  const data = new Float32Array(resamples * classes);
  for (let r = 0; r < resamples; r++) for (let k = 0; k < classes; k++) data[r * classes + random.below(classes)]!++;
  return { rows: resamples, cols: classes, data };
}

/** The resamples of the classes kept alone. */
function ofClasses({ rows, cols, data }: Matrix32, classes: Uint32Array): Matrix32 {
  if (isEvery(classes, cols)) return { rows, cols, data };
  const kept = new Float32Array(rows * classes.length);
  for (let r = 0; r < rows; r++)
    for (let k = 0; k < classes.length; k++) kept[r * classes.length + k] = data[r * cols + classes[k]!]!;
  return { rows, cols: classes.length, data: kept };
}

/**
 * Cosine of two scaled matrices when class i is taken m_i times and pairs of a class with itself are left out; the
 * scaling stays that of all classes. NaN where a resample leaves none.
 */
export function resampledCosines(a: ScaledSimilarity, b: ScaledSimilarity, resamples: Matrix32): Float64Array {
  const out = new Float64Array(resamples.rows).fill(Number.NaN);
  if (!a.image || !b.image) return out;
  const taken = ofClasses(resamples, a.classes);
  const products = weightedSums(a.image, b.image, taken);
  const squaresA = weightedSums(a.image, a.image, taken);
  const squaresB = weightedSums(b.image, b.image, taken);
  for (let r = 0; r < out.length; r++) out[r] = Math.min(1, products[r]! / Math.sqrt(squaresA[r]! * squaresB[r]!));
  return out;
}

/** Σ m_i·m_j·x_ij·y_ij over i ≠ j for each resample m. */
function weightedSums(
  { rows: n, data: x }: { rows: number; data: Float64Array },
  { data: y }: { data: Float64Array },
  taken: Matrix32,
): Float64Array {
  const full = new Float32Array(n * n);
  let k = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (j !== i) full[i * n + j] = x[k]! * y[k++]!;
  const { data } = crossGram(taken, { rows: n, cols: n, data: full });
  return Float64Array.from({ length: taken.rows }, (_, r) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += taken.data[r * n + i]! * data[r * n + i]!;
    return sum;
  });
}

/**
 * Mean of a value of each class, weighted by `weight` and by how often a resample takes the class. Classes whose value is
 * NaN are left out.
 */
export function resampledMeans(
  value: (c: number) => number,
  weight: (c: number) => number,
  resamples: Matrix32,
): Float64Array {
  const { rows, cols, data } = resamples;
  return Float64Array.from({ length: rows }, (_, r) => {
    let sum = 0;
    let total = 0;
    for (let c = 0; c < cols; c++) {
      const times = data[r * cols + c]! * weight(c);
      if (times === 0 || Number.isNaN(value(c))) continue;
      sum += times * value(c);
      total += times;
    }
    return sum / total;
  });
}
