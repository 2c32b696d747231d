import {
  type AlignmentIndex,
  type AlignmentOptions,
  compareScaled,
  inOrder,
  type SaiSide,
  type ScaledSimilarity,
  scaleSimilarity,
  sharedClasses,
} from './alignment-index.ts';
import { needs, pairNamed, type SimilarityName } from './similarity-pairs.ts';

/**
 * The alignments of named pairs of matrices, each matrix scaled once.
 * @param missing gets a line for each pair that lacks a matrix
 * @param constant keeps the scaled semantic matrix from one epoch to the next
 * @param resample gets the two scaled matrices of each pair, for cosines of resampled classes
 */
export function namedAlignments(
  similarity: Partial<Record<SimilarityName, SaiSide>>,
  pairs: readonly string[],
  classes: number,
  missing: Record<string, string>,
  constant: Map<string, ScaledSimilarity>,
  options: AlignmentOptions,
  resample?: (pair: string, a: ScaledSimilarity, b: ScaledSimilarity) => void,
): Record<string, AlignmentIndex> {
  // Almost always all classes are left in every pair, and each matrix is then scaled once.
  const changing = new Map<string, ScaledSimilarity>();
  const prepare = (name: SimilarityName, side: SaiSide, kept: Uint32Array): ScaledSimilarity => {
    const key = `${name} ${kept.length === classes ? 'all' : kept.join()}`;
    const scaled = name === 'scsm' ? constant : changing;
    let found = scaled.get(key);
    if (!found) {
      found = scaleSimilarity(side, kept);
      scaled.set(key, found);
    }
    return found;
  };
  const out: Record<string, AlignmentIndex> = {};
  for (const pair of pairs) {
    const [first, second] = pairNamed(pair);
    const a = similarity[first];
    const b = similarity[second];
    if (!a || !b) {
      missing[`sai.${pair}`] = needs([first, second].filter((name) => !similarity[name]));
      continue;
    }
    const kept = inOrder(sharedClasses(a, b), options.order);
    const [scaledA, scaledB] = [prepare(first, a, kept), prepare(second, b, kept)];
    out[pair] = compareScaled(scaledA, scaledB, classes, options);
    resample?.(pair, scaledA, scaledB);
  }
  return out;
}
