import type { Interval } from '../../../statistics/bootstrap-interval.ts';
import {
  type LevelRanks,
  partialCorrelation,
  rankLevels,
  spearmanWithLevels,
} from '../../../statistics/level-correlation.ts';
import { createRandom } from '../../../statistics/random.ts';
import { spearmanOfRanks } from '../../../statistics/spearman.ts';
import { alignmentInterval } from '../bootstrap.ts';
import { onSharedClasses, type PreparedSimilarity, prepareSimilarity } from '../prepared-similarity.ts';
import type { TreeCut } from './tree-cut.ts';

/** How much of an alignment with a tree is explained by, beyond and within the branches of one cut of it. */
export interface CutAlignment {
  kind: TreeCut['kind'];
  name: string;
  branches: number;
  /** Spearman's ρ of the network with "both in one branch": what the cut alone explains. */
  split: number | null;
  /** Partial ρ of network and reference given that: what lies beyond the cut. */
  beyond: number | null;
  /** ρ of the network with the number of levels down to this one whose branch two classes share; null for a split. */
  soFar: number | null;
  /** ρ of network and reference within each branch of enough classes that no earlier cut has, the largest first. */
  within: { branch: string; classes: number; spearman: number | null }[];
  /** Basic 95 % intervals over so many resamples of the classes, where any were asked for. */
  interval?: { split: Interval | null; beyond: Interval | null; resamples: number };
}

export interface LevelOptions {
  /** Branches of fewer classes are not looked into. Default 10. */
  leastClasses?: number;
  /** Resamples of the classes for intervals. Default 0: none. */
  resamples?: number;
  seed?: number;
}

/**
 * Where an alignment comes from. A single coarse split, such as animals against things, can explain most of the Spearman
 * alignment of a network with WordNet: for each cut of the reference's tree this tells ρ with the cut alone, the partial
 * ρ beyond it, and ρ within its branches.
 *
 * @param cuts from the coarsest on; `soFar` counts the levels among them
 */
export function alignmentByCut(
  network: PreparedSimilarity,
  reference: PreparedSimilarity,
  cuts: readonly TreeCut[],
  options: LevelOptions = {},
): CutAlignment[] {
  const { leastClasses = 10, resamples = 0, seed = 0 } = options;
  const [a, b] = onSharedClasses(network, reference);
  const whole = spearmanOfRanks(a.ranks, b.ranks);
  if (whole === null) return [];
  const shared = new Uint8Array(a.pairs.length);
  const seen = new Set<string>();
  return cuts.map((cut) => {
    const together = pairsTogether(a.kept, cut);
    const ranked = rankLevels(together);
    const split = spearmanWithLevels(a.ranks, together, ranked);
    const semantic = spearmanWithLevels(b.ranks, together, ranked);
    const isLevel = cut.kind === 'level';
    if (isLevel) for (let k = 0; k < shared.length; k++) shared[k]! += together[k]!;
    return {
      kind: cut.kind,
      name: cut.name,
      branches: new Set(Array.from(a.kept, (c) => cut.branchOf[c]!)).size,
      split,
      beyond: split === null || semantic === null ? null : partialCorrelation(whole, split, semantic),
      soFar: isLevel ? spearmanWithLevels(a.ranks, shared) : null,
      within: withinBranches(a, b, cut, leastClasses, seen),
      ...(resamples > 0 ? { interval: intervals(a, b, together, ranked, resamples, seed) } : {}),
    };
  });
}

/** For each pair of kept classes 1 where both are in one branch. */
function pairsTogether(kept: Uint32Array, { branchOf }: TreeCut): Uint8Array {
  const n = kept.length;
  const out = new Uint8Array((n * (n - 1)) / 2);
  let k = 0;
  for (let i = 0; i < n; i++) {
    const branch = branchOf[kept[i]!]!;
    for (let j = i + 1; j < n; j++) out[k++] = branch >= 0 && branch === branchOf[kept[j]!]! ? 1 : 0;
  }
  return out;
}

