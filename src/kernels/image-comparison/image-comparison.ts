import type { Matrix } from '../../tensor/matrix.ts';
import { type KernelOptions, kernelLayout, wasmKernel } from '../shared/wasm-kernel.ts';
import { imageComparisonWasm } from './generated/image-comparison.wasm.ts';
import { compareImagesPlain } from './plain.ts';
import type { ImageSums, WindowOptions } from './types.ts';

interface Exports {
  compare(
    x: number,
    y: number,
    rows: number,
    cols: number,
    size: number,
    c1: number,
    c2: number,
    columns: number,
    out: number,
  ): void;
}

const kernel = wasmKernel<Exports>(imageComparisonWasm);

/** All sums over two images of one shape, in 64 bits, in one pass. Images smaller than the window have no window. */
export function compareImages(a: Matrix, b: Matrix, window: WindowOptions, options: KernelOptions = {}): ImageSums {
  const { rows, cols } = a;
  const { windowSize, c1, c2 } = window;
  const layout = kernelLayout();
  const outAt = layout.take(6 * 8);
  const columnsAt = layout.take(4 * 8 * (cols + 2));
  const xAt = layout.take(8 * a.data.length);
  const yAt = layout.take(8 * b.data.length);
  const open = kernel.open(layout.end(), options);
  if (!open) return compareImagesPlain(a.data, b.data, rows, cols, window);
  const { exports, buffer, base } = open;
  new Float64Array(buffer, base + xAt, a.data.length).set(a.data);
  new Float64Array(buffer, base + yAt, b.data.length).set(b.data);
  exports.compare(base + xAt, base + yAt, rows, cols, windowSize, c1, c2, base + columnsAt, base + outAt);
  const sums = new Float64Array(buffer, base + outAt, 6);
  return {
    products: sums[0]!,
    powerA: sums[1]!,
    powerB: sums[2]!,
    squares: sums[3]!,
    absolutes: sums[4]!,
    similarity: sums[5]!,
  };
}
