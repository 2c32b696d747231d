import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IncomparableError } from '#src/base/errors.ts';
import { neighbourRank, neighbours, neighboursInRow, rankInRow } from '#src/measures/class-similarity/neighbours.ts';
import { mostDifferentPairs, rankDifference, similarityRanks } from '#src/measures/class-similarity/rank-difference.ts';
import { createRandom } from '#src/statistics/random.ts';
import { type Matrix32, row } from '#src/tensor/matrix.ts';

function randomMatrix(n: number, seed: number, steps = 1e6): Matrix32 {
  const random = createRandom(seed);
  const data = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    data[i * n + i] = 1;
    for (let j = i + 1; j < n; j++) data[i * n + j] = data[j * n + i] = random.below(steps) / steps;
  }
  return { rows: n, cols: n, data };
}

describe('similarityRanks', () => {
  it('goes from 0 to 1, ties in the middle of their places', () => {
    const matrix = { rows: 3, cols: 3, data: Float32Array.of(1, 0.2, 0.7, 0.2, 1, 0.7, 0.7, 0.7, 1) };
    // Off the diagonal: 0.2 twice (places 1, 2 of 6) and 0.7 four times (3 … 6).
    const ranks = similarityRanks(matrix).data;
    const expected = [1, 0.1, 0.7, 0.1, 1, 0.7, 0.7, 0.7, 1];
    for (const [k, share] of expected.entries()) expect(ranks[k]).toBeCloseTo(share, 6);
  });

  it('does not change under a rising map of the values', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.integer(), (n, seed) => {
        const matrix = randomMatrix(n, seed, 5);
        const bent = { ...matrix, data: matrix.data.map((value) => Math.exp(3 * value) - 7) };
        expect(similarityRanks(bent)).toEqual(similarityRanks(matrix));
      }),
    );
  });

  it('keeps an asymmetric matrix asymmetric, and leaves out what has no value', () => {
    const ranks = similarityRanks({ rows: 2, cols: 2, data: Float32Array.of(1, 0.1, 0.9, 1) });
    expect([...ranks.data]).toEqual([1, 0, 1, 1]);
    const part = similarityRanks({ rows: 2, cols: 2, data: Float32Array.of(1, Number.NaN, 0.9, 1) });
    expect([...part.data]).toEqual([1, Number.NaN, 0, 1]);
  });
});

describe('rankDifference', () => {
  it('is 0 of a matrix and itself, and changes its sign with the order of the two', () => {
    const [a, b] = [randomMatrix(20, 1), randomMatrix(20, 2)];
    expect(rankDifference(a, a).data.every((value) => value === 0)).toBe(true);
    const back = rankDifference(b, a).data;
    expect(rankDifference(a, b).data.every((value, k) => value === -back[k]! || value === back[k])).toBe(true);
  });

  it('refuses matrices of different sizes with both', () => {
    expect(() => rankDifference(randomMatrix(3, 1), randomMatrix(4, 1))).toThrow(IncomparableError);
    expect(() => rankDifference(randomMatrix(3, 1), randomMatrix(4, 1))).toThrow(/3 and 4 classes/);
  });
});

describe('mostDifferentPairs', () => {
  it('gives what sorting all pairs gives', () => {
    for (const limit of [1, 10, 100, 10_000]) {
      const difference = rankDifference(randomMatrix(60, 3), randomMatrix(60, 4));
      const all = [];
      for (let first = 0; first < 60; first++)
        for (let second = first + 1; second < 60; second++)
          all.push({ first, second, difference: difference.data[first * 60 + second]! });
      all.sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || a.first - b.first || a.second - b.second);
      const expected = all.filter((pair) => pair.difference !== 0).slice(0, limit);
      expect(mostDifferentPairs(difference, limit)).toEqual(expected);
    }
  });
});

describe('a row alone', () => {
  it('has the neighbours and ranks of its matrix', () => {
    const matrix = randomMatrix(15, 5, 6);
    for (let i = 0; i < 15; i++) {
      expect(neighboursInRow(row(matrix, i), i)).toEqual(neighbours(matrix, i));
      for (let j = 0; j < 15; j++) expect(rankInRow(row(matrix, i), i, j)).toBe(neighbourRank(matrix, i, j));
    }
  });
});
