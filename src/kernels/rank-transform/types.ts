/** The order of a vector's values, sorted once. */
export interface SortedVector {
  /** Indices of the values in ascending order, ties by index. */
  order: Uint32Array;
  /** For each value the number of distinct smaller values. */
  dense: Uint32Array;
  /** How many distinct values there are. */
  groups: number;
  /** Where each group of equal values starts in `order`, and at the end their number: groups + 1 entries. */
  groupStarts: Uint32Array;
  /** For each value 2·rank − (n + 1): average ranks, centred, and doubled so that they are whole. Exact below 2²⁴ values. */
  centred: Float32Array;
}
