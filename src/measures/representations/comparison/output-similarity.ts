import { FormatError, IncomparableError } from '../../../base/errors.ts';
import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import { pearson } from '../../../statistics/pearson.ts';
import { firstImproperRow } from '../../../statistics/probabilities.ts';
import { spearman } from '../../../statistics/spearman.ts';
import { type Matrix, type Matrix64, upperTriangle } from '../../../tensor/matrix.ts';
import type { ImagePairs } from '../sampling/sample-pairs.ts';

/**
 * Jensen–Shannon divergence of every pair of rows of probabilities, in nats: ½KL(P‖M) + ½KL(Q‖M) with M = (P+Q)/2 and
 * 0·log 0 = 0. In [0, ln 2], symmetric, 0 on the diagonal.
 *
 * @throws FormatError if a value is negative or not a number, or a row does not sum to 1 within 0.001.
 */
export function jensenShannonMatrix(probabilities: Matrix): Matrix64 {
  const { rows } = probabilities;
  const divergence = divergenceOfRows(probabilities);
  const out = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) out[i * rows + j] = out[j * rows + i] = divergence(i, j);
  return { rows, cols: rows, data: out };
}

/**
 * The entries of {@link jensenShannonMatrix} at some pairs of rows.
 *
 * @throws as `jensenShannonMatrix`.
 */
export function jensenShannonOfPairs(probabilities: Matrix, { rows, columns }: ImagePairs): Float64Array {
  const divergence = divergenceOfRows(probabilities);
  return Float64Array.from(rows, (i, p) => divergence(i, columns[p]!));
}

function divergenceOfRows(probabilities: Matrix): (i: number, j: number) => number {
  const { rows, cols, data } = probabilities;
  const improper = firstImproperRow(probabilities);
  if (improper)
    throw new FormatError(`Row ${improper.row} is not a probability distribution: its values sum to ${improper.sum}.`, {
      hint: 'Pass logits through softmaxRows first.',
    });
  // ½(Σ P log P + Σ Q log Q) − Σ M log M: one logarithm per pair and class.
  const entropies = Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += xLogX(data[i * cols + j]!);
    return sum;
  });
  return (i, j) => {
    let mixed = 0;
    for (let c = 0; c < cols; c++) mixed += xLogX((data[i * cols + c]! + data[j * cols + c]!) / 2);
    return Math.min(Math.LN2, Math.max(0, (entropies[i]! + entropies[j]!) / 2 - mixed));
  };
}

function xLogX(x: number): number {
  return x > 0 ? x * Math.log(x) : 0;
}

export interface OutputCorrelation {
  /** Correlations over pairs i < j; negative where images that look alike inside are answered alike. Null if constant. */
  pearson: number | null;
  spearman: number | null;
  pairs: number;
}

/**
 * Correlation of representational similarity with the divergence of the outputs, over pairs of different images.
 *
 * @throws IncomparableError if the matrices are of different images.
 */
export function outputCorrelation(
  similarity: Matrix,
  divergence: Matrix,
  options: KernelOptions = {},
): OutputCorrelation {
  if (similarity.rows !== divergence.rows || similarity.cols !== divergence.cols)
    throw new IncomparableError(
      `Similarity is ${similarity.rows}×${similarity.cols} and divergence ${divergence.rows}×${divergence.cols}; both must be of the same images.`,
    );
  const a = upperTriangle(similarity);
  const b = upperTriangle(divergence);
  return { pearson: pearson(a, b), spearman: spearman(a, b, options), pairs: a.length };
}
