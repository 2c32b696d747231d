import { IncomparableError, UsageError } from '../../base/errors.ts';
import type { Matrix } from '../../tensor/matrix.ts';

/** The k nearest classes of each class. */
export interface NeighbourLists {
  /** Number of classes C. */
  classes: number;
  k: number;
  /** C×k class indices, most similar first, ties by index; −1 where a class has fewer than k neighbours. */
  indices: Int32Array;
}

/**
 * The k most similar other classes of every class; classes without values (NaN) are nobody's neighbours and have none.
 * @param matrix C×C similarities
 */
export function nearestClasses(matrix: Matrix, k: number): NeighbourLists {
  if (matrix.rows !== matrix.cols)
    throw new UsageError(`A class similarity matrix is square; found ${matrix.rows}×${matrix.cols}.`);
  if (!(Number.isInteger(k) && k >= 1)) throw new UsageError(`k must be a whole number of at least 1; found ${k}.`);
  const n = matrix.rows;
  const indices = new Int32Array(n * k).fill(-1);
  const values = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    values.fill(Number.NEGATIVE_INFINITY);
    let found = 0;
    for (let j = 0; j < n; j++) {
      const value = matrix.data[i * n + j]!;
      if (j === i || Number.isNaN(value) || (found === k && value <= values[k - 1]!)) continue;
      let place = found < k ? found++ : k - 1;
      while (place > 0 && values[place - 1]! < value) {
        values[place] = values[place - 1]!;
        indices[i * k + place] = indices[i * k + place - 1]!;
        place--;
      }
      values[place] = value;
      indices[i * k + place] = j;
    }
  }
  return { classes: n, k, indices };
}

/** How the neighbours of one class differ between two epochs. */
export interface NeighbourChange {
  class: number;
  /** Share of the neighbours after that were neighbours before; null for a class without neighbours. */
  kept: number | null;
  /** New neighbours, most similar first. */
  entered: number[];
  /** Former neighbours, most similar first. */
  left: number[];
}

/** The change of every class's neighbours between two epochs, the most changed first, ties by class. */
export function neighbourChanges(before: NeighbourLists, after: NeighbourLists): NeighbourChange[] {
  checkSame(before, after);
  const changes = Array.from({ length: after.classes }, (_, c): NeighbourChange => {
    const old = neighboursOf(before, c);
    const now = neighboursOf(after, c);
    const entered = now.filter((j) => !old.includes(j));
    return {
      class: c,
      kept: now.length > 0 ? (now.length - entered.length) / now.length : null,
      entered,
      left: old.filter((j) => !now.includes(j)),
    };
  });
  return changes.sort((a, b) => (a.kept ?? 2) - (b.kept ?? 2) || a.class - b.class);
}

/** When a class came to the neighbours that it has in the end. */
export interface NeighbourDiscovery {
  class: number;
  /** First epoch from which its neighbours stay alike to the reference ones; null for a class that never gets there. */
  epoch: number | null;
}

/**
 * Which classes found their neighbours first: for each class the first epoch from which at least a share of its k
 * neighbours are the reference ones at every later epoch. Sorted by that epoch, ties by class, "never" last.
 * @param epochs ascending
 * @param lists one for each epoch
 * @param options.reference the neighbours to find: those of the last epoch unless given, or WordNet's
 * @param options.share 0.5 unless given
 */
export function neighbourDiscoveries(
  epochs: ArrayLike<number>,
  lists: readonly NeighbourLists[],
  options: { reference?: NeighbourLists; share?: number } = {},
): NeighbourDiscovery[] {
  const { share = 0.5 } = options;
  if (lists.length !== epochs.length)
    throw new UsageError(`There are ${epochs.length} epochs, but neighbours of ${lists.length}.`);
  const last = lists.at(-1);
  if (!last) return [];
  const reference = options.reference ?? last;
  for (const list of lists) checkSame(reference, list);
  const discoveries = Array.from({ length: last.classes }, (_, c): NeighbourDiscovery => {
    const wanted = neighboursOf(reference, c);
    let first = lists.length;
    while (first > 0 && wanted.length > 0) {
      const here = neighboursOf(lists[first - 1]!, c);
      if (wanted.filter((j) => here.includes(j)).length < share * wanted.length) break;
      first--;
    }
    return { class: c, epoch: first < lists.length ? epochs[first]! : null };
  });
  return discoveries.sort((a, b) => (a.epoch ?? Number.MAX_VALUE) - (b.epoch ?? Number.MAX_VALUE) || a.class - b.class);
}

/** The neighbours of one class, most similar first, without the −1 that pads the list. */
export function neighboursOf(lists: NeighbourLists, c: number): number[] {
  return Array.from(lists.indices.subarray(c * lists.k, (c + 1) * lists.k)).filter((j) => j >= 0);
}

function checkSame(a: NeighbourLists, b: NeighbourLists): void {
  if (a.classes !== b.classes || a.k !== b.k)
    throw new IncomparableError(
      `Neighbour lists of ${a.classes} classes with ${a.k} neighbours cannot be compared with those of ${b.classes} classes with ${b.k}.`,
    );
}
