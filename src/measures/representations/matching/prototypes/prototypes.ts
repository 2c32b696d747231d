import { UsageError } from '../../../../base/errors.ts';
import { solveAssignment } from '../../../../kernels/assignment/assignment.ts';
import { crossGram } from '../../../../kernels/gram/gram.ts';
import type { KernelOptions } from '../../../../kernels/shared/wasm-kernel.ts';
import type { Matrix } from '../../../../tensor/matrix.ts';
import { type GroupMatching, matchGroups } from './match-groups.ts';
import { type GroupLevels, groupsOf, openGroups, type PositionGroups } from './principal-groups.ts';
import { boundOfNorms, boundOfPrices } from './upper-bound.ts';

export interface PrototypeSettings extends KernelOptions {
  /** Groups are refined until the value is at least 1 − gap of its upper bound; 1 takes the first one. Default 0.02. */
  gap?: number;
  /** Groups of positions of a map at most; with as many as positions the matching is exact. Default 1024. */
  prototypes?: number;
}

export const DEFAULT_GAP = 0.02;
export const DEFAULT_PROTOTYPES = 1024;

/** Positions of a group to begin with, about. */
const FIRST_SIZE = 16;
/** How many levels of the split a refinement goes down: four times as many groups. */
const STEP = 2;

/** A map as it is matched with any other, with the groups it was last matched by. */
export interface PrototypeMap {
  vectors: Matrix;
  levels: GroupLevels;
  /** ‖V‖², summed in the order of the vectors. */
  square: number;
  last?: { level: number; groups: PositionGroups };
}

export interface PrototypeMatching {
  /** The position of the second map for each of the first. */
  columns: Int32Array;
  /** Sum of this matching: no more than the optimum. */
  value: number;
  /** No matching has a greater sum, up to rounding. */
  upperBound: number;
  /** Groups at which it ended; as many as positions where it is the optimum itself. */
  prototypes: number;
}

/** Prepares the vectors of a map, positions × channels. */
export function prototypeMap(vectors: Matrix): PrototypeMap {
  const levels = openGroups(vectors);
  const { cols, data } = vectors;
  let square = 0;
  for (const s of levels.levels[0]!.order) for (let c = 0; c < cols; c++) square += data[s * cols + c]! ** 2;
  return { vectors, levels, square };
}

/**
 * Matches two maps of equally many positions by prototypes: each map's positions in groups of like vectors, the best
 * transport of their counts between the means, positions within that, with an upper bound of the optimum. Groups become
 * four times as many until the bound is near enough or the limit is reached. The value does not depend on the order of the
 * positions, nor on which map is the first. Memory grows with the positions and the square of the prototypes.
 */
export function matchPrototypes(
  x: PrototypeMap,
  y: PrototypeMap,
  { gap = DEFAULT_GAP, prototypes = DEFAULT_PROTOTYPES, ...options }: PrototypeSettings = {},
): PrototypeMatching {
  if (!(Number.isInteger(prototypes) && prototypes > 0))
    throw new UsageError(`prototypes must be a whole number above 0; found ${prototypes}.`);
  if (!(gap >= 0 && gap <= 1)) throw new UsageError(`gap must be from 0 to 1; found ${gap}.`);
  if (comesAfter(x, y)) {
    const found = matchPrototypes(y, x, { gap, prototypes, ...options });
    const columns = new Int32Array(found.columns.length);
    for (let s = 0; s < columns.length; s++) columns[found.columns[s]!] = s;
    return { ...found, columns };
  }
  const n = x.vectors.rows;
  const most = Math.floor(Math.log2(Math.min(prototypes, n)));
  const isNear = (value: number, bound: number): boolean => gap >= 1 || value >= (1 - gap) * bound;
  let best: PrototypeMatching | undefined;
  let bound = Number.POSITIVE_INFINITY;
  for (let level = Math.min(most, Math.max(0, Math.round(Math.log2(n / FIRST_SIZE)))); ; level += STEP) {
    const [a, b] = [at(x, Math.min(level, most)), at(y, Math.min(level, most))];
    const matching = matchGroups(a, b, options);
    const value = sumOf(x, y, a, b, matching.partner);
    if (!best || value > best.value)
      best = { columns: columnsOf(a, b, matching.partner), value, upperBound: bound, prototypes: a.counts.length };
    best.prototypes = a.counts.length;
    if (bound === Number.POSITIVE_INFINITY) bound = boundOfNorms(a, b);
    if (!isNear(best.value, bound)) bound = Math.min(bound, boundOfPrices(a, b, matching, options));
    if (isNear(best.value, bound) || level >= most) break;
  }
  if (!isNear(best.value, bound) && prototypes >= n) return exact(x, y, options);
  // A bound below what was reached is rounding.
  return { ...best, upperBound: Math.max(best.value, bound) };
}

/** Whether the second map is taken first: by their norms, and if these are equal, by their vectors in order. */
function comesAfter(x: PrototypeMap, y: PrototypeMap): boolean {
  if (x.square !== y.square) return x.square > y.square;
  const { cols, data } = x.vectors;
  const [a, b] = [x.levels.levels[0]!.order, y.levels.levels[0]!.order];
  for (let k = 0; k < a.length; k++)
    for (let c = 0; c < cols; c++) {
      const difference = data[a[k]! * cols + c]! - y.vectors.data[b[k]! * cols + c]!;
      if (difference !== 0) return difference > 0;
    }
  return false;
}

function at(map: PrototypeMap, level: number): PositionGroups {
  if (map.last?.level !== level) map.last = { level, groups: groupsOf(map.levels, level) };
  return map.last.groups;
}

/** Every position its own prototype: the optimum. */
function exact(x: PrototypeMap, y: PrototypeMap, options: KernelOptions): PrototypeMatching {
  const [a, b] = [at(x, 0), at(y, 0)];
  const n = x.vectors.rows;
  const { data } = crossGram(a.vectors, b.vectors, options);
  const { columns: partner, dualBound } = solveAssignment(data, n, n, options)!;
  const value = sumOf(x, y, a, b, partner);
  return { columns: columnsOf(a, b, partner), value, upperBound: Math.max(value, dualBound), prototypes: n };
}

/** The matching in the positions of the maps. */
function columnsOf(a: PositionGroups, b: PositionGroups, partner: GroupMatching['partner']): Int32Array {
  const columns = new Int32Array(partner.length);
  for (let k = 0; k < partner.length; k++) columns[a.order[k]!] = b.order[partner[k]!]!;
  return columns;
}

/** Σ ⟨v, matched w⟩ of the vectors as they were given. */
function sumOf(
  { vectors: { cols, data } }: PrototypeMap,
  { vectors: { data: other } }: PrototypeMap,
  a: PositionGroups,
  b: PositionGroups,
  partner: Int32Array,
): number {
  let sum = 0;
  for (let k = 0; k < partner.length; k++) {
    const [s, t] = [a.order[k]! * cols, b.order[partner[k]!]! * cols];
    for (let c = 0; c < cols; c++) sum += data[s + c]! * other[t + c]!;
  }
  return sum;
}
