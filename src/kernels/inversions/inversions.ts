import { type KernelOptions, kernelLayout, wasmKernel } from '../shared/wasm-kernel.ts';
import { inversionsWasm } from './generated/inversions.wasm.ts';
import { inversionsPlain } from './plain.ts';

interface InversionExports {
  count(sequence: number, spare: number, n: number, wide: boolean, work: number): number;
}

/** The kernel's window of 128 bytes, its counter tree of 12 bits and 4096 slots. */
const WORK_BYTES = 128 + 4 * (16 + 16 * 16 + 256 * 16) + 4 * 4096;

const kernel = wasmKernel<InversionExports>(inversionsWasm);

/**
 * How many pairs of `sequence` stand in descending order. Its numbers are below `bound` ≤ 2²⁴. The sequence may be
 * overwritten.
 */
export function inversions(sequence: Uint32Array, bound: number, options: KernelOptions = {}): number {
  const layout = kernelLayout();
  const workAt = layout.take(WORK_BYTES);
  const sequenceAt = layout.take(sequence.byteLength);
  const spareAt = layout.take(sequence.byteLength);
  const open = kernel.open(layout.end(), options);
  if (!open) return inversionsPlain(sequence);
  const { exports, buffer, base } = open;
  new Uint32Array(buffer, base + sequenceAt, sequence.length).set(sequence);
  return exports.count(base + sequenceAt, base + spareAt, sequence.length, bound > 2 ** 20, base + workAt);
}
