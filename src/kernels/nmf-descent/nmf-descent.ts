import type { Matrix } from '../../tensor/matrix.ts';
import { fromBlocks, paddedShape, padRows, toBlocks, unpadRows } from '../shared/row-blocks.ts';
import { type KernelOptions, kernelLayout, wasmKernel } from '../shared/wasm-kernel.ts';
import { thinProductsWasm } from '../thin-products/generated/thin-products.wasm.ts';
import { nmfIterationPlain } from './plain.ts';

type Iterate = (
  x: number,
  u: number,
  h: number,
  transposed: number,
  scratch: number,
  blocks: number,
  stride: number,
  k: number,
) => number;

const kernel = wasmKernel<{ iterate32: Iterate; iterate64: Iterate }>(thinProductsWasm);

export interface NmfDescentOptions extends KernelOptions {
  /** Of the arithmetic; the plain twin always computes in 64 bits. */
  precision: 'f64' | 'f32';
  /** Called before each iteration with the number of those done and the last one's sum of absolute projected gradients. */
  goOn(iterations: number, violation: number): boolean;
}

/**
 * Coordinate descent for X ≈ U·H in place, of `u` (rows × width) and `h` (width × cols), all values at least 0, for as
 * long as `goOn` says. Returns the number of iterations.
 */
export function nmfDescent(
  x: Matrix,
  u: Float64Array,
  h: Float64Array,
  width: number,
  { precision, goOn, ...options }: NmfDescentOptions,
): number {
  const { blocks, cols } = paddedShape(x);
  const size = precision === 'f32' ? 4 : 8;
  const layout = kernelLayout();
  const lengths = [4 * blocks * cols, 4 * blocks * width, width * cols, width * cols, 4 * width + width * width];
  const offsets = lengths.map((length) => layout.take(size * length));
  const open = kernel.open(layout.end(), options);
  let iterations = 0;
  let violation = 0;
  if (!open) {
    while (goOn(iterations, violation)) {
      violation = nmfIterationPlain(x.data, x.rows, x.cols, u, h, width);
      iterations++;
    }
    return iterations;
  }
  const { exports, buffer, base } = open;
  const Values = precision === 'f32' ? Float32Array : Float64Array;
  const [xAt, uAt, hAt, transposedAt, scratchAt] = offsets.map((offset) => base + offset) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const factorU = new Values(buffer, uAt, lengths[1]).fill(0);
  const factorH = new Values(buffer, hAt, lengths[2]).fill(0);
  padRows(x.data, new Values(buffer, xAt, lengths[0]).fill(0), x.cols, cols);
  toBlocks(u, factorU, width);
  padRows(h, factorH, x.cols, cols);
  const iterate = precision === 'f32' ? exports.iterate32 : exports.iterate64;
  while (goOn(iterations, violation)) {
    violation = iterate(xAt, uAt, hAt, transposedAt, scratchAt, blocks, size * cols, width);
    iterations++;
  }
  fromBlocks(factorU, u, width);
  unpadRows(factorH, h, x.cols, cols);
  return iterations;
}
