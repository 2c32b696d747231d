import { solveAssignment } from '../../../../kernels/assignment/assignment.ts';
import { crossGram } from '../../../../kernels/gram/gram.ts';
import type { KernelOptions } from '../../../../kernels/shared/wasm-kernel.ts';
import type { Matrix32 } from '../../../../tensor/matrix.ts';
import { solveTransport, type Transport } from '../transport.ts';
import type { PositionGroups } from './principal-groups.ts';

/** Pairs of places that are matched exactly among themselves at a time. */
const WINDOW = 64;
/** Rounds end when one adds less than this part of the value, or at the last. */
const LEAST_GAIN = 5e-3;
const MOST_ROUNDS = 8;

/** A matching of two maps by their groups. Places are numbered in the order of the groups. */
export interface GroupMatching {
  /** The place of the second map for each of the first. */
  partner: Int32Array;
  /** Σ ⟨v, matched w⟩, in 64 bits. */
  value: number;
  /** Prices of the second map's groups, from the transport of prototypes. */
  prices: Float64Array;
}

/**
 * Matches two maps of equally many positions: prototypes by the best transport of their counts, positions within that, and
 * then windows of pairs exactly, in the order of the first map's groups and of the second's by turns, each of which adds to
 * the value or leaves it.
 */
export function matchGroups(x: PositionGroups, y: PositionGroups, options: KernelOptions = {}): GroupMatching {
  const products = crossGram(x.means, y.means, options);
  const transport = solveTransport(products.data, x.counts, y.counts, options);
  const partner = spread(x, y, transport);
  const n = partner.length;
  const holder = new Int32Array(n);
  let value = matchedSum(x.vectors, y.vectors, partner);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    for (let s = 0; s < n; s++) holder[partner[s]!] = s;
    // Every second time windows begin half a window later, so that their edges are moved.
    const offset = (round >> 1) % 2 === 0 ? 0 : WINDOW / 2;
    for (let from = offset - WINDOW; from < n; from += WINDOW) {
      const start = Math.max(0, from);
      const end = Math.min(n, from + WINDOW);
      if (end - start < 2) continue;
      const rows = Int32Array.from({ length: end - start }, (_, k) =>
        round % 2 === 0 ? start + k : holder[start + k]!,
      );
      rematch(x.vectors, y.vectors, partner, rows, options);
    }
    const next = matchedSum(x.vectors, y.vectors, partner);
    const gain = next - value;
    value = next;
    if (round > 0 && !(gain > LEAST_GAIN * Math.abs(value))) break;
  }
  return { partner, value, prices: transport.columnPrices };
}

/** Gives the places of each pair of groups one another, as many as flow between them. */
function spread(x: PositionGroups, y: PositionGroups, { rows, columns, amounts }: Transport): Int32Array {
  const [nextX, nextY] = [x.starts.slice(), y.starts.slice()];
  const partner = new Int32Array(x.order.length);
  for (let k = 0; k < rows.length; k++)
    for (let unit = 0; unit < amounts[k]!; unit++) partner[nextX[rows[k]!]!++] = nextY[columns[k]!]!++;
  return partner;
}

/** Matches some rows exactly with the partners that they have. */
function rematch(x: Matrix32, y: Matrix32, partner: Int32Array, rows: Int32Array, options: KernelOptions): void {
  const held = Int32Array.from(rows, (s) => partner[s]!);
  const { data } = crossGram(gather(x, rows), gather(y, held), options);
  const { columns } = solveAssignment(data, rows.length, rows.length, options)!;
  for (let k = 0; k < rows.length; k++) partner[rows[k]!] = held[columns[k]!]!;
}

/** Some rows of a matrix, one below the other. */
export function gather({ cols, data }: Matrix32, rows: ArrayLike<number>): Matrix32 {
  const out = new Float32Array(rows.length * cols);
  for (let k = 0; k < rows.length; k++) out.set(data.subarray(rows[k]! * cols, (rows[k]! + 1) * cols), k * cols);
  return { rows: rows.length, cols, data: out };
}

function matchedSum(x: Matrix32, y: Matrix32, partner: Int32Array): number {
  const { cols } = x;
  let sum = 0;
  for (let s = 0; s < partner.length; s++) {
    const [a, b] = [s * cols, partner[s]! * cols];
    for (let c = 0; c < cols; c++) sum += x.data[a + c]! * y.data[b + c]!;
  }
  return sum;
}
