import { compareImages } from '../../../kernels/image-comparison/image-comparison.ts';
import type { WindowOptions } from '../../../kernels/image-comparison/types.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';

/** SSIM when the classes of one matrix are permuted, those of the other as they are. */
export interface SsimChance {
  mean: number;
  /** Sample standard deviation over the permutations. */
  sd: number;
  z: number | null;
  draws: number;
}

/** Permutations that tell a mean within a quarter, and a deviation within a sixth, of the deviation. */
export const SSIM_DRAWS = 20;
/** Own and fixed, so that no option changes a chance level. */
const SEED = 0x7373696d;
const ROUNDING = 1e-12;

/**
 * The chance level of SSIM in one order of the classes. SSIM has no exact moments, and depends on that order, so that a
 * value says little without this beside it.
 * @param a, b C×(C − 1) images: rows without their diagonal entry
 */
export function ssimChance(
  a: Matrix64,
  b: Matrix64,
  observed: number,
  draws: number,
  window: WindowOptions,
): SsimChance {
  const n = a.rows;
  const random = createRandom(SEED);
  const image: Matrix64 = { rows: n, cols: n - 1, data: new Float64Array(b.data.length) };
  const values = Array.from({ length: draws }, () => {
    permuteImage(b, random.permutation(n), image.data);
    return compareImages(a, image, window).similarity / ((n - 6) * (n - 7));
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / draws;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, draws - 1));
  return { mean, sd, z: sd > ROUNDING ? (observed - mean) / sd : null, draws };
}

/** Writes the image of the matrix whose class i is class order[i] of the given one. */
function permuteImage({ rows: n, data }: Matrix64, order: Uint32Array, out: Float64Array): void {
  let k = 0;
  for (let i = 0; i < n; i++) {
    const from = order[i]!;
    const start = from * (n - 1);
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const to = order[j]!;
      out[k++] = data[start + to - (to > from ? 1 : 0)]!;
    }
  }
}
