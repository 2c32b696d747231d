import { nestedDatabases, retrieve } from '../../../measures/representations/comparison/retrieval.ts';
import {
  type RetrievalRule,
  type RetrievalScore,
  retrievalRules,
  type ScoreOf,
  scoreRetrieval,
} from '../../../measures/representations/comparison/retrieval-scores.ts';
import type { SimilarityKernel } from '../../../measures/representations/similarity-kernels.ts';
import type { RetrievalEntry } from '../../../study/representations-section.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ImageInput } from '../options.ts';
import type { RetrievalSets } from '../retrieval-sets.ts';

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
 * The k most similar other images of each query, never of its own group, and how well their labels or objects agree.
 *
 * @param sets Queries and database; null where every image is both.
 */
export function retrievalTable(
  { by, kernel, matrix }: SearchedBy,
  images: readonly ImageInput[],
  { k, seed, databaseSizes }: PlainOptions,
  sets: RetrievalSets | null,
): RetrievalTable {
  const groups = images.map(({ group }) => group);
  const everyImage = Uint32Array.from(images, (_, i) => i);
  const { queries, database: searched } = sets ?? { queries: everyImage, database: everyImage };
  const search = (count: number, database: Uint32Array): Uint32Array[] =>
    retrieve(matrix, {
      k: count,
      excludeSelf: true,
      queryGroups: groups,
      databaseGroups: groups,
      queries,
      database,
      ...(sets && { isExcluded: sets.isSamePicture }),
    });
  const lists = search(k, searched);
  const found = new Int32Array(images.length * k).fill(-1);
  lists.forEach((list, q) => {
    found.set(list, queries[q]! * k);
  });
  const { precision, f1, iou, hasCounts } = retrievalRules(images);
  const score = (of: ScoreOf, rule: RetrievalRule, among = lists): RetrievalScore | null =>
    scoreRetrieval(among, (q, image) => rule(queries[q]!, image), { of, seed });
  // A database that some pictures could not be read of may have become smaller than asked.
  const sizes = [...new Set(databaseSizes.map((size) => Math.min(size, searched.length)))];
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
      sweep: nestedDatabases(searched.length, sizes, seed).map((part) => {
        const nearest = search(
          1,
          part.map((at) => searched[at]!),
        );
        return {
          size: part.length,
          score: score('first', hasCounts ? f1 : precision, nearest),
          ...(hasCounts && { iou: score('first', iou, nearest) }),
        };
      }),
    },
  };
}
