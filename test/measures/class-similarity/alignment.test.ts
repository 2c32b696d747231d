import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IncomparableError, UsageError } from '#src/base/errors.ts';
import type { KernelTier } from '#src/kernels/shared/wasm-kernel.ts';
import { nsad, ssad } from '#src/measures/class-similarity/alignment.ts';
import { chanceLevel } from '#src/measures/class-similarity/chance.ts';
import { closestPairs } from '#src/measures/class-similarity/closest-pairs.ts';
import { nearestNeighbour, neighbourRank, neighbours } from '#src/measures/class-similarity/neighbours.ts';
import { type PreparedSimilarity, prepareSimilarity } from '#src/measures/class-similarity/prepared-similarity.ts';
import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { createRandom } from '#src/statistics/random.ts';
import { type Matrix, select } from '#src/tensor/matrix.ts';

const square = (rows: number[][]): Matrix => ({
  rows: rows.length,
  cols: rows.length,
  data: Float64Array.from(rows.flat()),
});

/** Class templates from a seed; `features` small enough that similarities spread. */
function randomSimilarity(classes: number, seed: number, features = 8): Matrix {
  const random = createRandom(seed);
  const data = Float32Array.from({ length: classes * features }, () => random.normal());
  return cosineSimilarityMatrix({ rows: classes, cols: features, data }, { precision: 'f64' });
}

/** A reference with few distinct values, like path similarity. */
function steppedSimilarity(classes: number, seed: number): Matrix {
  const smooth = randomSimilarity(classes, seed);
  return { ...smooth, data: smooth.data.map((x) => 1 / (1 + Math.round(4 * (1 - x)))) };
}

const values = ({ cosine, spearman, kendall }: ReturnType<typeof ssad>) => [cosine, spearman, kendall] as number[];

function expectClose(found: number[], expected: number[], digits = 12): void {
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, digits);
}

describe('cosineSimilarityMatrix', () => {
  it('is symmetric with ones on the diagonal, and close to the definition', () => {
    const random = createRandom(3);
    const templates = { rows: 37, cols: 129, data: Float32Array.from({ length: 37 * 129 }, () => random.normal()) };
    const fast = cosineSimilarityMatrix(templates);
    const exact = cosineSimilarityMatrix(templates, { precision: 'f64' });
    expect(fast.data).toBeInstanceOf(Float32Array);
    expect(exact.data).toBeInstanceOf(Float64Array);
    for (let i = 0; i < 37; i++) {
      expect(fast.data[i * 37 + i]).toBe(1);
      for (let j = 0; j < 37; j++) {
        expect(fast.data[i * 37 + j]).toBe(fast.data[j * 37 + i]);
        let dot = 0;
        let a = 0;
        let b = 0;
        for (let k = 0; k < 129; k++) {
          const x = templates.data[i * 129 + k]!;
          const y = templates.data[j * 129 + k]!;
          dot += x * y;
          a += x * x;
          b += y * y;
        }
        expect(Math.abs(exact.data[i * 37 + j]! - dot / Math.sqrt(a * b))).toBeLessThan(1e-14);
        expect(Math.abs(fast.data[i * 37 + j]! - exact.data[i * 37 + j]!)).toBeLessThan(1e-6);
      }
    }
  });

  it('does not depend on the length of a template, huge or tiny', () => {
    const data = Float64Array.from([1, 2, 3e200, 4e200, -5e-200, 1e-200]);
    const scaled = cosineSimilarityMatrix({ rows: 3, cols: 2, data }, { precision: 'f64' });
    const unit = cosineSimilarityMatrix(
      { rows: 3, cols: 2, data: Float64Array.from([1, 2, 3, 4, -5, 1]) },
      { precision: 'f64' },
    );
    for (let k = 0; k < 9; k++) expect(scaled.data[k]).toBeCloseTo(unit.data[k]!, 14);
  });

  it.each<KernelTier>(['simd', 'plain'])('compares float32 rows of any length: %s', (tier) => {
    const rows = [1, 2, 3e30, 4e30, -5e-30, 1e-30, 3e38, 3e38];
    const scaled = cosineSimilarityMatrix({ rows: 4, cols: 2, data: Float32Array.from(rows) }, { tier });
    const unit = cosineSimilarityMatrix(
      { rows: 4, cols: 2, data: Float32Array.from([1, 2, 3, 4, -5, 1, 1, 1]) },
      { tier },
    );
    for (let k = 0; k < 16; k++) expect(scaled.data[k]).toBeCloseTo(unit.data[k]!, 6);
  });

  it('reports zero rows as missing and names a row that is not finite', () => {
    const templates = { rows: 3, cols: 2, data: Float32Array.from([1, 0, 0, 0, 1, 1]) };
    const similarity = cosineSimilarityMatrix(templates);
    expect(similarity.missing).toEqual([1]);
    expect([3, 4, 5, 1, 7].every((k) => Number.isNaN(similarity.data[k]))).toBe(true);
    expect(similarity.data[2]).toBeCloseTo(Math.SQRT1_2, 6);
    templates.data[4] = Number.POSITIVE_INFINITY;
    expect(() => cosineSimilarityMatrix(templates)).toThrow(/row 2 of 3/);
  });
});

