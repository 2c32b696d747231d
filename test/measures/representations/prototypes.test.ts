import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { IncomparableError, UsageError } from '#src/base/errors.ts';
import { featureMaps } from '#src/measures/representations/feature-maps.ts';
import { assign } from '#src/measures/representations/matching/assign.ts';
import { matchPlaces } from '#src/measures/representations/matching/matched-places.ts';
import { groupsOf, openGroups } from '#src/measures/representations/matching/prototypes/principal-groups.ts';
import { matchPrototypes, prototypeMap } from '#src/measures/representations/matching/prototypes/prototypes.ts';
import { solveTransport } from '#src/measures/representations/matching/transport.ts';
import { similarityMatrices } from '#src/measures/representations/similarity-matrices.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix } from '#src/tensor/matrix.ts';

interface GoldenPair {
  positions: number;
  channels: number;
  a: number[];
  b: number[];
  optimum: number;
}
interface GoldenTransport {
  values: number[][];
  supplies: number[];
  demands: number[];
  value: number;
}
const golden: { pairs: GoldenPair[]; transports: GoldenTransport[] } = JSON.parse(
  readFileSync(new URL('../../golden/prototypes.json', import.meta.url), 'utf8'),
);

/** Smooth fields of a few concepts after a ReLU, with noise. */
function smoothMap(positions: number, channels: number, seed: number, noise = 0.1): Matrix {
  const random = createRandom(seed);
  const basis = createRandom(99);
  const concepts = Array.from({ length: 4 }, () => Array.from({ length: channels }, () => Math.max(0, basis.normal())));
  const waves = concepts.map(() => [random.next() * 6, random.next() * 6]);
  const data = new Float32Array(positions * channels);
  for (let s = 0; s < positions; s++)
    for (let c = 0; c < channels; c++) {
      let sum = noise * random.normal();
      concepts.forEach((concept, k) => {
        sum += concept[c]! * Math.max(0, Math.sin((waves[k]![0]! * s) / positions + waves[k]![1]!));
      });
      data[s * channels + c] = sum;
    }
  return { rows: positions, cols: channels, data };
}

function shuffled({ rows, cols, data }: Matrix, seed: number): Matrix {
  const order = createRandom(seed).permutation(rows);
  const moved = new Float32Array(data.length);
  order.forEach((from, to) => {
    moved.set(data.subarray(from * cols, (from + 1) * cols), to * cols);
  });
  return { rows, cols, data: moved };
}

/** The optimum by our exact solver in 64 bits. */
function optimumOf(a: Matrix, b: Matrix): number {
  const products = new Float64Array(a.rows * b.rows);
  for (let s = 0; s < a.rows; s++)
    for (let t = 0; t < b.rows; t++)
      for (let c = 0; c < a.cols; c++) products[s * b.rows + t]! += a.data[s * a.cols + c]! * b.data[t * b.cols + c]!;
  return assign(products, a.rows, b.rows).value;
}

const match = (a: Matrix, b: Matrix, options = {}) => matchPrototypes(prototypeMap(a), prototypeMap(b), options);

