import { kendallOfRanks } from '../../../statistics/kendall.ts';
import { prepareRanks, type RankVector } from '../../../statistics/ranks.ts';
import { spearmanOfRanks } from '../../../statistics/spearman.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';

/** The ranks of a matrix, kept as long as it is: one matrix stands in many pairs. */
const ranked = new WeakMap<Matrix64, { half?: RankVector; whole?: RankVector }>();

/**
 * Spearman's ρ and Kendall's τ-b of two class similarity matrices, each a C×(C−1) image of its rows without the diagonal.
 * @param part "half": of the entries above the diagonal, as the classes instrument has them; "whole": of all, where a
 * matrix is not symmetric
 */
export function rankAlignment(
  a: Matrix64,
  b: Matrix64,
  part: 'half' | 'whole',
): { spearman: number | null; kendall: number | null } {
  const [x, y] = [ranksOf(a, part), ranksOf(b, part)];
  return { spearman: spearmanOfRanks(x, y), kendall: kendallOfRanks(x, y) };
}

function ranksOf(image: Matrix64, part: 'half' | 'whole'): RankVector {
  const known = ranked.get(image) ?? {};
  ranked.set(image, known);
  known[part] ??= prepareRanks(part === 'whole' ? image.data : aboveDiagonal(image));
  return known[part];
}

/** The entries above the diagonal of a C×(C−1) image, row by row. */
function aboveDiagonal({ rows, cols, data }: Matrix64): Float64Array {
  const out = new Float64Array((rows * cols) / 2);
  let k = 0;
  for (let i = 0; i < rows; i++) for (let at = i * cols + i; at < (i + 1) * cols; at++) out[k++] = data[at]!;
  return out;
}
