import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { closestPairs } from '#src/measures/class-similarity/closest-pairs.ts';
import { familyContrast } from '#src/measures/class-similarity/population/family-contrast.ts';
import { histogram } from '#src/measures/class-similarity/population/histogram.ts';
import { pairPopularity } from '#src/measures/class-similarity/population/pair-popularity.ts';
import { correlateWithTrait } from '#src/measures/class-similarity/population/trait-correlation.ts';
import { createRandom } from '#src/statistics/random.ts';

const golden = JSON.parse(readFileSync(new URL('../../golden/population.json', import.meta.url), 'utf8'));
const recipe = parse(readFileSync(new URL('../../../recipes/ssad-2025.yaml', import.meta.url), 'utf8'));
interface PublishedModel {
  kind: string;
  parameters: number;
  accuracy: number;
  published: Record<string, number>;
}

describe('the 42 published networks', () => {
  const groups: Record<string, PublishedModel[]> = {
    all: recipe.models,
    cnn: recipe.models.filter((model: PublishedModel) => model.kind === 'cnn'),
    // The paper counts hybrids among the ViTs.
    vit: recipe.models.filter((model: PublishedModel) => model.kind !== 'cnn'),
  };

  test.each(Object.keys(groups))('%s: correlations with size and accuracy as SciPy has them', (group) => {
    const models = groups[group]!;
    expect(models).toHaveLength(golden.n[group]);
    for (const measure of ['cosine', 'spearman', 'kendall'])
      for (const [trait, key] of [
        ['size', 'parameters'],
        ['accuracy', 'accuracy'],
      ] as const) {
        const result = correlateWithTrait(
          models.map((model) => model.published[measure]!),
          models.map((model) => model[key]),
          { permutations: 99 },
        );
        const expected = golden[group][`ssad ${measure}`][trait];
        for (const name of ['pearson', 'spearman', 'kendall'] as const)
          expect(result[name]!.value, `${group} ${measure} ${trait} ${name}`).toBeCloseTo(expected[name], 12);
      }
  });
});

describe('correlation with a trait', () => {
  test('leaves out models without a value and counts the rest', () => {
    const result = correlateWithTrait([1, 2, null, 4, 5], [2, 4, 6, null, 10], { permutations: 99 });
    expect(result.n).toBe(3);
    expect(result.pearson!.value).toBeCloseTo(1, 12);
  });

  test('is missing for fewer than three models and for a constant side', () => {
    expect(correlateWithTrait([1, 2], [1, 2]).pearson).toBeNull();
    expect(correlateWithTrait([1, 2, 3], [5, 5, 5]).kendall).toBeNull();
  });

  test('p is the share of orders at least as extreme: 2 of 6 for three ordered models', () => {
    const { p } = correlateWithTrait([1, 2, 3], [1, 2, 3], { permutations: 20_000, seed: 1 }).spearman!;
    expect(p).toBeGreaterThan(0.31);
    expect(p).toBeLessThan(0.36);
  });
});

describe('families', () => {
  const block = (inside: number, outside: number) =>
    [0, 1, 2, 3, 4, 5].map((i) => [0, 1, 2, 3, 4, 5].map((j) => (i === j ? 1 : i % 2 === j % 2 ? inside : outside)));

  test('are told apart when models of one family are more alike', () => {
    const result = familyContrast(block(0.8, 0.2), ['a', 'b', 'a', 'b', 'a', 'b']);
    expect(result.within).toEqual({ mean: expect.closeTo(0.8, 12), pairs: 6 });
    expect(result.between).toEqual({ mean: expect.closeTo(0.2, 12), pairs: 9 });
    // Of the 10 ways to halve six models one is as good, so p is near 0.1.
    expect(result.p).toBeGreaterThan(0.08);
    expect(result.p).toBeLessThan(0.12);
  });

  test('that are not alike have p = 1', () => {
    expect(familyContrast(block(0.5, 0.5), ['a', 'b', 'a', 'b', 'a', 'b']).p).toBe(1);
  });

  test('need a pair within and a pair across', () => {
    expect(familyContrast(block(0.8, 0.2), ['a', 'a', 'a', 'a', 'a', 'a'])).toMatchObject({
      between: null,
      difference: null,
      p: null,
    });
    expect(familyContrast(block(0.8, 0.2), ['a', 'b', null, null, null, null])).toMatchObject({
      within: null,
      p: null,
    });
  });
});

test('a histogram loses no value and has the moments of the values', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 2, maxLength: 60 }), (values) => {
      const { counts, n, mean, edges } = histogram(values, { bins: 7, low: -1, high: 1 });
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(n);
      expect(edges).toHaveLength(8);
      expect(mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 9);
    }),
  );
});

test('pair popularity counts the models that rank a pair among their first', () => {
  const pair = (a: number, b: number) => ({ class: a, neighbour: b, similarity: 0, mutual: false });
  const rows = pairPopularity(
    [
      [pair(0, 1), pair(2, 3)],
      [pair(1, 0), pair(4, 5)],
      [pair(4, 5), pair(3, 2), pair(0, 1)],
    ],
    2,
  );
  expect(rows[1]).toEqual({ classes: [0, 1], ranks: [1, 1, 3], share: 2 / 3 });
  expect(rows.map(({ classes }) => classes.join())).toEqual(['4,5', '0,1', '2,3']);
});

test('ranks are those of the ranking with a row for each class, as the paper has them; folded ones by choice', () => {
  // The pairs (0, 1) and (2, 3) are mutual and stand twice each before (4, 0).
  const matrix = {
    rows: 5,
    cols: 5,
    data: Float64Array.of(
      ...[1, 0.9, 0.1, 0.1, 0.5],
      ...[0.9, 1, 0.1, 0.1, 0.1],
      ...[0.1, 0.1, 1, 0.8, 0.1],
      ...[0.1, 0.1, 0.8, 1, 0.1],
      ...[0.5, 0.1, 0.1, 0.1, 1],
    ),
  };
  const rankOf = (options: object, top: number) =>
    Object.fromEntries(
      pairPopularity([closestPairs(matrix, options)], top).map((row) => [row.classes.join('–'), row.ranks[0]]),
    );
  expect(rankOf({}, 5)).toEqual({ '0–1': 1, '2–3': 3, '0–4': 5 });
  expect(rankOf({}, 4)).toEqual({ '0–1': 1, '2–3': 3 });
  expect(rankOf({ unique: true }, 5)).toEqual({ '0–1': 1, '2–3': 2, '0–4': 3 });
});

test('a permutation p-value is uniform under independence', () => {
  const random = createRandom(4);
  const draw = () => Array.from({ length: 12 }, () => random.normal());
  const ps = Array.from(
    { length: 300 },
    (_, seed) => correlateWithTrait(draw(), draw(), { permutations: 99, seed }).spearman!.p,
  );
  const below = (limit: number): number => ps.filter((p) => p <= limit).length / ps.length;
  for (const limit of [0.1, 0.25, 0.5, 0.75]) expect(Math.abs(below(limit) - limit)).toBeLessThan(0.09);
});
