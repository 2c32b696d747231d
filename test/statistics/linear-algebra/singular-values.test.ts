import { describe, expect, it, test } from 'vitest';
import { FormatError } from '#src/base/errors.ts';
import { jacobiSvd } from '#src/statistics/linear-algebra/jacobi-svd.ts';
import { singularValues } from '#src/statistics/linear-algebra/singular-values.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

function made(rows: number, cols: number, value: (i: number, j: number) => number): Matrix64 {
  return {
    rows,
    cols,
    data: Float64Array.from({ length: rows * cols }, (_, k) => value(Math.floor(k / cols), k % cols)),
  };
}

function byJacobi({ rows, cols, data }: Matrix64): Float64Array {
  const columns = Array.from({ length: cols }, (_, j) =>
    Float64Array.from({ length: rows }, (_, i) => data[i * cols + j]!),
  );
  return jacobiSvd(columns, rows).values;
}

describe('singular values', () => {
  const random = createRandom(3);
  test.each([
    ['tall', made(20, 6, () => random.normal())],
    ['square', made(30, 30, () => random.normal())],
    ['of rank 2', made(12, 8, (i, j) => (i + 1) * (j - 3) + Math.sin(i) * Math.cos(j))],
    ['graded', made(10, 10, (i, j) => 10 ** -(i + j) * (1 + random.next()))],
    ['a single column', made(7, 1, (i) => i - 3)],
    ['equal values', made(9, 9, (i, j) => (i === j ? 2 : 0))],
    ['bidiagonal with a zero', made(5, 5, (i, j) => (i === j ? (i === 2 ? 0 : i + 1) : j === i + 1 ? 1 : 0))],
    ['huge', made(8, 5, () => 1e300 * random.normal())],
    ['tiny', made(8, 5, () => 1e-290 * random.normal())],
  ] as const)('are those of Jacobi rotations: %s', (name, matrix) => {
    const scale = name === 'huge' ? 1e-300 : name === 'tiny' ? 1e290 : 1;
    const scaled = { ...matrix, data: matrix.data.map((value) => value * scale) };
    const expected = byJacobi(scaled);
    const found = singularValues(matrix);
    expect(found).toHaveLength(matrix.cols);
    for (const [k, value] of expected.entries())
      expect(Math.abs(found[k]! * scale - value)).toBeLessThan(4e-15 * matrix.rows * expected[0]!);
  });

  it('are the same of the transpose', () => {
    const matrix = made(5, 9, () => random.normal());
    const transposed = made(9, 5, (i, j) => matrix.data[j * 9 + i]!);
    expect(singularValues(matrix)).toEqual(singularValues(transposed));
  });

  it('of the Hilbert matrix of order 3 are those of its closed form', () => {
    const found = singularValues(made(3, 3, (i, j) => 1 / (i + j + 1)));
    expect(found[0]! + found[1]! + found[2]!).toBeCloseTo(1 + 1 / 3 + 1 / 5, 14);
    expect(found[0]! * found[1]! * found[2]!).toBeCloseTo(1 / 2160, 14);
  });

  it('of nothing are none, of zeros 0; what is not finite is refused', () => {
    expect(singularValues(made(4, 0, () => 0))).toHaveLength(0);
    expect([...singularValues(made(3, 2, () => 0))]).toEqual([0, 0]);
    expect(() => singularValues(made(2, 2, () => Number.NaN))).toThrow(FormatError);
  });
});