describe('transport of whole counts', () => {
  test.each(golden.transports.map((entry, i) => [i, entry] as const))('is that of HiGHS, %i', (_, entry) => {
    const values = Float32Array.from(entry.values.flat());
    const [supplies, demands] = [Int32Array.from(entry.supplies), Int32Array.from(entry.demands)];
    const n = demands.length;
    const { rows, columns, amounts, value, rowPrices, columnPrices } = solveTransport(values, supplies, demands);
    expect(value).toBeCloseTo(entry.value, 4);
    rows.forEach((i, k) => {
      supplies[i]! -= amounts[k]!;
      demands[columns[k]!]! -= amounts[k]!;
    });
    expect([...supplies, ...demands].every((left) => left === 0)).toBe(true);
    let dual = 0;
    entry.supplies.forEach((supply, i) => {
      dual += supply * rowPrices[i]!;
      for (let j = 0; j < n; j++)
        expect(rowPrices[i]! + columnPrices[j]!).toBeGreaterThanOrEqual(values[i * n + j]! - 1e-9);
    });
    for (let j = 0; j < n; j++) dual += entry.demands[j]! * columnPrices[j]!;
    expect(dual).toBeCloseTo(value, 6);
  });

  it('is the assignment of all units, one by one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), fc.nat(1000), (m, n, seed) => {
        const random = createRandom(seed);
        const counts = (k: number): number[] => {
          const found = new Array<number>(k).fill(1);
          for (let unit = k; unit < 20; unit++) found[random.below(k)]!++;
          return found;
        };
        const [supplies, demands] = [counts(m), counts(n)];
        const values = Float32Array.from({ length: m * n }, () => (seed % 2 ? random.normal() : random.below(4)));
        const units = (list: number[]): number[] => list.flatMap((count, i) => new Array<number>(count).fill(i));
        const [left, right] = [units(supplies), units(demands)];
        const all = Float64Array.from(
          { length: 400 },
          (_, k) => values[left[Math.floor(k / 20)]! * n + right[k % 20]!]!,
        );
        const { value } = solveTransport(values, Int32Array.from(supplies), Int32Array.from(demands));
        expect(value).toBeCloseTo(assign(all, 20, 20).value, 9);
      }),
    );
  });
});

describe('groups of like positions', () => {
  it('hold each position once, differ by one at most, and come closer with every level', () => {
    const map = smoothMap(150, 5, 1);
    const levels = openGroups(map);
    let before = Number.POSITIVE_INFINITY;
    for (const level of [0, 1, 2, 4, 6]) {
      const { order, counts, deviations } = groupsOf(levels, level);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, s) => s));
      expect(counts.length).toBe(2 ** level);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      const scatter = deviations.reduce((sum, deviation) => sum + deviation ** 2, 0);
      expect(scatter).toBeLessThan(before);
      before = scatter;
    }
    // A level is the same whether or not those below it were made.
    expect(groupsOf(levels, 2).order).toEqual(groupsOf(openGroups(map), 2).order);
  });
});