describe('ssad and nsad', () => {
  it('equal the worked example', () => {
    const network = square([
      [1, 0.6, 0.1],
      [0.6, 1, 0.3],
      [0.1, 0.3, 1],
    ]);
    const reference = square([
      [1, 0.5, 0.25],
      [0.5, 1, 0.2],
      [0.25, 0.2, 1],
    ]);
    // Scaled: (1, 0, 0.4) and (1, 1/6, 0); ranks (3, 1, 2) and (3, 2, 1).
    const expected = 1 / Math.sqrt(1.16 * (1 + 1 / 36));
    expectClose(values(ssad(prepareSimilarity(network), prepareSimilarity(reference))), [expected, 0.5, 1 / 3]);
    const raw = (0.3 + 0.025 + 0.06) / Math.sqrt((0.36 + 0.01 + 0.09) * (0.25 + 0.0625 + 0.04));
    expectClose(values(nsad(prepareSimilarity(network), prepareSimilarity(reference))), [raw, 0.5, 1 / 3]);
  });

  it('are exactly 1 for a matrix with itself', () => {
    for (const seed of [1, 2, 3]) {
      const a = prepareSimilarity(randomSimilarity(50, seed));
      expect(values(ssad(a, a))).toEqual([1, 1, 1]);
      expect(values(nsad(a, a))).toEqual([1, 1, 1]);
    }
  });

  it('do not change when both sides are permuted alike, or swapped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 25 }), fc.integer(), (classes, seed) => {
        const a = randomSimilarity(classes, seed);
        const b = steppedSimilarity(classes, seed + 1);
        const order = createRandom(seed).permutation(classes);
        const plain = ssad(prepareSimilarity(a), prepareSimilarity(b));
        fc.pre(plain.reason === null);
        const permuted = ssad(prepareSimilarity(select(a, order)), prepareSimilarity(select(b, order)));
        expectClose(values(permuted), values(plain), 10);
        expectClose(values(ssad(prepareSimilarity(b), prepareSimilarity(a))), values(plain), 10);
      }),
      { numRuns: 40 },
    );
  });

  it('ignore scale and offset of a matrix (SSAD) and scale alone (NSAD cosine)', () => {
    const a = randomSimilarity(30, 5);
    const b = prepareSimilarity(steppedSimilarity(30, 6));
    const changed = prepareSimilarity({ ...a, data: a.data.map((x) => 0.25 * x + 2) });
    expectClose(values(ssad(changed, b)), values(ssad(prepareSimilarity(a), b)));
    const scaled = prepareSimilarity({ ...a, data: a.data.map((x) => 8 * x) });
    expect(nsad(scaled, b).cosine).toBeCloseTo(nsad(prepareSimilarity(a), b).cosine!, 12);
    expect(nsad(changed, b).cosine).not.toBeCloseTo(nsad(prepareSimilarity(a), b).cosine!, 3);
  });

  it('leave out the classes that either side lacks', () => {
    const a = randomSimilarity(20, 7);
    const b = steppedSimilarity(20, 8);
    const holed = { ...a, data: a.data.slice() };
    for (let j = 0; j < 20; j++) holed.data[4 * 20 + j] = holed.data[j * 20 + 4] = Number.NaN;
    const result = ssad(prepareSimilarity(holed), prepareSimilarity(b, { exclude: [11] }));
    const rest = Array.from({ length: 20 }, (_, i) => i).filter((i) => i !== 4 && i !== 11);
    const expected = ssad(prepareSimilarity(select(a, rest)), prepareSimilarity(select(b, rest)));
    expect(result.excluded).toEqual([4, 11]);
    expect(result.classes).toBe(18);
    expect(values(result)).toEqual(values(expected));
  });

  it('give null with a reason where a measure is undefined', () => {
    const a = prepareSimilarity(randomSimilarity(5, 1));
    const flat = prepareSimilarity(square(Array.from({ length: 5 }, () => [0.5, 0.5, 0.5, 0.5, 0.5])));
    expect(ssad(a, flat)).toMatchObject({ cosine: null, spearman: null, kendall: null });
    expect(ssad(a, flat).reason).toBe('all off-diagonal values of the second matrix are equal');
    expect(nsad(flat, a)).toMatchObject({ spearman: null, kendall: null });
    expect(nsad(flat, a).reason).toContain('first');
    const two = prepareSimilarity(randomSimilarity(2, 1));
    expect(ssad(two, two).reason).toContain('there are two');
    expect(ssad(prepareSimilarity(square([])), prepareSimilarity(square([]))).reason).toContain('there are none');
  });

  it('refuse sizes that differ, asymmetry and holes', () => {
    const a = prepareSimilarity(randomSimilarity(5, 1));
    const b = prepareSimilarity(randomSimilarity(6, 1));
    expect(() => ssad(a, b)).toThrow(IncomparableError);
    const askew = randomSimilarity(5, 1);
    askew.data[3] = 7;
    expect(() => prepareSimilarity(askew)).toThrow(/between classes 0 and 3 it holds 7/);
    askew.data[3] = Number.NaN;
    expect(() => prepareSimilarity(askew)).toThrow(/finite/);
    expect(() => prepareSimilarity({ rows: 2, cols: 3, data: new Float32Array(6) })).toThrow(UsageError);
  });
});

