import type { Matrix } from '../../tensor/matrix.ts';
import { fromBlocks, paddedShape, padRows, toBlocks, unpadRows } from '../shared/row-blocks.ts';
import { type KernelOptions, kernelLayout, type OpenKernel, wasmKernel } from '../shared/wasm-kernel.ts';
import { thinProductsWasm } from './generated/thin-products.wasm.ts';
import { multiplyPlain, multiplyTransposedPlain } from './plain.ts';

interface ThinExports {
  multiply(x: number, h: number, out: number, blocks: number, stride: number, k: number): void;
  multiplyTransposed(x: number, u: number, out: number, blocks: number, stride: number, k: number): void;
}

const kernel = wasmKernel<ThinExports>(thinProductsWasm);
/** Whose matrix lies in the kernel's memory. */
let resident: ThinProducts | undefined;

/** Products of one large matrix X (rows × cols) with thin ones, in 64 bits. */
export interface ThinProducts {
  /** X·Hᵀ into `out` (rows × width), of H (width × cols). */
  multiply(h: Float64Array, width: number, out: Float64Array): void;
  /** Uᵀ·X into `out` (width × cols), of U (rows × width). */
  multiplyTransposed(u: Float64Array, width: number, out: Float64Array): void;
}

/** Prepares products of `x` with matrices of at most `maxWidth` rows or columns. */
export function thinProducts(x: Matrix, maxWidth: number, options: KernelOptions = {}): ThinProducts {
  const { blocks, cols } = paddedShape(x);
  const layout = kernelLayout();
  const xAt = layout.take(8 * 4 * blocks * cols);
  const wideAt = layout.take(8 * maxWidth * cols);
  const tallAt = layout.take(8 * maxWidth * 4 * blocks);
  let open: OpenKernel<ThinExports> | undefined;
  /** The kernel with X in its memory, where another matrix may have lain since the last call. */
  const load = (): OpenKernel<ThinExports> | undefined => {
    if (resident === products) return open;
    open = kernel.open(layout.end(), options);
    if (!open) return undefined;
    const memory = new Float64Array(open.buffer, open.base + xAt, 4 * blocks * cols).fill(0);
    padRows(x.data, memory, x.cols, cols);
    resident = products;
    return open;
  };
  const products: ThinProducts = {
    multiply(h, width, out) {
      const loaded = load();
      if (!loaded) return multiplyPlain(x.data, x.cols, h, out);
      const { exports, buffer, base } = loaded;
      const wide = new Float64Array(buffer, base + wideAt, width * cols).fill(0);
      padRows(h, wide, x.cols, cols);
      exports.multiply(base + xAt, base + wideAt, base + tallAt, blocks, 8 * cols, width);
      fromBlocks(new Float64Array(buffer, base + tallAt, 4 * blocks * width), out, width);
    },
    multiplyTransposed(u, width, out) {
      const loaded = load();
      if (!loaded) return multiplyTransposedPlain(x.data, x.rows, x.cols, u, width, out);
      const { exports, buffer, base } = loaded;
      const tall = new Float64Array(buffer, base + tallAt, 4 * blocks * width).fill(0);
      toBlocks(u, tall, width);
      exports.multiplyTransposed(base + xAt, base + tallAt, base + wideAt, blocks, 8 * cols, width);
      unpadRows(new Float64Array(buffer, base + wideAt, width * cols), out, x.cols, cols);
    },
  };
  return products;
}
