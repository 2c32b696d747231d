import { rowProductsPlain } from '../gram/plain.ts';

/** out = X·Hᵀ: rows × width, of X (rows × cols) and H (width × cols). */
export function multiplyPlain(x: Float32Array | Float64Array, cols: number, h: Float64Array, out: Float64Array): void {
  rowProductsPlain(x, h, cols, out);
}

/** out = Uᵀ·X: width × cols, of U (rows × width) and X (rows × cols). */
export function multiplyTransposedPlain(
  x: Float32Array | Float64Array,
  rows: number,
  cols: number,
  u: Float64Array,
  width: number,
  out: Float64Array,
): void {
  out.fill(0);
  for (let i = 0; i < rows; i++) {
    const from = i * cols;
    for (let t = 0; t < width; t++) {
      const factor = u[i * width + t]!;
      if (factor === 0) continue;
      const to = t * cols;
      for (let c = 0; c < cols; c++) out[to + c]! += factor * x[from + c]!;
    }
  }
}
