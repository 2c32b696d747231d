import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import { LABEL_SETS, labelSet } from '../../semantics/label-sets/label-sets.ts';
import { permutedAlignment } from './permuted-alignment.ts';
import { onSharedClasses, type PreparedSimilarity } from './prepared-similarity.ts';

/** Another known order of the same classes, and the Spearman alignment the network has when read in it. */
export interface BetterOrder {
  labelSet: string;
  title: string;
  spearman: number;
}

/** How much higher the alignment must be before another order is worth a warning. */
const MARGIN = 0.05;

/**
 * Looks for another known order of the same classes in which the network aligns clearly better. A wrong class order
 * gives plausible numbers, so this is the only sign of it: Darknet-tiny has a Spearman alignment of 0.09 in the usual
 * order of ImageNet-1k and of 0.24 in its own.
 *
 * @param rowSynsets The synset each head row was taken for, in row order; all known.
 * @param studySynsets The synsets of the study's classes, in the order of both matrices.
 * @param spearman The alignment in the order assumed.
 */
export function findBetterOrder(
  network: PreparedSimilarity,
  reference: PreparedSimilarity,
  rowSynsets: readonly string[],
  studySynsets: readonly (string | null)[],
  spearman: number,
  options: KernelOptions = {},
): BetterOrder | undefined {
  if (network.excluded.length > 0 || rowSynsets.length !== studySynsets.length) return undefined;
  const studyIndex = new Map(studySynsets.map((synset, i) => [synset, i]));
  const assumedRows = new Set(rowSynsets);
  let best: BetterOrder | undefined;
  for (const { id, title } of LABEL_SETS) {
    const other = labelSet(id).classes.map((entry) => entry.synset);
    if (other.length !== rowSynsets.length || !other.every((synset) => synset && assumedRows.has(synset))) continue;
    if (other.every((synset, row) => synset === rowSynsets[row])) continue;
    const rowOf = new Map(other.map((synset, row) => [synset, row]));
    const permutation = Uint32Array.from(studySynsets, (synset) => studyIndex.get(rowSynsets[rowOf.get(synset!)!]!)!);
    const [a, b] = onSharedClasses(reference, network, options);
    const value = permutedAlignment('ssad', a, b, ['spearman'], options)(permutation).spearman;
    // One place too early or too late is a slip of its own (1001 rows against 1000), and changes little: neighbours are alike.
    const margin = isRotation(other as string[], rowSynsets) ? 0 : MARGIN;
    if (value !== null && value > spearman + margin && value > (best?.spearman ?? -1))
      best = { labelSet: id, title, spearman: value };
  }
  return best;
}

/** Whether two orders of the same classes differ in where they begin alone. */
function isRotation(order: readonly string[], rows: readonly string[]): boolean {
  const shift = rows.indexOf(order[0]!);
  return shift > 0 && order.every((synset, i) => synset === rows[(i + shift) % rows.length]);
}
