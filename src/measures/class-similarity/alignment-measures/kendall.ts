import { discordantInOrder } from '../../../kernels/discordant-pairs/discordant-pairs.ts';
import { kendallOfTable } from '../../../statistics/contingency.ts';
import { kendallOfRanks, tauB } from '../../../statistics/kendall.ts';
import { type AlignedSides, type AlignmentMeasureDefinition, clamp, isConstant } from './alignment-measure.ts';
import { kendallChanceOfCounts } from './chance-of-counts.ts';
import { kendallChance } from './kendall-chance.ts';
import { symmetric } from './pair-permutation.ts';
import type { ReferenceWeights, WeightedPairs } from './resample.ts';
import { spearman } from './spearman.ts';

/** Kendall's τ-b of the entries above the diagonal. */
export const kendall = {
  id: 'kendall' as const,
  title: 'Kendall τ-b',
  shortTitle: 'Kendall',
  value: ({ a, b, options }) => kendallOfRanks(a.ranks, b.ranks, options),
  permuted: permutedTau,
  chance(sides, draws) {
    const tau = permutedTau(sides);
    const rho = spearman.permuted(sides);
    const exact = spearman.chance(sides);
    if (!tau || !rho || !exact) return undefined;
    return kendallChance(sides.a.kept.length, (order) => [tau(order), rho(order)], exact.sd, draws);
  },
  resampled(_kind, _model, reference) {
    const { groups } = reference.ranks;
    const tree = new Float64Array(groups + 1);
    const inRun = new Float64Array(groups);
    return (draw) => weightedKendall(draw.pairs(), draw.weights(), tree, inRun);
  },
  // No average is the best of τ (its maximum over orders is Kemeny's); that of the ranks comes near.
  direction: spearman.direction,
  ofTable: kendallOfTable,
  chanceOfCounts: kendallChanceOfCounts,
} satisfies AlignmentMeasureDefinition;

function permutedTau({ a, b, options }: AlignedSides): ((permutation: Uint32Array) => number) | undefined {
  if (isConstant(a) || isConstant(b)) return undefined;
  const { n, tiedPairs } = a.ranks;
  const classes = a.kept.length;
  const full = symmetric(b.ranks.dense, classes);
  const dense = new Uint32Array(n);
  return (permutation) => {
    let k = 0;
    for (let i = 0; i < classes; i++) {
      const row = permutation[i]! * classes;
      for (let j = i + 1; j < classes; j++) dense[k++] = full[row + permutation[j]!]!;
    }
    const { discordant, tiedInBoth } = discordantInOrder(a.ranks, dense, b.ranks.groups, options);
    return tauB(n, tiedPairs, b.ranks.tiedPairs, discordant, tiedInBoth);
  };
}

function weightedKendall(
  { count, weights, own, reference: partner }: WeightedPairs,
  reference: ReferenceWeights,
  tree: Float64Array,
  inRun: Float64Array,
): number | null {
  const groups = inRun.length;
  tree.fill(0);
  let before = 0;
  let discordant = 0;
  let tiedOwn = 0;
  let tiedInBoth = 0;
  let start = 0;
  while (start < count) {
    const group = own[start]!;
    let runWeight = 0;
    let end = start;
    for (; end < count && own[end] === group; end++) {
      const weight = weights[end]!;
      let atMost = 0;
      for (let g = partner[end]! + 1; g > 0; g &= g - 1) atMost += tree[g]!;
      discordant += weight * (before - atMost);
      runWeight += weight;
    }
    // Tied in the model: entered only after all were looked up. `inRun` counts those tied in the reference too.
    for (let k = start; k < end; k++) {
      const weight = weights[k]!;
      const g0 = partner[k]!;
      for (let g = g0 + 1; g <= groups; g += g & -g) tree[g]! += weight;
      tiedInBoth += (weight * (weight - 1)) / 2 + weight * inRun[g0]!;
      inRun[g0]! += weight;
    }
    for (let k = start; k < end; k++) inRun[partner[k]!] = 0;
    tiedOwn += (runWeight * (runWeight - 1)) / 2;
    before += runWeight;
    start = end;
  }
  const all = (reference.total * (reference.total - 1)) / 2;
  if (reference.constant || all === tiedOwn) return null;
  const score = all - tiedOwn - reference.tiedPairs + tiedInBoth - 2 * discordant;
  return clamp(score / Math.sqrt((all - tiedOwn) * (all - reference.tiedPairs)));
}