describe('matching by prototypes', () => {
  test.each(golden.pairs.map((entry, i) => [i, entry] as const))(
    'holds the optimum of SciPy between its bounds, pair %i',
    (_, { positions: rows, channels: cols, a, b, optimum }) => {
      const [x, y] = [a, b].map((values) => ({ rows, cols, data: Float32Array.from(values) })) as [Matrix, Matrix];
      for (const options of [{ gap: 1 }, { gap: 0.02, prototypes: 8 }, { gap: 0, prototypes: 32 }]) {
        const { value, upperBound } = match(x, y, options);
        expect(value).toBeLessThanOrEqual(optimum + 1e-6 * Math.abs(optimum));
        expect(upperBound).toBeGreaterThanOrEqual(optimum - 1e-6 * Math.abs(optimum));
      }
      const exact = match(x, y, { gap: 0, prototypes: rows });
      expect(exact.value).toBeCloseTo(optimum, 2);
      expect(exact.prototypes).toBe(rows);
      expect((exact.upperBound - exact.value) / Math.abs(optimum)).toBeLessThan(1e-6);
    },
  );

  it('is between its bounds on any maps, each position once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(1000),
        fc.constantFrom(0, 0.1, 1),
        (positions, channels, seed, noise) => {
          const [a, b] = [smoothMap(positions, channels, seed, noise), smoothMap(positions, channels, seed + 1, noise)];
          if (seed % 3 === 0) a.data.fill(0, 0, Math.floor(positions / 2) * channels);
          if (seed % 3 === 1) for (let k = 0; k < a.data.length; k++) a.data[k]! -= 0.7;
          const optimum = optimumOf(a, b);
          const slack = 1e-5 * (1 + Math.abs(optimum));
          const { columns, value, upperBound } = match(a, b, { gap: 0.01, prototypes: 1 + (seed % 16) });
          expect([...columns].sort((x, y) => x - y)).toEqual(Array.from({ length: positions }, (_, s) => s));
          expect(value).toBeLessThanOrEqual(optimum + slack);
          expect(upperBound).toBeGreaterThanOrEqual(optimum - slack);
          expect(upperBound).toBeGreaterThanOrEqual(value);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('comes near the optimum on smooth maps, and nearer with a smaller gap', () => {
    const [a, b] = [smoothMap(1024, 8, 3, 0.05), smoothMap(1024, 8, 4, 0.05)];
    const optimum = optimumOf(a, b);
    const first = match(a, b, { gap: 1 });
    expect(first.value).toBeGreaterThan(0.98 * optimum);
    const near = match(a, b, { gap: 0.02 });
    expect(near.value).toBeGreaterThanOrEqual(0.98 * near.upperBound);
    expect(near.upperBound).toBeLessThan(first.upperBound);
  });

  it('does not see the order of positions, nor which map is the first, to the last bit', () => {
    const [a, b] = [smoothMap(300, 6, 5), smoothMap(300, 6, 6)];
    const options = { gap: 0.001, prototypes: 64 };
    const { value, upperBound } = match(a, b, options);
    for (const found of [match(shuffled(a, 1), shuffled(b, 2), options), match(b, a, options)])
      expect([found.value, found.upperBound]).toEqual([value, upperBound]);
    const { columns } = match(b, a, options);
    let sum = 0;
    columns.forEach((t, s) => {
      for (let c = 0; c < 6; c++) sum += b.data[s * 6 + c]! * a.data[t * 6 + c]!;
    });
    expect(sum).toBeCloseTo(value, 6);
  });

  it('finds a map in another order of its positions, with no room above', () => {
    const map = smoothMap(400, 5, 7);
    const { value, upperBound } = match(map, shuffled(map, 3));
    const square = (map.data as Float32Array).reduce((sum, x) => sum + x * x, 0);
    expect(value / square).toBeCloseTo(1, 12);
    expect(upperBound / square).toBeCloseTo(1, 12);
    const zeros = { rows: 30, cols: 2, data: new Float32Array(60) };
    expect(match(zeros, zeros)).toMatchObject({ value: 0, upperBound: 0 });
  });

  it('gives similarity matrices an upper one, with 1 on the diagonal of cosines, and the places of pairs', async () => {
    const parts = [1, 2, 3].map((seed) => smoothMap(100, 4, seed));
    const data = Float32Array.from(parts.flatMap(({ data }) => [...data]));
    const maps = featureMaps({ shape: [3, 100, 4], data });
    const options = { method: 'prototypes', gap: 0.01, prototypes: 16 } as const;
    const { semantic, upper } = await similarityMatrices(maps, maps, options);
    const exact = (await similarityMatrices(maps)).semantic.linear.data;
    exact.forEach((value, k) => {
      expect(semantic.linear.data[k]!).toBeLessThanOrEqual(value * (1 + 1e-6));
      expect(upper!.linear.data[k]!).toBeGreaterThanOrEqual(value * (1 - 1e-6));
    });
    for (let i = 0; i < 3; i++) expect(upper!.linear.data[i * 4]!).toBe(semantic.rowSquares[i]!);
    const { value, dualBound, first } = matchPlaces(parts[1]!, parts[0]!, options);
    expect(value).toBeCloseTo(semantic.linear.data[3]!, 9);
    expect(dualBound).toBeCloseTo(upper!.linear.data[3]!, 9);
    expect(new Set(first).size).toBe(100);
    expect((await similarityMatrices(maps)).upper).toBeUndefined();
  });

  it('is refused for maps of different extents, without vectors and out of range', async () => {
    const [a, b] = [smoothMap(9, 2, 1), smoothMap(4, 2, 2)];
    expect(() => matchPlaces(a, b, { method: 'prototypes' })).toThrow(IncomparableError);
    expect(() => assign(new Float32Array(4), 2, 2, { method: 'prototypes' })).toThrow(
      'Method "prototypes" needs the vectors of all 2 rows and 2 columns: rowVectors and columnVectors.',
    );
    expect(() => matchPlaces(a, a, { method: 'prototypes', prototypes: 0.5 })).toThrow(UsageError);
    expect(() => matchPlaces(a, a, { method: 'prototypes', gap: -1 })).toThrow('gap must be from 0 to 1; found -1.');
  });
});