function withinBranches(
  a: PreparedSimilarity,
  b: PreparedSimilarity,
  { branchOf, branches }: TreeCut,
  least: number,
  seen: Set<string>,
): CutAlignment['within'] {
  const members = branches.map((): number[] => []);
  a.kept.forEach((c, place) => {
    if (branchOf[c]! >= 0) members[branchOf[c]!]!.push(place);
  });
  return members
    .flatMap((places, branch) => {
      const key = places.join();
      if (places.length < least || places.length === a.kept.length || seen.has(key)) return [];
      seen.add(key);
      const inside = new Set(places);
      const exclude = Array.from(a.kept.keys()).filter((place) => !inside.has(place));
      const own = prepareSimilarity(a.matrix, { exclude });
      const other = prepareSimilarity(b.matrix, { exclude });
      return [{ branch: branches[branch]!, classes: places.length, spearman: spearmanOfRanks(own.ranks, other.ranks) }];
    })
    .sort((x, y) => y.classes - x.classes);
}

/** Bootstrap over classes of ρ with the cut and of the partial ρ, on the ranks of all classes. */
function intervals(
  a: PreparedSimilarity,
  b: PreparedSimilarity,
  together: Uint8Array,
  { centred }: LevelRanks,
  resamples: number,
  seed: number,
): NonNullable<CutAlignment['interval']> {
  const random = createRandom(seed);
  const n = a.kept.length;
  const times = new Uint32Array(n);
  const split = new Float64Array(resamples);
  const beyond = new Float64Array(resamples);
  const [low, high] = [centred[0]!, centred[1]!];
  const correlations = (weights: Uint32Array): { split: number; beyond: number | null } => {
    const { xy, xz, yz } = weightedCorrelations(a.ranks.centred, b.ranks.centred, together, low, high, weights);
    return { split: xz, beyond: partialCorrelation(xy, xz, yz) };
  };
  const observed = correlations(times.fill(1));
  for (let r = 0; r < resamples; r++) {
    times.fill(0);
    for (let i = 0; i < n; i++) times[random.below(n)]!++;
    const drawn = correlations(times);
    split[r] = drawn.split;
    beyond[r] = drawn.beyond ?? Number.NaN;
  }
  return {
    split: alignmentInterval({ observed: observed.split, draws: split }),
    beyond: alignmentInterval({ observed: observed.beyond, draws: beyond }),
    resamples,
  };
}

function weightedCorrelations(
  x: Float32Array,
  y: Float32Array,
  together: Uint8Array,
  low: number,
  high: number,
  times: Uint32Array,
) {
  const n = times.length;
  let [w, sx, sy, sz, sxx, syy, szz, sxy, sxz, syz] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  let pair = 0;
  for (let i = 0; i < n; i++) {
    const end = pair + n - i - 1;
    const own = times[i]!;
    for (let j = i + 1, k = pair; own > 0 && k < end; j++, k++) {
      const weight = own * times[j]!;
      if (weight === 0) continue;
      const u = x[k]!;
      const v = y[k]!;
      const t = together[k] === 1 ? high : low;
      w += weight;
      sx += weight * u;
      sy += weight * v;
      sz += weight * t;
      sxx += weight * u * u;
      syy += weight * v * v;
      szz += weight * t * t;
      sxy += weight * u * v;
      sxz += weight * u * t;
      syz += weight * v * t;
    }
    pair = end;
  }
  const correlation = (s: number, p: number, q: number, pp: number, qq: number): number =>
    (w * s - p * q) / Math.sqrt((w * pp - p * p) * (w * qq - q * q));
  return {
    xy: correlation(sxy, sx, sy, sxx, syy),
    xz: correlation(sxz, sx, sz, sxx, szz),
    yz: correlation(syz, sy, sz, syy, szz),
  };
}
