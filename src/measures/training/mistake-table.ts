import type { Matrix, Matrix32 } from '../../tensor/matrix.ts';

/** What each column of a table of mistakes holds. Ranks are 1 for the most similar class; NaN where there is none. */
export const MISTAKE_COLUMNS = [
  'sample',
  'target',
  'prediction',
  'networkRank',
  'semanticRank',
  'templateCosine',
] as const;

/**
 * The wrong samples of a split, in order of samples, one a row, with the columns of `MISTAKE_COLUMNS`. A rank counts
 * the classes strictly more similar to the truth than the prediction is, plus one.
 * @param network,semantic C×C similarities, NaN for classes without a row
 */
export function mistakeTable(
  target: ArrayLike<number>,
  prediction: ArrayLike<number>,
  known: { network?: Matrix; semantic?: Matrix; templateCosine?: ArrayLike<number> } = {},
): Matrix32 {
  const wrong: number[] = [];
  for (let i = 0; i < target.length; i++) if (target[i] !== prediction[i]) wrong.push(i);
  const cols = MISTAKE_COLUMNS.length;
  const data = new Float32Array(wrong.length * cols);
  const network = known.network && rankFinder(known.network);
  const semantic = known.semantic && rankFinder(known.semantic);
  wrong.forEach((i, row) => {
    const t = target[i]!;
    const p = prediction[i]!;
    data.set(
      [i, t, p, network?.(t, p) ?? Number.NaN, semantic?.(t, p) ?? Number.NaN, known.templateCosine?.[i] ?? Number.NaN],
      row * cols,
    );
  });
  return { rows: wrong.length, cols, data };
}

/** Ranks within rows of a matrix, each pair counted once however many samples share it. */
function rankFinder(matrix: Matrix): (t: number, p: number) => number {
  const n = matrix.cols;
  const found = new Map<number, number>();
  return (t, p) => {
    const key = t * n + p;
    let rank = found.get(key);
    if (rank === undefined) {
      const value = matrix.data[key]!;
      rank = Number.isNaN(value) ? Number.NaN : 1;
      for (let j = 0; j < n; j++) if (j !== t) rank += +(matrix.data[t * n + j]! > value);
      found.set(key, rank);
    }
    return rank;
  };
}
