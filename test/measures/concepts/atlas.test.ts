import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreeingConcepts } from '#src/measures/concepts/atlas/agreeing-concepts.ts';
import { mergeLinked } from '#src/measures/concepts/atlas/merge-concepts.ts';

const matrix = (rows: number[][]) => ({
  rows: rows.length,
  cols: rows[0]!.length,
  data: Float64Array.from(rows.flat()),
});

describe('concepts of two models that are one', () => {
  const same = {
    correlations: matrix([
      [0.9, 0.6, 0.1],
      [0.7, 0.4, 0.2],
      [0, Number.NaN, 0.55],
    ]),
    similarity: [
      [0.8, 0.9, 0.5],
      [0.8, 0.9, 0.6],
    ],
    ceiling: [
      [0.9, 0.9, 0.9],
      [0.9, 0.9, 0.9],
    ],
  } as const;

  it('correlate most with one another', () => {
    // The second of the first model likes the first of the second best, which prefers another.
    expect(agreeingConcepts(same)).toEqual([
      { first: 0, second: 0, correlation: 0.9 },
      { first: 2, second: 2, correlation: 0.55 },
    ]);
  });

  it('are each represented by the other model, by half of their ceiling', () => {
    const one = (similarity: number | null, ceiling: number | null) =>
      agreeingConcepts({
        correlations: matrix([[0.9]]),
        similarity: [[similarity], [0.9]],
        ceiling: [[ceiling], [0.9]],
      });
    expect(one(0.45, 0.9)).toHaveLength(1);
    expect(one(0.44, 0.9)).toEqual([]);
    // A poor ceiling is no excuse to fail, nor is a missing one to pass.
    expect(one(0.2, 0.4)).toHaveLength(1);
    expect(one(null, 0.9)).toEqual([]);
    expect(one(0.5, null)).toEqual([]);
    expect(one(0, 0)).toEqual([]);
  });

  it('correlate by 0.5 or more', () => {
    const [similarity, ceiling] = [
      [[0.9], [0.9]],
      [[0.9], [0.9]],
    ] as const;
    const at = (value: number) => agreeingConcepts({ correlations: matrix([[value]]), similarity, ceiling });
    expect([at(0.5).length, at(0.49).length, at(-0.9).length, at(Number.NaN).length]).toEqual([1, 0, 0, 0]);
    expect(() => agreeingConcepts({ correlations: matrix([[1, 0]]), similarity, ceiling })).toThrow(
      'Correlations of 2 concepts do not belong to 1 similarities and 1 ceilings.',
    );
  });
});

describe('merging along links', () => {
  it('follows the strongest first and never brings together what excludes one another', () => {
    const links = [
      { a: 0, b: 2, strength: 0.6 },
      { a: 1, b: 2, strength: 0.9 },
      { a: 3, b: 4, strength: 0.5 },
    ];
    expect(mergeLinked(5, links, () => false)).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(mergeLinked(5, links, (a, b) => a + b === 1)).toEqual([[0], [1, 2], [3, 4]]);
  });

  it('is a partition whose groups hold no excluded pair, whatever the links', () => {
    const links = fc.array(
      fc.record({ a: fc.nat(11), b: fc.nat(11), strength: fc.double({ min: 0, max: 1, noNaN: true }) }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(links, fc.integer({ min: 2, max: 6 }), (some, models) => {
        const exclude = (a: number, b: number) => a !== b && a % models === b % models;
        const groups = mergeLinked(12, some, exclude);
        expect(groups.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
        for (const group of groups) for (const a of group) for (const b of group) expect(exclude(a, b)).toBe(false);
      }),
    );
  });
});