function orders(items: number[]): number[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, at) => orders(items.filter((_, k) => k !== at)).map((rest) => [item, ...rest]));
}

describe('chanceLevel', () => {
  const network = prepareSimilarity(randomSimilarity(24, 9));
  const references: [string, PreparedSimilarity][] = [
    ['few distinct values', prepareSimilarity(steppedSimilarity(24, 10))],
    ['all distinct values', prepareSimilarity(randomSimilarity(24, 11))],
  ];

  it.each(references)('equals alignments of really permuted matrices: %s', (_, reference) => {
    for (const kind of ['ssad', 'nsad'] as const) {
      const found = chanceLevel(network, reference, { kind });
      const random = createRandom(4);
      const align = kind === 'ssad' ? ssad : nsad;
      const count = 4000;
      const draws = Array.from({ length: count }, () =>
        values(align(network, prepareSimilarity(select(reference.matrix, random.permutation(24))))),
      );
      for (const [m, measure] of (['cosine', 'spearman', 'kendall'] as const).entries()) {
        const mean = draws.reduce((sum, draw) => sum + draw[m]!, 0) / count;
        const sd = Math.sqrt(draws.reduce((sum, draw) => sum + (draw[m]! - mean) ** 2, 0) / (count - 1));
        const level = found[measure]!;
        expect(Math.abs(level.mean - mean), measure).toBeLessThan((4 * sd) / Math.sqrt(count));
        expect(Math.abs(level.sd / sd - 1), measure).toBeLessThan(0.05);
        expect(level.z).toBeCloseTo((align(network, reference)[measure]! - level.mean) / level.sd, 8);
      }
    }
  });

  it('is exact for few classes: every order gone through', () => {
    const [a, b] = [prepareSimilarity(randomSimilarity(5, 3)), prepareSimilarity(steppedSimilarity(5, 8))];
    const all = orders([0, 1, 2, 3, 4]).map((order) =>
      values(ssad(a, prepareSimilarity(select(b.matrix, Uint32Array.from(order))))),
    );
    expect(all).toHaveLength(120);
    for (const [m, measure] of (['cosine', 'spearman', 'kendall'] as const).entries()) {
      const mean = all.reduce((sum, draw) => sum + draw[m]!, 0) / 120;
      const sd = Math.sqrt(all.reduce((sum, draw) => sum + (draw[m]! - mean) ** 2, 0) / 120);
      const level = chanceLevel(a, b)[measure]!;
      expect(level.mean, measure).toBeCloseTo(mean, 12);
      expect(level.sd, measure).toBeCloseTo(sd, 12);
      expect(level).toMatchObject({ draws: 0, sdError: 0 });
    }
  });

  it('tells how sure the deviation of Kendall is, and keeps to the draws asked for', () => {
    const reference = references[1]![1];
    const { kendall: level } = chanceLevel(network, reference);
    expect(level!.sdError).toBeGreaterThan(0);
    expect(level!.sdError).toBeLessThanOrEqual(0.01);
    const few = chanceLevel(network, reference, { draws: 5 }).kendall!;
    expect(few.draws).toBe(5);
    expect(Math.abs(few.sd / level!.sd - 1)).toBeLessThan(4 * (few.sdError + level!.sdError));
    expect(() => chanceLevel(network, reference, { draws: 1 })).toThrow(UsageError);
  });

  it('is null where the measure is', () => {
    const reference = references[0]![1];
    const only = chanceLevel(network, reference, { measures: ['spearman'] });
    expect(only.cosine).toBeNull();
    expect(only.spearman!.z).not.toBeNull();
    const flat = prepareSimilarity(square(Array.from({ length: 24 }, () => new Array(24).fill(0.5))));
    expect(chanceLevel(network, flat)).toMatchObject({ cosine: null, spearman: null, kendall: null });
  });
});

