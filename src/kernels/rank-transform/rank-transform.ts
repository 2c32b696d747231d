import { type KernelOptions, kernelLayout, wasmKernel } from '../shared/wasm-kernel.ts';
import { rankTransformWasm } from './generated/rank-transform.wasm.ts';
import { rankTransformPlain } from './plain.ts';
import type { SortedVector } from './types.ts';

type Rank = (
  values: number,
  n: number,
  elements: number,
  spare: number,
  histograms: number,
  order: number,
  dense: number,
  groupStarts: number,
  centred: number,
) => number;

const kernel = wasmKernel<{ rank32: Rank; rank64: Rank }>(rankTransformWasm);

/** Sorts `values` (no NaN) and gives each its dense rank; −0 equals 0. */
export function rankTransform(values: Float32Array | Float64Array, options: KernelOptions = {}): SortedVector {
  const n = values.length;
  const layout = kernelLayout();
  const histogramsAt = layout.take(3 * 2048 * 4);
  const valuesAt = layout.take(values.byteLength);
  const elementsAt = layout.take(8 * n);
  const spareAt = layout.take(8 * n);
  const orderAt = layout.take(4 * n);
  const denseAt = layout.take(4 * n);
  const groupStartsAt = layout.take(4 * (n + 1));
  const centredAt = layout.take(4 * n);
  const open = n === 0 ? undefined : kernel.open(layout.end(), options);
  if (!open) return rankTransformPlain(values);
  const { exports, buffer, base } = open;
  const single = values instanceof Float32Array;
  const copy = single ? new Float32Array(buffer, base + valuesAt, n) : new Float64Array(buffer, base + valuesAt, n);
  copy.set(values);
  const rank = single ? exports.rank32 : exports.rank64;
  const groups = rank(
    base + valuesAt,
    n,
    base + elementsAt,
    base + spareAt,
    base + histogramsAt,
    base + orderAt,
    base + denseAt,
    base + groupStartsAt,
    base + centredAt,
  );
  return {
    order: new Uint32Array(buffer, base + orderAt, n).slice(),
    dense: new Uint32Array(buffer, base + denseAt, n).slice(),
    groups,
    groupStarts: new Uint32Array(buffer, base + groupStartsAt, groups + 1).slice(),
    centred: new Float32Array(buffer, base + centredAt, n).slice(),
  };
}
