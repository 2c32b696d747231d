import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { IncomparableError, UsageError } from '#src/base/errors.ts';
import type { KernelTier } from '#src/kernels/shared/wasm-kernel.ts';
import { assign } from '#src/measures/representations/matching/assign.ts';
import type { AssignOptions } from '#src/measures/representations/matching/assign-options.ts';
import { createRandom } from '#src/statistics/random.ts';

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../golden/${name}`, import.meta.url), 'utf8'));
const TIERS: KernelTier[] = ['simd', 'plain'];

interface Case {
  kind: string;
  rows: number;
  columns: number;
  affinity: number[];
  maximum: number;
}

function expectMatching(columns: Int32Array, rows: number, columnCount: number): void {
  expect(columns).toHaveLength(rows);
  const held = [...columns].filter((column) => column >= 0);
  expect(new Set(held).size).toBe(held.length);
  expect(held.length).toBe(Math.min(rows, columnCount));
  expect(Math.max(-1, ...held)).toBeLessThan(columnCount);
}

function normals(rows: number, columns: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: rows * columns }, () => random.normal());
}

/** Affinity of two maps of non-negative features that share `concepts` directions, as ReLU layers have them. */
function featureAffinity(positions: number, depth: number, seed: number, second = positions): Float32Array {
  const random = createRandom(seed);
  const map = (n: number): Float64Array =>
    Float64Array.from({ length: n * depth }, () => Math.max(0, random.normal() + 0.5 * random.normal()));
  const a = map(positions);
  const b = map(second);
  const affinity = new Float32Array(positions * second);
  for (let i = 0; i < positions; i++)
    for (let j = 0; j < second; j++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += a[i * depth + k]! * b[j * depth + k]!;
      affinity[i * second + j] = sum;
    }
  return affinity;
}

function bruteForce(affinity: ArrayLike<number>, rows: number, columns: number): number {
  const taken = new Array(columns).fill(false);
  const spare = Math.max(0, rows - columns);
  const best = (row: number, skipped: number): number => {
    if (row === rows) return 0;
    let most = skipped < spare ? best(row + 1, skipped + 1) : Number.NEGATIVE_INFINITY;
    for (let j = 0; j < columns; j++) {
      if (taken[j]) continue;
      taken[j] = true;
      most = Math.max(most, affinity[row * columns + j]! + best(row + 1, skipped));
      taken[j] = false;
    }
    return most;
  };
  return best(0, 0);
}

describe('the optimal assignment of short rows', () => {
  const random = createRandom(11);
  const kinds: [string, (row: number, column: number) => number][] = [
    ['normal values', () => random.normal()],
    ['heavy tails', () => Math.exp(4 * random.normal())],
    ['one huge value', (row, column) => (row === 3 && column === 7 ? 1e6 : random.next())],
    // Prices rise along the chain, beyond the 16 bits of the first auction.
    ['a chain', (i, j) => (j === i || j === i - 1 ? 1 + 1e-4 * Math.sin(i + j) : 1e-3 * Math.sin(i * j))],
  ];
  const cases = kinds.flatMap(([kind, value]) => [65, 100, 129, 256].map((n) => ({ kind, n, value })));
  test.each(cases)('has the value of the plain twin and closes the certificate: $kind, $n', ({ n, value }) => {
    const affinity = Float32Array.from({ length: n * n }, (_, k) => value(Math.floor(k / n), k % n));
    const found = assign(affinity, n, n);
    const plain = assign(affinity, n, n, { tier: 'plain' });
    expectMatching(found.columns, n, n);
    const tolerance = 1e-12 * n * Math.max(...affinity);
    expect(Math.abs(found.value - plain.value)).toBeLessThanOrEqual(tolerance);
    expect(found.dualBound - found.value).toBeLessThanOrEqual(tolerance);
  });
});

describe.each(TIERS)('the optimal assignment (%s)', (tier) => {
  test.each(read('assignment.json') as Case[])('finds the maximum of SciPy: $kind, $rows×$columns', (golden) => {
    const { rows, columns } = golden;
    const result = assign(Float32Array.from(golden.affinity), rows, columns, { tier });
    expectMatching(result.columns, rows, columns);
    const scale = Math.max(...golden.affinity.map(Math.abs)) * rows;
    expect(Math.abs(result.value - golden.maximum)).toBeLessThanOrEqual(1e-9 * scale);
    expect(result.dualBound).toBeGreaterThanOrEqual(result.value);
    expect(result.dualBound - result.value).toBeLessThanOrEqual(1e-9 * scale);
  });

  it('equals brute force on small problems of any shape and with many ties', () => {
    const values = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.double({ min: -1e3, max: 1e3, noNaN: true }).map(Math.fround),
    );
    const problem = fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
      .chain(([rows, columns]) =>
        fc
          .array(values, { minLength: rows * columns, maxLength: rows * columns })
          .map((list) => ({ rows, columns, list })),
      );
    fc.assert(
      fc.property(problem, ({ rows, columns, list }) => {
        const result = assign(Float32Array.from(list), rows, columns, { tier });
        expectMatching(result.columns, rows, columns);
        const scale = Math.max(1e-30, ...list.map(Math.abs));
        expect(Math.abs(result.value - bruteForce(list, rows, columns))).toBeLessThanOrEqual(1e-11 * scale);
      }),
      { numRuns: 200 },
    );
  });

  const degenerate: Record<string, (n: number) => Float32Array> = {
    constant: (n) => new Float32Array(n * n).fill(3.3),
    zero: (n) => new Float32Array(n * n),
    'rank-1': (n) =>
      Float32Array.from({ length: n * n }, (_, k) => Math.cos(Math.floor(k / n)) * Math.sin(1 + (k % n))),
    'distinct vectors repeated': (n) => {
      const few = featureAffinity(16, 8, 3);
      return Float32Array.from({ length: n * n }, (_, k) => few[(Math.floor(k / n) % 16) * 16 + (((k % n) * 7) % 16)]!);
    },
    'zero rows and columns': (n) => {
      const values = featureAffinity(n, 16, 4);
      return values.map((value, k) => (Math.floor(k / n) % 5 < 2 || (k % n) % 5 < 2 ? 0 : value));
    },
    'two levels': (n) => Float32Array.from(normals(n, n, 5), (value) => (value > 0 ? 1 : 0)),
    'tenths, which are no float32 steps': (n) =>
      Float32Array.from(normals(n, n, 6), (value) => Math.round(value * 10) / 10),
    'far from 0': (n) => Float32Array.from(normals(n, n, 7), (value) => 1e6 + value),
    'far below 0': (n) => Float32Array.from(normals(n, n, 8), (value) => -1e6 + value),
    'one dominant row': (n) => Float32Array.from(normals(n, n, 9), (value, k) => (k < n ? 1e6 * value : value)),
    'one dominant column': (n) =>
      Float32Array.from(normals(n, n, 10), (value, k) => (k % n === 3 ? 1e6 * value : value)),
    blocks: (n) =>
      Float32Array.from({ length: n * n }, (_, k) => ((Math.floor(k / n / 8) * 5 + ((k % n) >> 3) * 3) % 7) / 3),
    'columns that no row wants': (n) =>
      Float32Array.from(normals(n, n, 11), (value, k) => (k % n < n / 3 ? value - 50 - (k % n) : value)),
    'levels, three rows after the same two columns': (n) =>
      Float32Array.from(normals(n, n, 12), (value, k) => {
        const top = k % n < 2;
        return Math.floor(k / n) % 20 < 3 ? (top ? 4 : 0) : Math.min(3, Math.max(0, Math.round(value + 1)));
      }),
  };
  test.each(Object.entries(degenerate))('closes the gap on degenerate input: %s', (_name, make) => {
    for (const n of [12, 16, 17, 40, 49, 64, 65, 100]) {
      const values = make(n);
      const result = assign(values, n, n, { tier });
      expectMatching(result.columns, n, n);
      const inDoubles = assign(Float64Array.from(values), n, n);
      expect(result.value).toBeCloseTo(inDoubles.value, 9 - Math.ceil(Math.log10(1 + Math.abs(inDoubles.value))));
      const scale = n * values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
      expect(result.dualBound - result.value).toBeLessThanOrEqual(1e-11 * scale);
    }
  });

  it('finds the row maxima where they lie in different columns, and where each row has several', () => {
    const n = 150;
    const order = Int32Array.from({ length: n }, (_, i) => (i * 67 + 11) % n);
    const single = Float32Array.from(normals(n, n, 13), (value, k) =>
      k % n === order[Math.floor(k / n)] ? 10 + (k % 7) : value,
    );
    expect(assign(single, n, n, { tier }).columns).toEqual(order);
    // Row i may have columns i and i + 1, the last row only column 0: every row has to give way.
    const chain = Float32Array.from({ length: n * n }, (_, k) => {
      const [i, j] = [Math.floor(k / n), k % n];
      return j === (i + 1) % n || (j === i && i < n - 1) ? 2 : (j % 3) / 4;
    });
    const { value, dualBound } = assign(chain, n, n, { tier });
    expect([value, dualBound]).toEqual([2 * n, 2 * n]);
  });

  it('does not depend on scale, down to the permutation', () => {
    const values = featureAffinity(60, 8, 1);
    const expected = assign(values, 60, 60, { tier });
    for (const exponent of [-120, -40, -20, 20, 40, 100]) {
      const scaled = assign(
        values.map((value) => value * 2 ** exponent),
        60,
        60,
        { tier },
      );
      expect(scaled.columns).toEqual(expected.columns);
      expect(scaled.value).toBe(expected.value * 2 ** exponent);
    }
  });

  it('keeps its maximum when rows and columns are permuted or transposed', () => {
    const [rows, columns] = [30, 44];
    const values = featureAffinity(rows, 6, 2, columns);
    const random = createRandom(5);
    const p = random.permutation(rows);
    const q = random.permutation(columns);
    const { value } = assign(values, rows, columns, { tier });
    const permuted = Float32Array.from({ length: values.length }, (_, k) => {
      return values[p[Math.floor(k / columns)]! * columns + q[k % columns]!]!;
    });
    const transposed = Float32Array.from({ length: values.length }, (_, k) => {
      return values[(k % rows) * columns + Math.floor(k / rows)]!;
    });
    expect(assign(permuted, rows, columns, { tier }).value).toBeCloseTo(value, 8);
    expect(assign(transposed, columns, rows, { tier }).value).toBeCloseTo(value, 8);
  });

  it('matches every map with itself by the identity value', () => {
    const random = createRandom(11);
    const features = Float64Array.from({ length: 80 * 6 }, () => random.normal());
    const affinity = new Float32Array(80 * 80);
    let trace = 0;
    for (let i = 0; i < 80; i++)
      for (let j = 0; j < 80; j++) {
        let sum = 0;
        for (let k = 0; k < 6; k++) sum += features[i * 6 + k]! * features[j * 6 + k]!;
        affinity[i * 80 + j] = sum;
        if (i === j) trace += affinity[i * 80 + j]!;
      }
    expect(assign(affinity, 80, 80, { tier }).value).toBeCloseTo(trace, 8);
  });
});

describe('tiers', () => {
  it('agree on the maximum at sizes above and below every switch of algorithm', () => {
    for (const n of [16, 17, 63, 65, 130, 512, 520, 905]) {
      const values = featureAffinity(n, 12, n);
      const simd = assign(values, n, n);
      const plain = assign(values, n, n, { tier: 'plain' });
      expect(plain.tier).toBe('plain');
      expect(Math.abs(simd.value / plain.value - 1)).toBeLessThan(1e-12);
      expect(simd.dualBound / simd.value - 1).toBeLessThan(1e-12);
    }
  });

  it('agree on rectangles from thin to nearly square', () => {
    for (const [rows, columns] of [
      [1, 50],
      [3, 700],
      [49, 196],
      [100, 103],
      [196, 49],
    ] as const) {
      const values = featureAffinity(rows, 8, rows, columns);
      const simd = assign(values, rows, columns);
      expectMatching(simd.columns, rows, columns);
      const plain = assign(values, rows, columns, { tier: 'plain' });
      expect(Math.abs(simd.value / plain.value - 1)).toBeLessThan(1e-12);
    }
  });
});

describe('the golden maxima', () => {
  const golden = read('representations.json').assignment_maximum;
  const formulas: Record<string, (i: number, j: number) => number> = {
    smooth: (i, j) => Math.sin(0.013 * (i + 1) * (j + 2)) + 0.5 * Math.cos(0.7 * i - 1.1 * j),
    tied: (i, j) => (7 * i + 13 * j + ((i * j) % 11)) % 17,
    rank1: (i, j) => Math.cos(i) * Math.sin(1 + j),
  };
  const cases = Object.entries(golden.values as Record<string, Record<string, number>>).flatMap(([n, values]) =>
    Object.entries(values).map(([name, maximum]) => ({ n: Number(n), name, maximum })),
  );
  test.each(cases)('$name of size $n', ({ n, name, maximum }) => {
    const doubles = Float64Array.from({ length: n * n }, (_, k) => formulas[name]!(Math.floor(k / n), k % n));
    expect(Math.abs(assign(doubles, n, n).value - maximum)).toBeLessThanOrEqual(1e-9);
    // In 32 bits the affinities themselves are rounded by up to 6e-8 each.
    expect(Math.abs(assign(Float32Array.from(doubles), n, n).value - maximum)).toBeLessThanOrEqual(1.2e-7 * n);
  });
});

describe('approximate methods', () => {
  const n = 70;
  const values = featureAffinity(n, 10, 77);
  const best = assign(values, n, n).value;
  const random = createRandom(3);
  const norms = () => Float64Array.from({ length: n }, () => random.next());
  const rowNorms = norms();
  const columnNorms = norms();

  test.each([
    { method: 'batch-optimal', batchSize: 16 },
    { method: 'batch-optimal', batchSize: 16, normOrder: 'descending' },
    { method: 'greedy' },
    { method: 'global-greedy' },
    { method: 'topk-greedy', topk: 20 },
    { method: 'circular-shift', extent: { height: 7, width: 10 } },
    { method: 'none' },
  ] satisfies AssignOptions[])('%o is a matching below the optimum', (options) => {
    const result = assign(values, n, n, options);
    expectMatching(result.columns, n, n);
    expect(result.value).toBeLessThanOrEqual(best);
    expect(result.dualBound).toBeGreaterThanOrEqual(best);
    expect(result.method).toBe(options.method);
  });

  test.each([
    { method: 'batch-optimal', batchSize: n },
    { method: 'topk-greedy', topk: n },
  ] satisfies AssignOptions[])('%o is the optimum where the window holds everything', (options) => {
    expect(assign(values, n, n, { ...options, rowNorms, columnNorms }).value).toBeCloseTo(best, 8);
  });

  it('cuts batches by norm in either order, the last one short', () => {
    const affinity = Float32Array.from([9, 1, 1, 1, 1, 1, 1, 8, 1, 1, 7, 1, 1, 1, 1, 9]);
    const options = { rowNorms: [1, 2, 3, 4], columnNorms: [1, 2, 3, 4], batchSize: 3 } as const;
    expect([...assign(affinity, 4, 4, { method: 'batch-optimal', ...options }).columns]).toEqual([0, 1, 2, 3]);
    // Ascending: {0, 1, 2} with {0, 1, 2}; descending: {3, 2, 1} with {3, 2, 1}, so that row 1 may not take column 0 …
    const swapped = Float32Array.from([1, 1, 9, 1, 9, 1, 1, 1, 1, 9, 1, 1, 1, 1, 1, 5]);
    expect(assign(swapped, 4, 4, { method: 'batch-optimal', ...options }).value).toBe(9 + 9 + 9 + 5);
    expect(assign(swapped, 4, 4, { method: 'batch-optimal', ...options, normOrder: 'descending' }).columns[0]).toBe(0);
  });

  it('breaks ties of norms by index', () => {
    const equal = new Float64Array(n).fill(1);
    const options = { method: 'batch-optimal', batchSize: 20, rowNorms: equal, columnNorms: equal } as const;
    const { columns } = assign(values, n, n, options);
    for (let i = 0; i < n; i++) expect(Math.floor(columns[i]! / 20)).toBe(Math.floor(i / 20));
  });

  it('lets the greedy row of largest norm choose first', () => {
    const affinity = Float32Array.from([5, 4, 9, 1]);
    expect([...assign(affinity, 2, 2, { method: 'greedy', rowNorms: [2, 1] }).columns]).toEqual([0, 1]);
    expect([...assign(affinity, 2, 2, { method: 'greedy', rowNorms: [1, 2] }).columns]).toEqual([1, 0]);
    expect([...assign(affinity, 2, 2, { method: 'global-greedy' }).columns]).toEqual([1, 0]);
  });

  it('looks at every column, unlike the published code', () => {
    const affinity = Float32Array.from([1, 0, 5, 2, 6, 0, 3, 0, 0]);
    expect([...assign(affinity, 3, 3, { method: 'greedy', rowNorms: [3, 2, 1] }).columns]).toEqual([2, 1, 0]);
  });

  it('undoes a shift of the whole map', () => {
    const [height, width] = [5, 6];
    const positions = height * width;
    const codes = normals(positions, 40, 4);
    const shifted = (s: number) => ((Math.floor(s / width) + 2) % height) * width + (((s % width) + 4) % width);
    const affinity = new Float32Array(positions * positions);
    for (let i = 0; i < positions; i++)
      for (let j = 0; j < positions; j++) {
        let sum = 0;
        for (let k = 0; k < 40; k++) sum += codes[i * 40 + k]! * codes[j * 40 + k]!;
        affinity[i * positions + shifted(j)] = sum;
      }
    const result = assign(affinity, positions, positions, { method: 'circular-shift', extent: { height, width } });
    expect([...result.columns]).toEqual(Array.from({ length: positions }, (_, s) => shifted(s)));
  });

  it('leaves rows unmatched where columns run out', () => {
    const tall = normals(9, 4, 12);
    for (const method of ['batch-optimal', 'greedy', 'global-greedy', 'topk-greedy', 'none'] as const) {
      expectMatching(assign(tall, 9, 4, { method, batchSize: 2, topk: 2 }).columns, 9, 4);
      expectMatching(assign(tall, 4, 9, { method, batchSize: 3, topk: 2 }).columns, 4, 9);
    }
  });
});

describe('what is refused', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'an affinity of %d, with its place',
    (bad) => {
      for (const n of [4, 20, 70]) {
        const values = normals(n, n, 1);
        values[n + 2] = bad;
        for (const method of ['optimal', 'greedy', 'none'] as const)
          expect(() => assign(values, n, n, { method })).toThrow(/row 1, column 2/);
        expect(() => assign(values, n, n, { tier: 'plain' })).toThrow(UsageError);
      }
    },
  );

  it('shapes and options that do not fit', () => {
    const values = normals(3, 3, 1);
    expect(() => assign(values, 3, 4)).toThrow('9 values, which is not 3×4');
    expect(() => assign(values, 3, 3, { method: 'greedy', rowNorms: [1] })).toThrow('1 values for 3 rows');
    expect(() => assign(values, 3, 3, { method: 'batch-optimal', batchSize: 0 })).toThrow('batchSize');
    expect(() => assign(values, 3, 3, { method: 'best' as never })).toThrow('no matching method');
    const extent = { height: 2, width: 2 };
    expect(() => assign(values, 3, 3, { method: 'circular-shift', extent })).toThrow(IncomparableError);
  });

  it('nothing about an empty problem', () => {
    expect(assign(new Float32Array(0), 0, 0)).toMatchObject({ value: 0, dualBound: 0 });
    expect([...assign(new Float32Array(0), 2, 0).columns]).toEqual([-1, -1]);
  });
});
