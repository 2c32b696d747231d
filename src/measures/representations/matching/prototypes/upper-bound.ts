import { crossGram } from '../../../../kernels/gram/gram.ts';
import type { KernelOptions } from '../../../../kernels/shared/wasm-kernel.ts';
import type { Matrix32 } from '../../../../tensor/matrix.ts';
import type { GroupMatching } from './match-groups.ts';
import type { PositionGroups } from './principal-groups.ts';

/** Products of 32 bits are off by at most about 1e-6 of the norms (`crossGram`), in either dual; and some to spare. */
const ROUNDING = 4e-6;
/** Products that are in memory at a time. */
const BLOCK_VALUES = 2 ** 20;

/** Σ ‖v‖₍ᵢ₎‖w‖₍ᵢ₎ with norms in order, at most ‖V‖‖W‖: no matching of two maps has a greater sum. */
export function boundOfNorms(x: PositionGroups, y: PositionGroups): number {
  const [a, b] = [normsOf(x.vectors).sort(), normsOf(y.vectors).sort()];
  return a.reduce((sum, norm, i) => sum + norm * b[i]!, 0);
}

/**
 * An upper bound of Σ ⟨v, matched w⟩ over every matching of two maps of equally many positions, from feasible duals: with any
 * price p_t for each place of the second map and u_s = maxₜ ⟨v_s, w_t⟩ − p_t, it is Σu + Σp. The price of a place follows
 * from its group's price β and its deviation ε from the prototype: p = β + ⟨d, ε⟩ + κ‖ε‖²/2, where d is the mean of what the
 * group is matched with, the slope of the potential there, and κ how far apart partners lie for how far apart places do, its
 * bend. At last each price is lowered to what some place is ready to pay, maxₛ ⟨v_s, w_t⟩ − u_s.
 *
 * Every product of two positions is formed once, a block at a time, and none is kept: O(positions² · channels).
 */
export function boundOfPrices(
  x: PositionGroups,
  y: PositionGroups,
  matching: GroupMatching,
  options: KernelOptions = {},
): number {
  const n = x.order.length;
  const { cols } = x.vectors;
  const price = pricesOfPlaces(x, y, matching);
  const lowered = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
  const size = Math.max(16, Math.floor(BLOCK_VALUES / n));
  let sum = 0;
  for (let from = 0; from < n; from += size) {
    const to = Math.min(n, from + size);
    const rows: Matrix32 = { rows: to - from, cols, data: x.vectors.data.subarray(from * cols, to * cols) };
    const { data } = crossGram(rows, y.vectors, options);
    for (let start = 0; start < data.length; start += n) {
      let most = Number.NEGATIVE_INFINITY;
      for (let t = 0; t < n; t++) {
        const value = data[start + t]! - price[t]!;
        if (value > most) most = value;
      }
      for (let t = 0; t < n; t++) {
        const value = data[start + t]! - most;
        if (value > lowered[t]!) lowered[t] = value;
      }
      sum += most;
    }
  }
  for (const value of lowered) sum += value;
  const largest = normsOf(y.vectors).reduce((most, norm) => Math.max(most, norm), 0);
  return sum + ROUNDING * largest * normsOf(x.vectors).reduce((total, norm) => total + norm, 0);
}

function pricesOfPlaces(x: PositionGroups, y: PositionGroups, { partner, prices }: GroupMatching): Float64Array {
  const { cols } = x.vectors;
  const groupOf = new Int32Array(partner.length);
  for (let h = 0; h < y.counts.length; h++) groupOf.fill(h, y.starts[h]!, y.starts[h + 1]!);
  const slopes = new Float64Array(y.counts.length * cols);
  for (let s = 0; s < partner.length; s++) {
    const h = groupOf[partner[s]!]!;
    for (let c = 0; c < cols; c++) slopes[h * cols + c]! += x.vectors.data[s * cols + c]! / y.counts[h]!;
  }
  let apart = 0;
  for (let s = 0; s < partner.length; s++) {
    const at = groupOf[partner[s]!]! * cols;
    for (let c = 0; c < cols; c++) apart += (x.vectors.data[s * cols + c]! - slopes[at + c]!) ** 2;
  }
  const scatter = y.deviations.reduce((sum, deviation) => sum + deviation ** 2, 0);
  const bend = scatter > 0 ? Math.sqrt(apart / scatter) : 0;
  return Float64Array.from(groupOf, (h, t) => {
    let along = 0;
    for (let c = 0; c < cols; c++)
      along += slopes[h * cols + c]! * (y.vectors.data[t * cols + c]! - y.means.data[h * cols + c]!);
    return prices[h]! + along + (bend / 2) * y.deviations[t]! ** 2;
  });
}

function normsOf({ rows, cols, data }: Matrix32): Float64Array {
  const norms = new Float64Array(rows);
  for (let k = 0; k < rows; k++) {
    let square = 0;
    for (let c = 0; c < cols; c++) square += data[k * cols + c]! ** 2;
    norms[k] = Math.sqrt(square);
  }
  return norms;
}
