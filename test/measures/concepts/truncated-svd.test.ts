import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KernelTier } from '#src/kernels/shared/wasm-kernel.ts';
import { truncatedSvd } from '#src/measures/concepts/data/truncated-svd.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

/** Orthonormal rows. */
function orthonormal(rows: number, cols: number, seed: number): Float64Array[] {
  const random = createRandom(seed);
  const made: Float64Array[] = [];
  for (let i = 0; i < rows; i++) {
    const v = Float64Array.from({ length: cols }, () => random.normal());
    for (let pass = 0; pass < 2; pass++)
      for (const u of made) {
        const share = v.reduce((sum, value, c) => sum + value * u[c]!, 0);
        for (let c = 0; c < cols; c++) v[c]! -= share * u[c]!;
      }
    const length = Math.hypot(...v);
    made.push(v.map((value) => value / length));
  }
  return made;
}

/** A matrix of these singular values, with their vectors. */
function composed(rows: number, cols: number, values: number[], seed: number) {
  const left = orthonormal(values.length, rows, seed);
  const right = orthonormal(values.length, cols, seed + 1);
  const data = new Float64Array(rows * cols);
  values.forEach((value, t) => {
    for (let i = 0; i < rows; i++)
      for (let c = 0; c < cols; c++) data[i * cols + c]! += value * left[t]![i]! * right[t]![c]!;
  });
  return { x: { rows, cols, data } as Matrix64, left, right };
}

/** Largest ‖X·v − s·u‖, ‖Xᵀ·u − s·v‖ and departure from orthonormality. */
function defect(x: Matrix64, k: number, tier: KernelTier): { residual: number; angle: number; values: Float64Array } {
  const { left, values, right, rank } = truncatedSvd(x, k, { tier });
  let residual = 0;
  let angle = 0;
  for (let t = 0; t < rank; t++) {
    const u = left.data.subarray(t * x.rows, (t + 1) * x.rows);
    const v = right.data.subarray(t * x.cols, (t + 1) * x.cols);
    const xv = u.map((value, i) =>
      v.reduce((sum, each, c) => sum + each * x.data[i * x.cols + c]!, -values[t]! * value),
    );
    const xu = v.map((value, c) =>
      u.reduce((sum, each, i) => sum + each * x.data[i * x.cols + c]!, -values[t]! * value),
    );
    residual = Math.max(residual, Math.hypot(...xv), Math.hypot(...xu));
    for (let s = 0; s <= t; s++) {
      const other = right.data.subarray(s * x.cols, (s + 1) * x.cols);
      const dot = v.reduce((sum, value, c) => sum + value * other[c]!, 0);
      angle = Math.max(angle, Math.abs(dot - (s === t ? 1 : 0)));
    }
  }
  return { residual, angle, values };
}

describe.each<KernelTier>(['simd', 'plain'])('the truncated SVD, %s', (tier) => {
  it('has singular triplets to rounding, for every shape and rank', () => {
    const cases = fc.record({
      rows: fc.integer({ min: 1, max: 40 }),
      cols: fc.integer({ min: 1, max: 40 }),
      k: fc.integer({ min: 1, max: 12 }),
      values: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 20 }),
      seed: fc.nat(1e6),
    });
    fc.assert(
      fc.property(cases, ({ rows, cols, k, values, seed }) => {
        const least = Math.min(rows, cols);
        const kept = values.slice(0, least).sort((a, b) => b - a);
        const { x } = composed(rows, cols, kept, seed);
        const asked = Math.min(k, least);
        const found = defect(x, asked, tier);
        // Integers repeat, so that multiple singular values are among the cases.
        found.values.forEach((value, t) => {
          expect(value).toBeCloseTo(kept[t] ?? 0, 11);
        });
        expect(found.residual).toBeLessThan(1e-12);
        expect(found.angle).toBeLessThan(1e-13);
      }),
      { numRuns: 60 },
    );
  });

  it('finds the vectors of a slowly falling spectrum, restarting on the way', () => {
    const values = Array.from({ length: 160 }, (_, t) => 10 * 0.98 ** t);
    const { x, left, right } = composed(240, 160, values, 5);
    const found = truncatedSvd(x, 4, { tier });
    for (let t = 0; t < 4; t++) {
      expect(found.values[t]).toBeCloseTo(values[t]!, 10);
      const cosine = (a: Float64Array, b: Float64Array): number =>
        Math.abs(a.reduce((sum, value, i) => sum + value * b[i]!, 0));
      expect(cosine(found.left.data.subarray(t * 240, (t + 1) * 240), left[t]!)).toBeCloseTo(1, 12);
      expect(cosine(found.right.data.subarray(t * 160, (t + 1) * 160), right[t]!)).toBeCloseTo(1, 12);
    }
  });

  it('keeps to values of equal size, and to the identity', () => {
    const identity: Matrix64 = { rows: 150, cols: 150, data: new Float64Array(150 * 150) };
    for (let i = 0; i < 150; i++) identity.data[i * 151] = 3;
    const found = defect(identity, 6, tier);
    expect([...found.values].every((value) => Math.abs(value - 3) < 1e-12)).toBe(true);
    expect(found.residual).toBeLessThan(1e-12);
    const twice = composed(200, 130, [5, 5, 5, 2, 2, 1], 9);
    expect([...truncatedSvd(twice.x, 4, { tier }).values].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([
      5, 5, 5, 2,
    ]);
  });

  it('tells the rank', () => {
    const { x } = composed(30, 20, [4, 2, 1e-3], 2);
    expect(truncatedSvd(x, 6, { tier })).toMatchObject({ rank: 3 });
    expect(truncatedSvd({ rows: 4, cols: 3, data: new Float64Array(12) }, 2, { tier })).toMatchObject({
      rank: 0,
      values: new Float64Array(2),
    });
  });
});
