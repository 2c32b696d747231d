import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '#src/base/errors.ts';
import {
  type DisplayMatrix,
  decodeDisplayMatrix,
  encodeDisplayMatrix,
  quantiseMatrix,
} from '#src/study/display-matrix.ts';
import { randomSimilarity } from '../support/sample-study.ts';

const matrixOf = (rows: number, cols: number, values: ArrayLike<number>) => ({
  rows,
  cols,
  data: Float32Array.from(values),
});

const anyMatrix = fc
  .record({ rows: fc.integer({ min: 0, max: 8 }), cols: fc.integer({ min: 0, max: 8 }) })
  .chain(({ rows, cols }) =>
    fc
      .float32Array({ minLength: rows * cols, maxLength: rows * cols, min: -(2 ** 99), max: 2 ** 99 })
      .map((data) => ({ rows, cols, data })),
  );

/** The value that a code stands for; NaN for a missing entry. */
function displayValue(display: DisplayMatrix, row: number, col: number): number {
  const code = display.codes[row * display.cols + col]!;
  return code === 0 ? Number.NaN : display.min + ((code - 1) * (display.max - display.min)) / 254;
}

describe('display matrices', () => {
  it('keep every finite entry within half a step and every other one missing', () => {
    fc.assert(
      fc.property(anyMatrix, (matrix) => {
        const display = quantiseMatrix(matrix);
        const halfStep = (display.max - display.min) / 254 / 2;
        for (let i = 0; i < matrix.rows; i++)
          for (let j = 0; j < matrix.cols; j++) {
            const value = matrix.data[i * matrix.cols + j]!;
            const shown = displayValue(display, i, j);
            if (Number.isFinite(value)) expect(Math.abs(shown - value)).toBeLessThanOrEqual(halfStep * 1.0001);
            else expect(shown).toBeNaN();
          }
      }),
    );
  });

  it('come back from their binary form as they were', () => {
    fc.assert(
      fc.property(anyMatrix, (matrix) => {
        const display = quantiseMatrix(matrix);
        expect(decodeDisplayMatrix(encodeDisplayMatrix(display))).toEqual(display);
      }),
    );
  });

  it('send half of a symmetric matrix and give the whole', () => {
    const display = quantiseMatrix(matrixOf(40, 40, randomSimilarity(40, 8, 3)));
    const bytes = encodeDisplayMatrix(display);
    expect(bytes.length).toBe(24 + 820);
    expect(bytes[5]).toBe(1);
    expect(decodeDisplayMatrix(bytes)).toEqual(display);
  });

  it('keep an asymmetric matrix asymmetric', () => {
    const bytes = encodeDisplayMatrix(quantiseMatrix(matrixOf(2, 2, [0, 1, 0.5, 0])));
    expect(bytes[5]).toBe(0);
    expect([...decodeDisplayMatrix(bytes).codes]).toEqual([1, 255, 128, 1]);
  });

  it('hold constant and wholly missing matrices', () => {
    const constant = quantiseMatrix(matrixOf(1, 2, [0.25, 0.25]));
    expect(displayValue(constant, 0, 1)).toBe(0.25);
    const missing = quantiseMatrix(matrixOf(1, 2, [Number.NaN, Number.POSITIVE_INFINITY]));
    expect([missing.min, missing.max, ...missing.codes]).toEqual([0, 0, 0, 0]);
  });

  it('are little-endian with the documented header', () => {
    const bytes = encodeDisplayMatrix(quantiseMatrix(matrixOf(1, 3, [-1, Number.NaN, 1])));
    expect([...bytes]).toEqual([
      ...[0x53, 0x4d, 0x42, 0x51, 1, 0, 0, 0],
      ...[1, 0, 0, 0, 3, 0, 0, 0],
      ...[0, 0, 0x80, 0xbf, 0, 0, 0x80, 0x3f],
      ...[1, 0, 255],
    ]);
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['nothing', () => new Uint8Array(0)],
    ['another file', (bytes) => bytes.fill(0x20, 0, 4)],
    ['a later version', (bytes) => bytes.fill(2, 4, 5)],
    ['an unknown kind', (bytes) => bytes.fill(9, 5, 6)],
    ['a body cut off', (bytes) => bytes.subarray(0, bytes.length - 1)],
    ['a size that does not fit', (bytes) => bytes.fill(0xff, 8, 12)],
  ])('refuse %s', (_, harm) => {
    const bytes = encodeDisplayMatrix(quantiseMatrix(matrixOf(3, 3, randomSimilarity(3, 4, 1))));
    expect(() => decodeDisplayMatrix(harm(bytes), 'x.npy')).toThrow(FormatError);
  });
});
