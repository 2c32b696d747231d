/**
 * The `count` largest eigenvalues of a symmetric tridiagonal matrix, largest first, each to rounding of the largest
 * magnitude, by bisection on Sturm counts, which cannot fail to converge.
 *
 * @param diagonal n entries
 * @param beside n − 1 entries next to it
 * @param least a value that none is looked for below; one that would be is that value
 */
export function tridiagonalEigenvalues(
  diagonal: Float64Array,
  beside: Float64Array,
  count = diagonal.length,
  least = Number.NEGATIVE_INFINITY,
): Float64Array {
  const squares = beside.map((value) => value * value);
  // Gershgorin's discs hold all of them.
  let bound = 0;
  for (const [i, value] of diagonal.entries())
    bound = Math.max(bound, Math.abs(value) + Math.abs(beside[i - 1] ?? 0) + Math.abs(beside[i] ?? 0));
  const values = new Float64Array(count);
  const floor = Math.max(least, -bound * (1 + 4 * Number.EPSILON));
  let above = bound * (1 + 4 * Number.EPSILON);
  for (let k = 0; k < count; k++) {
    let low = floor;
    let high = above;
    while (high - low > Number.EPSILON * bound) {
      const middle = (low + high) / 2;
      if (eigenvaluesFrom(diagonal, squares, middle) > k) low = middle;
      else high = middle;
    }
    values[k] = low === least ? least : (low + high) / 2;
    above = high;
  }
  return values;
}

/** How many eigenvalues are at least x: the signs of the pivots of T − x·I. */
function eigenvaluesFrom(diagonal: Float64Array, squares: Float64Array, x: number): number {
  let pivot = diagonal[0]! - x;
  let found = pivot >= 0 ? 1 : 0;
  for (let i = 0; i < squares.length; i++) {
    // A pivot of 0 is moved by less than rounding.
    pivot = diagonal[i + 1]! - x - squares[i]! / (pivot === 0 ? -Number.MIN_VALUE / Number.EPSILON : pivot);
    if (pivot >= 0) found++;
  }
  return found;
}
