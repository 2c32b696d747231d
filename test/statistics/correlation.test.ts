import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import type { KernelTier } from '#src/kernels/shared/wasm-kernel.ts';
import { kendall, kendallOfRanks } from '#src/statistics/kendall.ts';
import { pearson } from '#src/statistics/pearson.ts';
import { createRandom } from '#src/statistics/random.ts';
import { averageRanks, prepareRanks } from '#src/statistics/ranks.ts';
import { spearman, spearmanOfRanks } from '#src/statistics/spearman.ts';

interface Case {
  name: string;
  a: number[];
  b: number[];
  ranksA: number[];
  pearson: { value: number } | null;
  spearman: { value: number };
  kendall: { value: number };
}
const golden = JSON.parse(readFileSync(new URL('../golden/correlations.json', import.meta.url), 'utf8'));
const cases = golden.cases as Case[];
const tiers: KernelTier[] = ['simd', 'plain'];

describe.each(tiers)('rank correlation, %s', (tier) => {
  it.each(cases)('equals SciPy: $name', ({ a, b, ranksA, ...expected }) => {
    expect([...averageRanks(a, { tier })]).toEqual(ranksA);
    expect(spearman(a, b, { tier })).toBeCloseTo(expected.spearman.value, 12);
    expect(kendall(a, b, { tier })).toBeCloseTo(expected.kendall.value, 12);
    expect(kendall(b, a, { tier })).toBeCloseTo(expected.kendall.value, 12);
    if (expected.pearson) expect(pearson(a, b)).toBeCloseTo(expected.pearson.value, 12);
  });

  it('equals the definitions, with few and with many distinct values', () => {
    const vectors = fc
      .tuple(fc.integer({ min: 2, max: 120 }), fc.constantFrom(2, 5, 40, 1e6))
      .chain(([n, levels]) =>
        fc.tuple(
          fc.array(fc.integer({ min: 0, max: levels }), { minLength: n, maxLength: n }),
          fc.array(fc.integer({ min: -levels, max: levels }), { minLength: n, maxLength: n }),
        ),
      );
    fc.assert(
      fc.property(vectors, ([a, b]) => {
        const expected = byDefinition(a, b);
        expectEqualOrNull(kendall(a, b, { tier }), expected.kendall);
        expectEqualOrNull(spearman(a, b, { tier }), expected.spearman);
      }),
      { numRuns: 150 },
    );
  });

  it('equals the definition of τ-b where both vectors have over a thousand distinct values', () => {
    for (const ties of [1, 3]) {
      const n = 2500;
      const a = Float64Array.from({ length: n }, (_, i) => Math.floor(((i * 7919) % n) / ties));
      const b = Float64Array.from({ length: n }, (_, i) => Math.floor((((i * i) % 1_000_003) % n) / 1) + a[i]! / 2);
      expect(kendall(a, b, { tier })).toBeCloseTo(byDefinition(a, b).kendall!, 12);
    }
  });

  it('ranks by full precision, float32 and float64 alike', () => {
    const doubles = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(doubles, fc.boolean(), (values, single) => {
        const vector = single ? Float32Array.from(values) : Float64Array.from(values);
        const sorted = [...new Set(Array.from(vector, (x) => x + 0))].sort((x, y) => x - y);
        const { dense, order, groups } = prepareRanks(vector, { tier });
        expect(groups).toBe(sorted.length);
        expect([...dense]).toEqual(Array.from(vector, (x) => sorted.indexOf(x + 0)));
        const expectedOrder = [...vector.keys()].sort((i, j) => vector[i]! - vector[j]! || i - j);
        expect([...order]).toEqual(expectedOrder.map(Number));
      }),
    );
  });

  it('is exactly 1 for a long vector with itself and −1 with its negative', () => {
    const values = Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i * i));
    const ranks = prepareRanks(values, { tier });
    const negative = prepareRanks(
      values.map((x) => -x),
      { tier },
    );
    expect(spearmanOfRanks(ranks, ranks)).toBe(1);
    expect(kendallOfRanks(ranks, ranks, { tier })).toBe(1);
    expect(spearmanOfRanks(ranks, negative)).toBe(-1);
    expect(kendallOfRanks(ranks, negative, { tier })).toBe(-1);
  });

  it('gives null for a constant vector and refuses NaN', () => {
    expect(spearman([1, 1, 1], [1, 2, 3], { tier })).toBeNull();
    expect(kendall([1, 2, 3], [2, 2, 2], { tier })).toBeNull();
    expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeNull();
    expect(() => prepareRanks([1, Number.NaN, 3], { tier })).toThrow(/value 1 of 3 is NaN/);
    expect(() => spearman([1, 2], [1, 2, 3], { tier })).toThrow(UsageError);
  });
});

describe('kernels and their twins', () => {
  it.each([70_000, 1_200_000])('count and rank alike: %i values with some ties', (n) => {
    const random = createRandom(n);
    const a = Float32Array.from({ length: n }, () => Math.fround(random.normal()));
    const b = Float64Array.from(a, (x) => Math.round(1e6 * (x + random.normal())) / 1e6);
    const [simdA, plainA] = [prepareRanks(a), prepareRanks(a, { tier: 'plain' })];
    const [simdB, plainB] = [prepareRanks(b), prepareRanks(b, { tier: 'plain' })];
    expect(simdA.groups).toBeLessThan(n);
    for (const [simd, plain] of [
      [simdA, plainA],
      [simdB, plainB],
    ] as const) {
      // Compared byte by byte: a matcher that prints arrays of a million entries takes minutes to fail.
      for (const part of ['order', 'dense', 'groupStarts', 'centred'] as const)
        expect(Buffer.from(simd[part].buffer).equals(Buffer.from(plain[part].buffer)), part).toBe(true);
    }
    expect(kendallOfRanks(simdA, simdB)).toBe(kendallOfRanks(plainA, plainB, { tier: 'plain' }));
  });
});

function expectEqualOrNull(found: number | null, expected: number | null): void {
  if (expected === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(expected, 11);
}

/** τ-b and ρ straight from their definitions, in O(n²). */
function byDefinition(a: ArrayLike<number>, b: ArrayLike<number>) {
  const n = a.length;
  let score = 0;
  let untiedA = 0;
  let untiedB = 0;
  const rankA = new Array<number>(n).fill(1);
  const rankB = new Array<number>(n).fill(1);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const signA = Math.sign(a[i]! - a[j]!);
      const signB = Math.sign(b[i]! - b[j]!);
      rankA[i]! += (signA + 1) / 2;
      rankB[i]! += (signB + 1) / 2;
      if (i > j) continue;
      score += signA * signB;
      untiedA += Math.abs(signA);
      untiedB += Math.abs(signB);
    }
  }
  if (untiedA === 0 || untiedB === 0) return { kendall: null, spearman: null };
  return { kendall: score / Math.sqrt(untiedA) / Math.sqrt(untiedB), spearman: pearson(rankA, rankB) };
}
