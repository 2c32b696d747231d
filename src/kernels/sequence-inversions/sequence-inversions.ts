import { type KernelOptions, kernelLayout, wasmKernel } from '../shared/wasm-kernel.ts';
import { sequenceInversionsWasm } from './generated/sequence-inversions.wasm.ts';
import { sequenceInversionsPlain } from './plain.ts';
import type { PairCounts } from './types.ts';

/** The most groups that {@link sequenceInversions} takes; with more, a general count is the faster way. */
export const MAX_SEQUENCE_GROUPS = 1024;

interface SequenceExports {
  count(sequence: number, n: number, wide: boolean, work: number): number;
  tiedInBoth(): number;
}

/** The kernel's window of 128 bytes, a counter for each group and its counter tree of 10 bits. */
const WORK_BYTES = 128 + 4 * 1024 + 4 * (16 + 16 * 8 + 128 * 8);

const kernel = wasmKernel<SequenceExports>(sequenceInversionsWasm);

/**
 * Discordant pairs of two vectors of which one has few distinct values: its groups (0 … groups−1), in the order of the
 * other vector. Linear in the length of the sequence.
 */
export function sequenceInversions(sequence: Uint16Array, groups: number, options: KernelOptions = {}): PairCounts {
  const layout = kernelLayout();
  const workAt = layout.take(WORK_BYTES);
  const sequenceAt = layout.take(2 * sequence.length);
  const open = kernel.open(layout.end(), options);
  if (!open) return sequenceInversionsPlain(sequence, groups);
  const { exports, buffer, base } = open;
  new Uint16Array(buffer, base + sequenceAt, sequence.length).set(sequence);
  const discordant = exports.count(base + sequenceAt, sequence.length, groups > 64, base + workAt);
  return { discordant, tiedInBoth: exports.tiedInBoth() };
}
