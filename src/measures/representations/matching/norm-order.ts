/** Norms from small to large or from large to small. */
export const NORM_ORDERS = ['ascending', 'descending'] as const;
export type NormOrder = (typeof NORM_ORDERS)[number];

/** The indices of `values` in the given order, ties by index. */
export function orderBy(values: ArrayLike<number>, order: NormOrder): Uint32Array {
  const sign = order === 'ascending' ? 1 : -1;
  return Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => sign * (values[a]! - values[b]!) || a - b,
  );
}
