import { centredRanks, kendallOfTable, spearmanOfTable } from '../../../statistics/contingency.ts';
import { type PermutationSums, permutationMoments, sumsOfRows } from '../../../statistics/permutation-moments.ts';
import type { ChanceMoments } from './alignment-measure.ts';
import { deviationOfTau } from './kendall-chance.ts';
import { type CountedPairs, type PairTable, ROW_BINS } from './pair-table.ts';

/** Exact chance level of the scaled cosine, from counts of pairs over the classes that take part. */
export function cosineChanceOfCounts(observed: CountedPairs, shared: readonly number[]): ChanceMoments {
  const { values, sums, squares, least, cols, ...table } = observed.table();
  const rows = observed.rows!;
  const perLevel = columnTotals({ ...table, cols });
  const lowest = values[perLevel.findIndex((count) => count > 0)]!;
  const others = shared.length - 1;
  const total = sums.reduce((sum, value) => sum + value, 0);
  const pairs = (shared.length * others) / 2;
  const ownSquares = squares - 2 * least * total + pairs * least * least;
  let otherSquares = 0;
  for (let c = 0; c < cols; c++) otherSquares += perLevel[c]! * (values[c]! - lowest) ** 2;
  const own = Float64Array.from(shared, (i) => rows.sums[i]! - others * least);
  const other = Float64Array.from(shared, (i) => weighted(rows.levels, i, cols, (c) => values[c]! - lowest));
  return ofDot(
    sumsOfRows(own, 2 * ownSquares),
    sumsOfRows(other, 2 * otherSquares),
    Math.sqrt(ownSquares * otherSquares),
  );
}

/** Chance level of Spearman's ρ: exact but that the ranks of a class's similarities are summed by coarse bins. */
export function spearmanChanceOfCounts(observed: CountedPairs, shared: readonly number[]): ChanceMoments {
  const table = observed.table();
  const rows = observed.rows!;
  const { rows: bins, cols } = table;
  const perLevel = columnTotals(table);
  const perBin = new Float64Array(bins);
  for (let b = 0; b < bins; b++) for (let c = 0; c < cols; c++) perBin[b]! += table.counts[b * cols + c]!;
  const pairs = perLevel.reduce((sum, count) => sum + count, 0);
  const binRanks = centredRanks(perBin, pairs);
  const levelRanks = centredRanks(perLevel, pairs);
  const perRowBin = bins / ROW_BINS;
  const coarse = Float64Array.from({ length: ROW_BINS }, (_, r) => {
    let count = 0;
    let sum = 0;
    for (let b = r * perRowBin; b < (r + 1) * perRowBin; b++) {
      count += perBin[b]!;
      sum += perBin[b]! * binRanks[b]!;
    }
    return count > 0 ? sum / count : 0;
  });
  const squaresOf = (counts: Float64Array, ranks: Float64Array): number =>
    counts.reduce((sum, count, k) => sum + count * ranks[k]! * ranks[k]!, 0);
  const ownSquares = squaresOf(perBin, binRanks);
  const otherSquares = squaresOf(perLevel, levelRanks);
  const own = Float64Array.from(shared, (i) => weighted(rows.bins, i, ROW_BINS, (b) => coarse[b]!));
  const other = Float64Array.from(shared, (i) => weighted(rows.levels, i, cols, (c) => levelRanks[c]!));
  const moments = ofDot(
    sumsOfRows(own, 2 * ownSquares),
    sumsOfRows(other, 2 * otherSquares),
    Math.sqrt(ownSquares * otherSquares),
  );
  return { ...moments, mean: 0 };
}

/** Chance level of Kendall's τ-b from permuted tables, with Spearman's ρ of the same ones as control variate. */
export function kendallChanceOfCounts(
  observed: CountedPairs,
  shared: readonly number[],
  permuted: readonly PairTable[],
): ChanceMoments {
  const draws = permuted.map((table) => [kendallOfTable(table) ?? 0, spearmanOfTable(table) ?? 0] as const);
  return deviationOfTau(draws, spearmanChanceOfCounts(observed, shared).sd);
}

function ofDot(a: PermutationSums, b: PermutationSums, norm: number): ChanceMoments {
  const { mean, sd } = permutationMoments(a, b);
  return { mean: mean / 2 / norm, sd: sd / 2 / norm, draws: 0, sdError: 0 };
}

function columnTotals({ rows, cols, counts }: Pick<PairTable, 'rows' | 'cols' | 'counts'>): Float64Array {
  const totals = new Float64Array(cols);
  for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) totals[c]! += counts[r * cols + c]!;
  return totals;
}

/** Σ of a value per cell over what one class counted in its cells. */
function weighted(counts: Uint32Array, i: number, cells: number, value: (cell: number) => number): number {
  let sum = 0;
  for (let k = 0; k < cells; k++) {
    const count = counts[i * cells + k]!;
    if (count > 0) sum += count * value(k);
  }
  return sum;
}
