import { nestedDatabases, retrieve } from '../../../measures/representations/comparison/retrieval.ts';
import {
  f1OfCounts,
  iouOfLabels,
  type RetrievalScore,
  type ScoreOf,
  scoreRetrieval,
} from '../../../measures/representations/comparison/retrieval-scores.ts';
import type { SimilarityKernel } from '../../../measures/representations/similarity-kernels.ts';
import type { RetrievalEntry } from '../../../study/representations-section.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ImageInput } from '../options.ts';

/** What is searched by. */
export interface SearchedBy {
  by: RetrievalEntry['by'];
  kernel: SimilarityKernel | null;
  matrix: Matrix;
}

export interface RetrievalTable {
  by: RetrievalEntry['by'];
  kernel: SimilarityKernel | null;
  /** Images × k, −1 where there are fewer. */
  found: Int32Array;
  entry: Omit<RetrievalEntry, 'found'>;
}

/**
 * The k most similar other images of each image, never of its own group, and how well their labels or objects agree. All
 * images are queries and database at once.
 */
export function retrievalTable(
  { by, kernel, matrix }: SearchedBy,
  images: readonly ImageInput[],
  { k, seed, databaseSizes }: PlainOptions,
): RetrievalTable {
  const groups = images.map(({ group }) => group);
  const search = (count: number, database?: Uint32Array): Uint32Array[] =>
    retrieve(matrix, {
      k: count,
      excludeSelf: true,
      queryGroups: groups,
      databaseGroups: groups,
      ...(database && { database }),
    });
  const lists = search(k);
  const found = new Int32Array(images.length * k).fill(-1);
  lists.forEach((list, i) => {
    found.set(list, i * k);
  });
  const labels = images.map(({ label }) => label);
  const counts = images.map((image) => image.counts);
  const precision = (query: number, image: number): number | null =>
    labels[query] === undefined ? null : labels[query] === labels[image] ? 1 : 0;
  const f1 = (query: number, image: number): number | null => {
    const [q, d] = [counts[query], counts[image]];
    return q && d ? f1OfCounts(q, d) : null;
  };
  const iou = (query: number, image: number): number | null => {
    const [q, d] = [counts[query], counts[image]];
    return q && d ? iouOfLabels(present(q), present(d)) : null;
  };
  const score = (of: ScoreOf, rule: typeof precision, among = lists): RetrievalScore | null =>
    scoreRetrieval(among, rule, { of, seed });
  const hasCounts = counts.some((entry) => entry !== undefined);
  const sizes = databaseSizes.filter((size) => size <= images.length);
  return {
    by,
    kernel,
    found,
    entry: {
      by,
      kernel,
      precisionAtK: score('mean', precision),
      precisionAt1: score('first', precision),
      f1: score('first', f1),
      f1Best: score('best', f1),
      iou: score('first', iou),
      sweep: nestedDatabases(images.length, sizes, seed).map((database) => ({
        size: database.length,
        score: score('first', hasCounts ? f1 : precision, search(1, database)),
      })),
    },
  };
}

function present(counts: Readonly<Record<string, number>>): string[] {
  return Object.keys(counts).filter((name) => counts[name]! > 0);
}
