import { spearmanOfTable } from '../../../statistics/contingency.ts';
import { spearmanOfRanks } from '../../../statistics/spearman.ts';
import { type AlignmentMeasureDefinition, clamp, isConstant } from './alignment-measure.ts';
import { spearmanChanceOfCounts } from './chance-of-counts.ts';
import { chanceOfDot, permutedDot, symmetric } from './pair-permutation.ts';
import type { ReferenceWeights, WeightedPairs } from './resample.ts';

/** Spearman's ρ of the entries above the diagonal, average ranks for ties. */
export const spearman = {
  id: 'spearman' as const,
  title: 'Spearman ρ',
  shortTitle: 'Spearman',
  value: ({ a, b }) => spearmanOfRanks(a.ranks, b.ranks),
  permuted({ a, b }) {
    if (isConstant(a) || isConstant(b)) return undefined;
    const centred = new Float64Array(a.ranks.centred);
    const full = symmetric(new Float64Array(b.ranks.centred), b.kept.length);
    const norm = Math.sqrt(a.ranks.sumOfSquares * b.ranks.sumOfSquares);
    return (permutation) => permutedDot(centred, full, permutation) / norm;
  },
  chance(sides) {
    const { a, b } = sides;
    if (isConstant(a) || isConstant(b)) return undefined;
    const norm = Math.sqrt(a.ranks.sumOfSquares * b.ranks.sumOfSquares);
    return { ...chanceOfDot(sides, a.ranks.centred, b.ranks.centred, norm), mean: 0 };
  },
  resampled: () => (draw) => weightedSpearman(draw.pairs(), draw.weights()),
  // Whole numbers, so that equal sums stay equal. Without equal entries all have the same length.
  direction: ({ ranks }) => (ranks.sumOfSquares > 0 ? new Float64Array(ranks.centred) : null),
  ofTable: spearmanOfTable,
  chanceOfCounts: spearmanChanceOfCounts,
} satisfies AlignmentMeasureDefinition;

function weightedSpearman(
  { count, weights, own, reference }: WeightedPairs,
  { total, centres, squares, constant }: ReferenceWeights,
): number | null {
  let before = 0;
  let ownSquares = 0;
  let products = 0;
  let start = 0;
  while (start < count) {
    const group = own[start]!;
    let weight = 0;
    let partner = 0;
    let end = start;
    for (; end < count && own[end] === group; end++) {
      weight += weights[end]!;
      partner += weights[end]! * centres[reference[end]!]!;
    }
    const centre = 2 * before + weight - total;
    ownSquares += weight * centre * centre;
    products += centre * partner;
    before += weight;
    start = end;
  }
  if (constant || ownSquares === 0) return null;
  return clamp(products / Math.sqrt(ownSquares * squares));
}
