import { describe, expect, it } from 'vitest';
import { agreements } from '#src/measures/concepts/regress/agreement.ts';
import {
  fitCrossPrediction,
  foldSimilarities,
  predictCoefficients,
} from '#src/measures/concepts/regress/cross-prediction.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

const IMAGES = 30;
const PER_IMAGE = 4;
const N = IMAGES * PER_IMAGE;

/** Activations as a few non-negative concepts make them, with their coefficients. */
function made(concepts: number, channels: number, seed: number, rows = N): { u: Matrix64; a: Matrix64 } {
  const random = createRandom(seed);
  const u = Float64Array.from({ length: rows * concepts }, () => Math.max(0, random.normal()));
  const w = Float64Array.from({ length: concepts * channels }, () => Math.max(0, random.normal()));
  const a = new Float64Array(rows * channels);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < concepts; k++)
      for (let d = 0; d < channels; d++) a[i * channels + d]! += u[i * concepts + k]! * w[k * channels + d]!;
  return { u: { rows, cols: concepts, data: u }, a: { rows, cols: channels, data: a } };
}

describe('cross-prediction', () => {
  const { u, a } = made(4, 12, 1);
  const options = { perImage: PER_IMAGE };

  it('of a network from itself is its ceiling, exactly', () => {
    const [first, second] = fitCrossPrediction([a, a], [u, u], options);
    expect(first!.cross).toEqual(first!.self);
    const folds = foldSimilarities(first!.cross);
    expect([folds.length, folds[0]!.length]).toEqual([4, 5]);
    expect(folds[2]![1]).toBe(first!.self.folds[1]!.agreement[2]!.pearson);
    expect(second!.cross).toEqual(first!.self);
  });

  it('does not notice that channels are permuted and scaled, to 1e-6', () => {
    const order = createRandom(5).permutation(a.cols);
    const other: Matrix64 = {
      ...a,
      data: Float64Array.from(a.data, (_, at) => {
        const d = order[at % a.cols]!;
        return a.data[at - (at % a.cols) + d]! * (0.2 + d);
      }),
    };
    const [owner] = fitCrossPrediction([a, other], [u, null], options);
    const ceiling = agreements(u, predictCoefficients(owner!.self, a));
    const found = agreements(u, predictCoefficients(owner!.cross, other));
    found.forEach(({ pearson, spearman }, k) => {
      expect(Math.abs(pearson! - ceiling[k]!.pearson!)).toBeLessThan(1e-6);
      expect(Math.abs(spearman! - ceiling[k]!.spearman!)).toBeLessThan(1e-3);
    });
  });

  it('finds the planted concept that the other network lacks', () => {
    const rows = 1600;
    const planted = made(4, 12, 2, rows);
    const kept = [0, 1, 3];
    const lacking: Matrix64 = { rows, cols: 3, data: new Float64Array(rows * 3) };
    for (let at = 0; at < lacking.data.length; at++)
      lacking.data[at] = planted.u.data[4 * Math.floor(at / 3) + kept[at % 3]!]!;
    const [owner] = fitCrossPrediction([planted.a, lacking], [planted.u, null], options);
    const found = agreements(planted.u, predictCoefficients(owner!.cross, lacking));
    expect(found[2]).toEqual({ pearson: 0, spearman: 0, constant: 'prediction' });
    for (const k of kept) expect(found[k]!.pearson).toBeGreaterThan(0.99);
  });

  it('averages the folds, each held out of its own fit', () => {
    const [owner] = fitCrossPrediction([a, a], [u, null], options);
    const { folds } = owner!.cross;
    expect(folds.map(({ heldOut }) => [heldOut.from, heldOut.to])).toEqual([
      [0, 24],
      [24, 48],
      [48, 72],
      [72, 96],
      [96, 120],
    ]);
    const each = folds.map((fold) => predictCoefficients(fold, a));
    predictCoefficients(owner!.cross, a).data.forEach((value, at) => {
      expect(value).toBeCloseTo(
        each.reduce((sum, { data }) => sum + data[at]! / 5, 0),
        10,
      );
    });
    const changed: Matrix64 = { ...u, data: u.data.slice() };
    changed.data.fill(9, 0, 24 * 4);
    const [other] = fitCrossPrediction([a, a], [changed, null], options);
    other!.cross.folds[0]!.weights.data.forEach((value, at) => {
      expect(value).toBeCloseTo(folds[0]!.weights.data[at]!, 10);
    });
    expect(other!.cross.folds[0]!.agreement[0]).toEqual({ pearson: null, spearman: null, constant: 'concept' });
  });

  it('leaves out channels that are constant in the training rows', () => {
    const data = new Float64Array(N * 13);
    for (let i = 0; i < N; i++) {
      data.set(a.data.subarray(12 * i, 12 * i + 12), 13 * i);
      data[13 * i + 12] = i < 24 ? 1e3 * (i + 1) : 0.3;
    }
    const [owner] = fitCrossPrediction([{ rows: N, cols: 13, data }, a], [u, null], options);
    const [fold] = owner!.self.folds;
    for (let k = 0; k < 4; k++) expect(fold!.weights.data[13 * k + 12]).toBe(0);
    expect(fold!.agreement[0]!.pearson).toBeGreaterThan(0.9);
  });

  it('divides by the deviation of n values, not n − 1 (G10)', () => {
    const values: Matrix64 = { rows: 6, cols: 1, data: Float64Array.of(3, 1, 8, 1, 2, 4) };
    const [owner] = fitCrossPrediction([values, values], [values, null], { perImage: 3 });
    // With 1.527525 in place of 1.247219 the penalty would weigh 0.15.
    expect(owner!.self.folds[0]!.weights.data[0]).toBeCloseTo(0.9, 7);
  });

  it('fits by least squares and ridge too', () => {
    for (const regressor of ['least-squares', 'ridge'] as const) {
      const [owner] = fitCrossPrediction([a, a], [u, null], { ...options, regressor });
      for (const { pearson } of agreements(u, predictCoefficients(owner!.cross, a)))
        expect(pearson).toBeGreaterThan(0.999);
    }
  });

  it('refuses one image, and rows that are not whole images', () => {
    expect(() => fitCrossPrediction([a, a], [u, u], { perImage: N })).toThrow(
      'Concepts cannot be predicted from 1 image; at least 2 are needed.',
    );
    expect(() => fitCrossPrediction([a, a], [u, u], { perImage: 7 })).toThrow('120 rows are not 7 for each image.');
  });
});
