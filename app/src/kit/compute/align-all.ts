import type { LongTask } from '#src/base/progress.ts';
import { nsad } from '#src/measures/class-similarity/alignment.ts';
import {
  eachMeasure,
  type MeasureValues,
} from '#src/measures/class-similarity/alignment-measures/alignment-measures.ts';
import { prepareSimilarity } from '#src/measures/class-similarity/prepared-similarity.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';

/** Milliseconds after which the work lets messages in. */
const BREATH = 40;

/**
 * NSAD of every pair of networks on the given similarities, pair (i, j) with i < j row by row. It stops between two pairs when
 * it is told to, and reports how many are done.
 */
export async function alignAll(
  matrices: readonly Matrix32[],
  { signal, onProgress }: LongTask = {},
): Promise<MeasureValues[]> {
  let last = performance.now();
  const breathe = async (): Promise<void> => {
    if (performance.now() - last < BREATH) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
    signal?.throwIfAborted();
  };
  const total = (matrices.length * (matrices.length - 1)) / 2;
  onProgress?.({ task: 'alignment of networks', done: 0, total, unit: 'pairs' });
  const prepared = [];
  for (const matrix of matrices) {
    prepared.push(prepareSimilarity(matrix));
    await breathe();
  }
  const values: MeasureValues[] = [];
  for (let i = 0; i < prepared.length; i++)
    for (let j = i + 1; j < prepared.length; j++) {
      const found = nsad(prepared[i]!, prepared[j]!);
      values.push(eachMeasure((measure) => found[measure]));
      onProgress?.({ task: 'alignment of networks', done: values.length, total, unit: 'pairs' });
      await breathe();
    }
  return values;
}
