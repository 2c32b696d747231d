import { inversionsWasm } from './generated/inversions.wasm.ts';
import { inversionsPlain } from './plain/inversions.ts';
import { type KernelOptions, kernelLayout, wasmKernel } from './wasm-kernel.ts';

interface InversionExports {
  count(sequence: number, spare: number, n: number, bits: number, slots: number, work: number): number;
}

const kernel = wasmKernel<InversionExports>(inversionsWasm);

/**
 * How many pairs of `sequence` stand in descending order. Its numbers are below `bound` ≤ 2²⁴. The sequence may be
 * overwritten.
 */
export function inversions(sequence: Uint32Array, bound: number, options: KernelOptions = {}): number {
  const bits = Math.max(1, Math.ceil(Math.log2(bound)));
  const layout = kernelLayout();
  // Counters of a digit of 12 bits: 64 + 4 coarse ones and 64 rows of 64 + 4 fine ones.
  const workAt = layout.take(4 * 68 * 65);
  const slotsAt = layout.take(4 * 2 ** Math.ceil(bits / 2));
  const sequenceAt = layout.take(sequence.byteLength);
  const spareAt = layout.take(sequence.byteLength);
  const open = kernel.open(layout.end(), options);
  if (!open) return inversionsPlain(sequence);
  const { exports, buffer, base } = open;
  new Uint32Array(buffer, base + sequenceAt, sequence.length).set(sequence);
  return exports.count(base + sequenceAt, base + spareAt, sequence.length, bits, base + slotsAt, base + workAt);
}