describe('neighbours and the closest pair ranking', () => {
  const similarity = square([
    [1, 0.9, 0.2, 0.9, Number.NaN],
    [0.9, 1, 0.4, 0.1, Number.NaN],
    [0.2, 0.4, 1, 0.3, Number.NaN],
    [0.9, 0.1, 0.3, 1, Number.NaN],
    [Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN],
  ]);

  it('sorts by similarity, ties by index, without the class itself and missing ones', () => {
    expect(neighbours(similarity, 0).map((n) => n.class)).toEqual([1, 3, 2]);
    expect(neighbours(similarity, 0, 1)).toEqual([{ class: 1, similarity: 0.9 }]);
    expect(neighbours(similarity, 4)).toEqual([]);
    expect(nearestNeighbour(similarity, 2)).toEqual({ class: 1, similarity: 0.4 });
    expect(nearestNeighbour(similarity, 4)).toBeNull();
    expect(() => neighbours(similarity, 5)).toThrow(/classes 0 to 4/);
  });

  it('ranks a given class, ties sharing the better rank', () => {
    expect([1, 2, 3].map((other) => neighbourRank(similarity, 0, other))).toEqual([1, 3, 1]);
    expect(neighbourRank(similarity, 0, 4)).toBeNull();
    expect(neighbourRank(similarity, 0, 0)).toBeNull();
  });

  it('lists every class once, and folds mutual pairs on demand', () => {
    expect(closestPairs(similarity)).toEqual([
      { class: 0, neighbour: 1, similarity: 0.9, mutual: true },
      { class: 1, neighbour: 0, similarity: 0.9, mutual: true },
      { class: 3, neighbour: 0, similarity: 0.9, mutual: false },
      { class: 2, neighbour: 1, similarity: 0.4, mutual: false },
    ]);
    expect(closestPairs(similarity, { unique: true }).map((p) => [p.class, p.neighbour])).toEqual([
      [0, 1],
      [3, 0],
      [2, 1],
    ]);
  });
});
