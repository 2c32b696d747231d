import { multiplyPlain, multiplyTransposedPlain } from '../thin-products/plain.ts';

/**
 * One iteration of coordinate descent for X ≈ U·H (U rows × width, H width × cols), in place: U first, then H. Returns
 * the sum of the absolute projected gradients met on the way.
 */
export function nmfIterationPlain(
  x: Float32Array | Float64Array,
  rows: number,
  cols: number,
  u: Float64Array,
  h: Float64Array,
  width: number,
): number {
  const gram = new Float64Array(width * width);
  const products = new Float64Array(rows * width);
  addGram(h, 1, cols, cols, width, gram);
  multiplyPlain(x, cols, h, products);
  const first = sweep(u, width, 1, rows, gram, products, width);
  const transposed = new Float64Array(width * cols);
  gram.fill(0);
  addGram(u, width, 1, rows, width, gram);
  multiplyTransposedPlain(x, rows, cols, u, width, transposed);
  return first + sweep(h, 1, cols, cols, gram, transposed, width);
}

/** Inner products of the `width` components of a factor; an entry lies at line·lineStep + component·componentStep. */
function addGram(
  factor: Float64Array,
  lineStep: number,
  componentStep: number,
  lines: number,
  width: number,
  out: Float64Array,
): void {
  for (let s = 0; s < width; s++) {
    for (let t = s; t < width; t++) {
      let sum = 0;
      for (let i = 0; i < lines; i++)
        sum += factor[i * lineStep + s * componentStep]! * factor[i * lineStep + t * componentStep]!;
      out[s * width + t] = sum;
      out[t * width + s] = sum;
    }
  }
}

/** Each coordinate of each line to its minimum with all others held, component by component. */
function sweep(
  factor: Float64Array,
  lineStep: number,
  componentStep: number,
  lines: number,
  gram: Float64Array,
  products: Float64Array,
  width: number,
): number {
  let violation = 0;
  for (let i = 0; i < lines; i++) {
    const line = i * lineStep;
    for (let t = 0; t < width; t++) {
      const at = line + t * componentStep;
      let gradient = -products[at]!;
      for (let r = 0; r < width; r++) gradient += factor[line + r * componentStep]! * gram[t * width + r]!;
      const value = factor[at]!;
      violation += Math.abs(value === 0 ? Math.min(0, gradient) : gradient);
      const curvature = gram[t * width + t]!;
      if (curvature !== 0) factor[at] = Math.max(0, value - gradient / curvature);
    }
  }
  return violation;
}
