import { type PreparedSimilarity, pairDot } from '../prepared-similarity.ts';
import {
  type AlignedSides,
  type AlignmentKind,
  type AlignmentMeasureDefinition,
  clamp,
  isConstant,
} from './alignment-measure.ts';
import { cosineChanceOfCounts } from './chance-of-counts.ts';
import { chanceOfDot, permutedDot, symmetric } from './pair-permutation.ts';
import type { PairTable } from './pair-table.ts';

/**
 * Cosine of the entries above the diagonal, which for symmetric matrices is that of all off the diagonal. For SSAD each
 * matrix is min–max scaled first; dividing by the range changes no angle, so only the minimum is taken off. Mostly
 * chance: show it beside its chance level.
 */
export const cosine = {
  id: 'cosine' as const,
  title: 'cosine',
  shortTitle: 'cosine',
  value(sides) {
    const norm = cosineNorm(sides);
    if (norm === null) return null;
    const { kind, a, b } = sides;
    return clamp(pairDot(a.pairs, offset(kind, a), b.pairs, offset(kind, b)) / norm);
  },
  permuted(sides) {
    const norm = cosineNorm(sides);
    if (norm === null) return undefined;
    const { kind, a, b } = sides;
    const first = shifted(a.pairs, offset(kind, a));
    const full = symmetric(shifted(b.pairs, offset(kind, b)), b.kept.length);
    return (permutation) => permutedDot(first, full, permutation) / norm;
  },
  chance(sides) {
    const norm = cosineNorm(sides);
    if (norm === null) return undefined;
    const { kind, a, b } = sides;
    return chanceOfDot(sides, shifted(a.pairs, offset(kind, a)), shifted(b.pairs, offset(kind, b)), norm);
  },
  resampled(kind, { similarity }, reference) {
    // The scaling stays that of all classes: the extremes of a resample lie inside theirs, which would shift every draw.
    const own = offset(kind, similarity);
    const other = offset(kind, reference);
    return ({ multiplicities }) => weightedCosine(similarity, own, reference, other, multiplicities);
  },
  direction: (side) =>
    isConstant(side) ? null : shifted(side.pairs, side.min).map((value) => value / Math.sqrt(side.squaresAboveMin)),
  ofTable: cosineOfTable,
  chanceOfCounts: cosineChanceOfCounts,
} satisfies AlignmentMeasureDefinition;

/** What is subtracted from each entry before the cosine: the minimum for SSAD, nothing for NSAD. */
function offset(kind: AlignmentKind, side: PreparedSimilarity): number {
  return kind === 'ssad' ? side.min : 0;
}

/** Product of the two lengths; null where there is no cosine. */
function cosineNorm({ kind, a, b }: AlignedSides): number | null {
  if (kind === 'ssad' && (isConstant(a) || isConstant(b))) return null;
  const squares = kind === 'ssad' ? a.squaresAboveMin * b.squaresAboveMin : a.squares * b.squares;
  return squares > 0 ? Math.sqrt(squares) : null;
}

function shifted(pairs: Float32Array | Float64Array, by: number): Float64Array {
  const out = new Float64Array(pairs.length);
  for (let k = 0; k < out.length; k++) out[k] = pairs[k]! - by;
  return out;
}

function weightedCosine(
  { pairs, kept }: PreparedSimilarity,
  ownOffset: number,
  { pairs: other }: PreparedSimilarity,
  otherOffset: number,
  multiplicities: Uint32Array,
): number | null {
  const classes = kept.length;
  let squares = 0;
  let otherSquares = 0;
  let products = 0;
  let pair = 0;
  for (let i = 0; i < classes; i++) {
    const times = multiplicities[i]!;
    const end = pair + classes - i - 1;
    for (let j = i + 1, p = pair; p < end && times > 0; p++, j++) {
      const weight = times * multiplicities[j]!;
      if (weight === 0) continue;
      const x = pairs[p]! - ownOffset;
      const y = other[p]! - otherOffset;
      products += weight * x * y;
      squares += weight * x * x;
      otherSquares += weight * y * y;
    }
    pair = end;
  }
  return squares > 0 && otherSquares > 0 ? clamp(products / Math.sqrt(squares * otherSquares)) : null;
}

/** Cosine of x − min x and y − min y, from sums per level of y. */
function cosineOfTable({ rows, cols, counts, values, sums, squares, least }: PairTable): number | null {
  const perLevel = new Float64Array(cols);
  for (let b = 0; b < rows; b++) for (let c = 0; c < cols; c++) perLevel[c]! += counts[b * cols + c]!;
  const used = [...perLevel.keys()].filter((c) => perLevel[c]! > 0);
  if (used.length < 2) return null;
  const lowest = values[used[0]!]!;
  let n = 0;
  let sum = 0;
  let xy = 0;
  let yy = 0;
  for (const c of used) {
    const y = values[c]! - lowest;
    xy += y * (sums[c]! - least * perLevel[c]!);
    yy += y * y * perLevel[c]!;
    n += perLevel[c]!;
    sum += sums[c]!;
  }
  const xx = squares - 2 * least * sum + n * least * least;
  return xx > 0 && yy > 0 ? Math.min(1, xy / Math.sqrt(xx * yy)) : null;
}
