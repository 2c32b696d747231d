import { UsageError } from '../base/errors.ts';

/**
 * The q-quantile of `values` by linear interpolation between order statistics, NumPy's default. `values` is reordered:
 * afterwards no entry before the quantile's position is larger than it and none behind it smaller. Linear time on
 * average, since the two order statistics are selected and nothing is sorted.
 * @param length only the first `length` entries are looked at.
 * @throws UsageError when there is no value or q lies outside [0, 1].
 */
export function quantileInPlace(values: Float32Array | Float64Array, q: number, length = values.length): number {
  if (!(q >= 0 && q <= 1)) throw new UsageError(`A quantile lies between 0 and 1; found ${q}.`);
  if (length < 1) throw new UsageError('A quantile of no values was asked for.');
  const position = (length - 1) * q;
  const below = Math.floor(position);
  const share = position - below;
  selectInPlace(values, below, length);
  const low = values[below]!;
  if (below === length - 1) return low;
  let high = values[below + 1]!;
  for (let i = below + 2; i < length; i++) if (values[i]! < high) high = values[i]!;
  // As NumPy does: from the nearer end, so that a share of 0 or 1 gives an entry exactly.
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}

/** The q-quantile of `values`, which stay as they are; see `quantileInPlace`. */
export function quantile(values: ArrayLike<number>, q: number): number {
  return quantileInPlace(Float64Array.from(values), q);
}

/** The median of `values`, which stay as they are: the mean of the middle two when their number is even. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/**
 * Hoare's selection: moves the k-th smallest of the first `length` entries to index k, smaller ones before it, larger
 * ones behind. The pivot is the median of three, so that sorted input costs no more than random input.
 */
export function selectInPlace(values: Float32Array | Float64Array, k: number, length = values.length): void {
  let left = 0;
  let right = length - 1;
  while (left < right) {
    const middle = (left + right) >> 1;
    if (values[middle]! < values[left]!) swap(values, left, middle);
    if (values[right]! < values[left]!) swap(values, left, right);
    if (values[right]! < values[middle]!) swap(values, middle, right);
    const pivot = values[middle]!;
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) swap(values, i++, j--);
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else return;
  }
}

function swap(values: Float32Array | Float64Array, i: number, j: number): void {
  const held = values[i]!;
  values[i] = values[j]!;
  values[j] = held;
}
