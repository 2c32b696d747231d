/** A row-major matrix. */
export interface Matrix<A extends Float32Array | Float64Array = Float32Array | Float64Array> {
  rows: number;
  cols: number;
  data: A;
}

export type Matrix32 = Matrix<Float32Array>;
export type Matrix64 = Matrix<Float64Array>;

/** Row `i` as a view, not a copy. */
export function row<A extends Float32Array | Float64Array>(matrix: Matrix<A>, i: number): A {
  return matrix.data.subarray(i * matrix.cols, (i + 1) * matrix.cols) as A;
}

/** The rows of `rowIndices`, in that order; the same matrix when all are asked for in order. */
export function selectRows<A extends Float32Array | Float64Array>(
  matrix: Matrix<A>,
  rowIndices: ArrayLike<number>,
): Matrix<A> {
  const { cols } = matrix;
  const rows = rowIndices.length;
  if (rows === matrix.rows && Array.prototype.every.call(rowIndices, (index, i) => index === i)) return matrix;
  const data = new (matrix.data.constructor as new (n: number) => A)(rows * cols);
  for (let i = 0; i < rows; i++) data.set(row(matrix, rowIndices[i]!), i * cols);
  return { rows, cols, data };
}

/** The sub-matrix of `rowIndices` × `colIndices`, copied; same element type. */
export function select<A extends Float32Array | Float64Array>(
  matrix: Matrix<A>,
  rowIndices: ArrayLike<number>,
  colIndices: ArrayLike<number> = rowIndices,
): Matrix<A> {
  const rows = rowIndices.length;
  const cols = colIndices.length;
  const data = new (matrix.data.constructor as new (n: number) => A)(rows * cols);
  for (let i = 0; i < rows; i++) {
    const from = rowIndices[i]! * matrix.cols;
    const to = i * cols;
    for (let j = 0; j < cols; j++) data[to + j] = matrix.data[from + colIndices[j]!]!;
  }
  return { rows, cols, data };
}

/** The C(C−1)/2 entries above the diagonal, row by row, in the element type of the matrix. */
export function upperTriangle<A extends Float32Array | Float64Array>(matrix: Matrix<A>): A {
  const n = matrix.rows;
  const out = new (matrix.data.constructor as new (n: number) => A)((n * (n - 1)) / 2);
  let k = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out[k++] = matrix.data[i * n + j]!;
  return out;
}
