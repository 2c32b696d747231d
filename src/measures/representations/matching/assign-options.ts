import type { Matrix } from '../../../tensor/matrix.ts';
import type { MatchingMethod, MatchingSettings } from './matching-methods.ts';

/** Options of `assign`. */
export interface AssignOptions extends MatchingSettings {
  /**
   * - `optimal` (default): the exact maximum.
   * - `batch-optimal`: rows and columns sorted by norm, cut into windows, each window matched exactly.
   * - `greedy`: rows by descending norm, each takes the best free column of its row.
   * - `global-greedy`: the largest affinity left, again and again.
   * - `topk-greedy`: the `topk` rows and columns of largest norm matched exactly, the rest greedily.
   * - `prototypes`: places in groups of like vectors, matched by the transport of their counts; needs the vectors.
   * - `circular-shift`: the best of all circular shifts of the whole map, a translation-invariant baseline.
   * - `none`: row s with column s.
   */
  method?: MatchingMethod;
  /**
   * Norms of the vectors behind the rows and the columns, for the methods that sort by norm. Where they are not given, the
   * largest affinity of a row or column stands in.
   */
  rowNorms?: ArrayLike<number>;
  columnNorms?: ArrayLike<number>;
  /** The vectors behind the rows and the columns, positions × channels; `prototypes` works on them and on nothing else. */
  rowVectors?: Matrix;
  columnVectors?: Matrix;
}
