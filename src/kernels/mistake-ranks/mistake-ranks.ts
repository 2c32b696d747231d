import { type KernelOptions, kernelLayout, wasmKernel } from '../shared/wasm-kernel.ts';
import { mistakeRanksWasm } from './generated/mistake-ranks.wasm.ts';
import { mistakeRanksPlain } from './plain.ts';

interface MistakeRankExports {
  mistakeRanks(similarity: number, counts: number, n: number, single: boolean, errors: number, ranks: number): void;
}

const kernel = wasmKernel<MistakeRankExports>(mistakeRanksWasm);

/**
 * For each class the number of its mistakes and the sum of their ranks: the position, from 1, of what it was taken for
 * among the other classes by similarity, tied classes sharing the mean of their positions.
 * @param similarity n×n, the diagonal −Infinity, without NaN
 * @param counts n×n, how often class i (row) was taken for class j
 */
export function mistakeRanks(
  similarity: Float32Array | Float64Array,
  counts: Float32Array | Float64Array,
  n: number,
  options: KernelOptions = {},
): { errors: Float64Array; ranks: Float64Array } {
  const layout = kernelLayout();
  const similarityAt = layout.take(similarity.byteLength);
  const countsAt = layout.take(8 * counts.length);
  const errorsAt = layout.take(8 * n);
  const ranksAt = layout.take(8 * n);
  const open = n === 0 ? undefined : kernel.open(layout.end(), options);
  if (!open) {
    const errors = new Float64Array(n);
    const ranks = new Float64Array(n);
    mistakeRanksPlain(similarity, counts, errors, ranks);
    return { errors, ranks };
  }
  const { exports, buffer, base } = open;
  const single = similarity instanceof Float32Array;
  const Values = single ? Float32Array : Float64Array;
  new Values(buffer, base + similarityAt, similarity.length).set(similarity);
  new Float64Array(buffer, base + countsAt, counts.length).set(counts);
  exports.mistakeRanks(base + similarityAt, base + countsAt, n, single, base + errorsAt, base + ranksAt);
  return {
    errors: new Float64Array(buffer, base + errorsAt, n).slice(),
    ranks: new Float64Array(buffer, base + ranksAt, n).slice(),
  };
}
