import type { Matrix, Matrix32 } from '../../../../tensor/matrix.ts';

/** The positions of a map in groups of like vectors, each with its mean: its prototype. */
export interface PositionGroups {
  /** Positions, group by group, and their vectors in this order. */
  order: Uint32Array;
  vectors: Matrix32;
  /** Where each group begins in `order`, and the end. */
  starts: Int32Array;
  counts: Int32Array;
  /** Groups × channels. */
  means: Matrix32;
  /** Distance of each vector, in order, from the mean of its group. */
  deviations: Float64Array;
}

/** The levels of a recursive split, made as they are asked for: level l has at most 2^l groups. */
export interface GroupLevels {
  source: Matrix;
  levels: { order: Uint32Array; starts: Int32Array }[];
}

/** Rounds of the power method for the direction in which a group is cut. */
const ROUNDS = 4;

/**
 * A map whose positions are in one group yet, in the order of their vectors, channel by channel: nothing that follows depends
 * on where they stood.
 */
export function openGroups(source: Matrix): GroupLevels {
  const { rows, cols, data } = source;
  const order = Uint32Array.from({ length: rows }, (_, s) => s).sort((s, t) => {
    const [a, b] = [s * cols, t * cols];
    for (let c = 0; c < cols; c++) if (data[a + c] !== data[b + c]) return data[a + c]! - data[b + c]!;
    return s - t;
  });
  return { source, levels: [{ order, starts: Int32Array.of(0, rows) }] };
}

/**
 * The groups of a level. Each group of the level before was cut at the median of its first principal component, so that
 * groups of a level differ by at most one position.
 */
export function groupsOf({ source, levels }: GroupLevels, level: number): PositionGroups {
  while (levels.length <= level) levels.push(cutAll(source, levels.at(-1)!));
  const { order, starts } = levels[level]!;
  const { rows, cols } = source;
  const groups = starts.length - 1;
  const vectors = { rows, cols, data: new Float32Array(rows * cols) };
  for (let k = 0; k < rows; k++)
    vectors.data.set(source.data.subarray(order[k]! * cols, (order[k]! + 1) * cols), k * cols);
  const means = { rows: groups, cols, data: new Float32Array(groups * cols) };
  const deviations = new Float64Array(rows);
  const mean = new Float64Array(cols);
  for (let g = 0; g < groups; g++) {
    meanOf(source, order, starts[g]!, starts[g + 1]!, mean);
    means.data.set(mean, g * cols);
    for (let k = starts[g]!; k < starts[g + 1]!; k++) {
      let sum = 0;
      for (let c = 0; c < cols; c++) sum += (vectors.data[k * cols + c]! - means.data[g * cols + c]!) ** 2;
      deviations[k] = Math.sqrt(sum);
    }
  }
  const counts = Int32Array.from({ length: groups }, (_, g) => starts[g + 1]! - starts[g]!);
  return { order, vectors, starts, counts, means, deviations };
}

function cutAll(source: Matrix, { order, starts }: GroupLevels['levels'][number]): GroupLevels['levels'][number] {
  const next = { order: order.slice(), starts: [0] };
  const keys = new Float64Array(source.rows);
  const mean = new Float64Array(source.cols);
  for (let g = 0; g + 1 < starts.length; g++) {
    const [from, to] = [starts[g]!, starts[g + 1]!];
    if (to - from > 1) {
      cut(source, next.order, from, to, keys, mean);
      next.starts.push(from + ((to - from) >> 1));
    }
    next.starts.push(to);
  }
  return { order: next.order, starts: Int32Array.from(next.starts) };
}

/** Sorts the positions of a group along its first principal component; equal ones keep their order. */
function cut(
  { cols, data }: Matrix,
  order: Uint32Array,
  from: number,
  to: number,
  keys: Float64Array,
  mean: Float64Array,
): void {
  meanOf({ cols, data }, order, from, to, mean);
  const direction = farthest({ cols, data }, order, from, to, mean);
  if (!direction) return;
  const turned = new Float64Array(cols);
  for (let round = 0; round <= ROUNDS; round++) {
    turned.fill(0);
    for (let k = from; k < to; k++) {
      const at = order[k]! * cols;
      let along = 0;
      for (let c = 0; c < cols; c++) along += (data[at + c]! - mean[c]!) * direction[c]!;
      keys[order[k]!] = along;
      if (round < ROUNDS) for (let c = 0; c < cols; c++) turned[c]! += along * (data[at + c]! - mean[c]!);
    }
    const length = Math.sqrt(turned.reduce((sum, x) => sum + x * x, 0));
    if (!(length > 0)) break;
    for (let c = 0; c < cols; c++) direction[c] = turned[c]! / length;
  }
  // A stable sort: equal vectors are told apart by nothing, and their order does not matter.
  order.set(
    Array.from(order.subarray(from, to)).sort((s, t) => keys[s]! - keys[t]!),
    from,
  );
}

/** From the mean to the position farthest from it, where the power method starts; undefined where all are equal. */
function farthest(
  { cols, data }: Pick<Matrix, 'cols' | 'data'>,
  order: Uint32Array,
  from: number,
  to: number,
  mean: Float64Array,
): Float64Array | undefined {
  let most = 0;
  let start = -1;
  for (let k = from; k < to; k++) {
    const at = order[k]! * cols;
    let sum = 0;
    for (let c = 0; c < cols; c++) sum += (data[at + c]! - mean[c]!) ** 2;
    if (sum > most) {
      most = sum;
      start = k;
    }
  }
  return start < 0 ? undefined : Float64Array.from(mean, (x, c) => data[order[start]! * cols + c]! - x);
}

function meanOf(
  { cols, data }: Pick<Matrix, 'cols' | 'data'>,
  order: Uint32Array,
  from: number,
  to: number,
  out: Float64Array,
): void {
  out.fill(0);
  for (let k = from; k < to; k++) {
    const at = order[k]! * cols;
    for (let c = 0; c < cols; c++) out[c]! += data[at + c]!;
  }
  for (let c = 0; c < cols; c++) out[c]! /= to - from;
}
