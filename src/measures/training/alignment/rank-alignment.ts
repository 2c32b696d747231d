import { kendallOfRanks } from '../../../statistics/kendall.ts';
import { prepareRanks, type RankVector } from '../../../statistics/ranks.ts';
import { spearmanOfRanks } from '../../../statistics/spearman.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';

interface RankFacts {
  symmetric: boolean;
  half?: RankVector;
  whole?: RankVector;
}

/** What is known of a matrix, kept as long as it is: one matrix stands in many pairs. */
const known = new WeakMap<Matrix64, RankFacts>();

/** Differences across the diagonal, of entries from 0 to 1, that count as rounding of 32-bit numbers. */
const ROUNDING = 1e-5;

/**
 * Spearman's ρ and Kendall's τ-b of two class similarity matrices, each a C×(C−1) image of its rows without the diagonal,
 * scaled to [0, 1]: of the entries above the diagonal, as the classes instrument has them, or of all where one of the two
 * is not symmetric.
 */
export function rankAlignment(a: Matrix64, b: Matrix64): { spearman: number | null; kendall: number | null } {
  const part = factsOf(a).symmetric && factsOf(b).symmetric ? 'half' : 'whole';
  const [x, y] = [ranksOf(a, part), ranksOf(b, part)];
  return { spearman: spearmanOfRanks(x, y), kendall: kendallOfRanks(x, y) };
}

function factsOf(image: Matrix64): RankFacts {
  const facts = known.get(image) ?? { symmetric: isSymmetric(image) };
  known.set(image, facts);
  return facts;
}

function ranksOf(image: Matrix64, part: 'half' | 'whole'): RankVector {
  const facts = factsOf(image);
  facts[part] ??= prepareRanks(part === 'whole' ? image.data : aboveDiagonal(image));
  return facts[part];
}

function isSymmetric({ rows, cols, data }: Matrix64): boolean {
  for (let i = 0; i < rows; i++)
    for (let j = i + 1; j < rows; j++)
      if (Math.abs(data[i * cols + j - 1]! - data[j * cols + i]!) > ROUNDING) return false;
  return true;
}

/** The entries above the diagonal of a C×(C−1) image, row by row. */
function aboveDiagonal({ rows, cols, data }: Matrix64): Float64Array {
  const out = new Float64Array((rows * cols) / 2);
  let k = 0;
  for (let i = 0; i < rows; i++) for (let at = i * cols + i; at < (i + 1) * cols; at++) out[k++] = data[at]!;
  return out;
}
