/** What a node does to constants, for computing weights that a graph makes out of stored tensors. */
export type FoldStep =
  /** The values of input 0 as they are: Identity, Cast. */
  | { readonly kind: 'same' }
  /** The values of input 0 in another shape; undefined where that cannot be told. */
  | { readonly kind: 'reshape'; readonly shape: (input: readonly number[]) => Promise<readonly number[] | undefined> }
  /** Axes permuted; undefined for the reversed order, null where that cannot be told. */
  | { readonly kind: 'transpose'; readonly permutation: () => Promise<readonly number[] | undefined | null> }
  /** Two inputs, element by element, broadcast as NumPy does. */
  | { readonly kind: 'binary'; readonly apply: (a: number, b: number) => number }
  /** The first `parts` inputs, element by element, broadcast together. */
  | { readonly kind: 'elementwise'; readonly parts: number; readonly apply: (values: readonly number[]) => number }
  | { readonly kind: 'unary'; readonly apply: (a: number) => number }
  /** The first `parts` inputs one behind the other. */
  | { readonly kind: 'concat'; readonly axis: () => Promise<number | undefined>; readonly parts: number }
  /** A norm or sum along axes; all of them where the list is empty. */
  | {
      readonly kind: 'reduce';
      readonly how: 'l1' | 'l2' | 'sum' | 'sum of squares' | 'mean' | 'max';
      readonly axes: () => Promise<readonly number[] | undefined>;
      readonly keepAxes: boolean;
    }
  /** Each vector along an axis divided by its p-norm. */
  | { readonly kind: 'normalise'; readonly axis: number; readonly p: 1 | 2 };
