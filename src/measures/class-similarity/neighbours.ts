import { UsageError } from '../../base/errors.ts';
import type { Matrix } from '../../tensor/matrix.ts';

export interface Neighbour {
  /** Class index. */
  class: number;
  similarity: number;
}

/**
 * The other classes by their similarity to class `index`, most similar first, ties by index. Classes without a value
 * are left out. `limit` keeps the first ones only.
 *
 * @throws UsageError when `index` is no class of the matrix.
 */
export function neighbours(matrix: Matrix, index: number, limit = Number.POSITIVE_INFINITY): Neighbour[] {
  const start = rowStart(matrix, index);
  return neighboursInRow(matrix.data.subarray(start, start + matrix.cols), index, limit);
}

/** {@link neighbours} where only the row of class `index` is at hand. */
export function neighboursInRow(
  similarities: ArrayLike<number>,
  index: number,
  limit = Number.POSITIVE_INFINITY,
): Neighbour[] {
  const others: Neighbour[] = [];
  for (let j = 0; j < similarities.length; j++) {
    const similarity = similarities[j]!;
    if (j !== index && !Number.isNaN(similarity)) others.push({ class: j, similarity });
  }
  others.sort((a, b) => b.similarity - a.similarity || a.class - b.class);
  return others.slice(0, limit);
}

/** The most similar other class, ties by index; null when no other class has a value. */
export function nearestNeighbour(matrix: Matrix, index: number): Neighbour | null {
  const start = rowStart(matrix, index);
  const { cols, data } = matrix;
  let best = -1;
  let similarity = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < cols; j++) {
    const value = data[start + j]!;
    if (j !== index && (value > similarity || (best < 0 && value === similarity))) {
      best = j;
      similarity = value;
    }
  }
  return best < 0 ? null : { class: best, similarity };
}

/**
 * Where `other` stands among the neighbours of class `index`, 1 = most similar. Ties share the smallest rank they span
 * ("competition", as 1 + the number of strictly more similar classes); null when either has no value there.
 *
 * @throws UsageError when `index` is no class of the matrix.
 */
export function neighbourRank(matrix: Matrix, index: number, other: number): number | null {
  const start = rowStart(matrix, index);
  return rankInRow(matrix.data.subarray(start, start + matrix.cols), index, other);
}

/** {@link neighbourRank} where only the row of class `index` is at hand. */
export function rankInRow(similarities: ArrayLike<number>, index: number, other: number): number | null {
  const similarity = similarities[other];
  if (other === index || similarity === undefined || Number.isNaN(similarity)) return null;
  let rank = 1;
  for (let j = 0; j < similarities.length; j++) if (j !== index && similarities[j]! > similarity) rank++;
  return rank;
}

function rowStart(matrix: Matrix, index: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= matrix.rows)
    throw new UsageError(`There is no class ${index}: the matrix has classes 0 to ${matrix.rows - 1}.`);
  return index * matrix.cols;
}
