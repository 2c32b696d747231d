import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { clusterOrder } from '#src/clustering/cluster-order.ts';
import { dendrogram, leafOrder } from '#src/clustering/dendrogram.ts';
import { averageLinkage, type Linkage } from '#src/clustering/linkage.ts';
import { optimalLeafOrder } from '#src/clustering/optimal-leaf-order.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix } from '#src/tensor/matrix.ts';

interface Case {
  name: string;
  n: number;
  distances: number[];
  linkage: [number, number, number, number][];
  leaves: number[];
  cophenetic: number[];
  scipyLength: number;
}
const golden = JSON.parse(readFileSync(new URL('../golden/clustering.json', import.meta.url), 'utf8'));
const cases = golden.cases as Case[];

function squareOf(n: number, condensed: ArrayLike<number>): Matrix {
  const data = new Float64Array(n * n);
  let k = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) data[i * n + j] = data[j * n + i] = condensed[k++]!;
  return { rows: n, cols: n, data };
}

function lengthOf(distances: Matrix, order: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 1; k < order.length; k++) sum += distances.data[order[k - 1]! * distances.cols + order[k]!]!;
  return sum;
}

function randomDistances(n: number, seed: number): Matrix {
  const random = createRandom(seed);
  return squareOf(
    n,
    Float64Array.from({ length: (n * (n - 1)) / 2 }, () => random.next()),
  );
}

/**
 * Cophenetic distances: for each pair i < j, row by row, the height of the merge that first joins them. SciPy's
 * `cophenet`.
 */
function copheneticDistances(linkage: Linkage): Float64Array {
  const { n, left, right, heights } = linkage;
  const out = new Float64Array((n * (n - 1)) / 2);
  const members: number[][] = Array.from({ length: n }, (_, i) => [i]);
  for (let k = 0; k < n - 1; k++) {
    const a = members[left[k]!]!;
    const b = members[right[k]!]!;
    for (const x of a) {
      for (const y of b) {
        const i = Math.min(x, y);
        const j = Math.max(x, y);
        out[(i * (2 * n - i - 3)) / 2 + j - 1] = heights[k]!;
      }
    }
    members.push([...a, ...b]);
    members[left[k]!] = members[right[k]!] = [];
  }
  return out;
}

describe.each(cases)('clustering as SciPy: $name', ({ n, distances, linkage, leaves, cophenetic, scipyLength }) => {
  const matrix = squareOf(n, distances);
  const found = averageLinkage(matrix);

  it('has the same merges', () => {
    for (const [k, [left, right, height, size]] of linkage.entries()) {
      expect([found.left[k], found.right[k], found.sizes[k]]).toEqual([left, right, size]);
      expect(found.heights[k]).toBeCloseTo(height, 12);
    }
    expect([...leafOrder(found)]).toEqual(leaves);
  });

  it('has the same cophenetic distances', () => {
    for (const [k, distance] of copheneticDistances(found).entries()) expect(distance).toBeCloseTo(cophenetic[k]!, 12);
  });

  it('has a leaf order at least as short', () => {
    const order = optimalLeafOrder(matrix, found);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    expect(lengthOf(matrix, order)).toBeLessThan(scipyLength + 1e-9);
  });
});

describe('optimalLeafOrder', () => {
  it('keeps every cluster together, and no order that does is shorter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer(), (n, seed) => {
        const distances = randomDistances(n, seed);
        const linkage = averageLinkage(distances);
        const order = optimalLeafOrder(distances, linkage);
        for (const [k, { first, last }] of dendrogram(linkage, order).entries())
          expect(last - first + 1).toBe(linkage.sizes[k]);
        // Every order without crossings is a choice, for each merge, of which side comes first.
        let shortest = Number.POSITIVE_INFINITY;
        for (let flips = 0; flips < 2 ** (n - 1); flips++) {
          const leavesOf = (cluster: number): number[] => {
            if (cluster < n) return [cluster];
            const a = leavesOf(linkage.left[cluster - n]!);
            const b = leavesOf(linkage.right[cluster - n]!);
            return (flips >> (cluster - n)) & 1 ? [...b, ...a] : [...a, ...b];
          };
          shortest = Math.min(shortest, lengthOf(distances, leavesOf(2 * n - 2)));
        }
        expect(lengthOf(distances, order)).toBeCloseTo(shortest, 10);
      }),
      { numRuns: 60 },
    );
  });

  it('stops when it is told to', () => {
    const distances = randomDistances(12, 1);
    const linkage = averageLinkage(distances);
    expect(() => optimalLeafOrder(distances, linkage, { signal: AbortSignal.abort() })).toThrow(/abort/i);
    expect(() => optimalLeafOrder(randomDistances(5, 1), linkage)).toThrow(UsageError);
  });
});

describe('averageLinkage', () => {
  it('does not depend on the order of the things', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.integer(), (n, seed) => {
        const distances = randomDistances(n, seed);
        const order = createRandom(seed).permutation(n);
        const permuted = squareOf(n, []);
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++) permuted.data[i * n + j] = distances.data[order[i]! * n + order[j]!]!;
        const a = averageLinkage(distances).heights;
        const b = averageLinkage(permuted).heights;
        for (let k = 0; k < n - 1; k++) expect(b[k]).toBeCloseTo(a[k]!, 10);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses what cannot be clustered', () => {
    expect(() => averageLinkage({ rows: 2, cols: 3, data: new Float64Array(6) })).toThrow(/square/);
    expect(() => averageLinkage({ rows: 1, cols: 1, data: new Float64Array(1) })).toThrow(/at least two/);
    expect(() => averageLinkage(squareOf(3, [1, Number.NaN, 2]))).toThrow(/between 0 and 2/);
  });
});

describe('clusterOrder', () => {
  it('puts blocks together and what has no value last', () => {
    const n = 9;
    const similarity = squareOf(n, []);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        similarity.data[i * n + j] = i === 4 || j === 4 ? Number.NaN : i % 3 === j % 3 ? 0.9 : 0.1;
    const { order, clustered, linkage } = clusterOrder(similarity);
    expect([...clustered]).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
    expect(linkage!.n).toBe(8);
    expect(order[8]).toBe(4);
    const blocks = [...order].slice(0, 8).map((i) => i % 3);
    expect(blocks.filter((block, k) => k > 0 && block !== blocks[k - 1]).length).toBe(2);
    expect([...clusterOrder(similarity, { optimal: false }).order].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('gives indices as they are where nothing can be clustered', () => {
    expect(clusterOrder(squareOf(1, []))).toMatchObject({ linkage: null });
    expect([...clusterOrder({ rows: 2, cols: 2, data: new Float64Array(4).fill(Number.NaN) }).order]).toEqual([0, 1]);
  });
});
