import { describe, expect, it, test } from 'vitest';
import { otherMeasures } from '#src/analyses/representations/comparison/other-measures.ts';
import { trueClasses } from '#src/analyses/representations/comparison/true-classes.ts';
import { plainOptions } from '#src/analyses/representations/option-table.ts';
import { COMPARISON_MEASURES } from '#src/measures/representations/comparison/measures/comparison-measures.ts';
import {
  featureCoordinates,
  featurePair,
} from '#src/measures/representations/comparison/measures/feature-coordinates.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

function normal(rows: number, cols: number, seed: number): Matrix64 {
  const random = createRandom(seed);
  return { rows, cols, data: Float64Array.from({ length: rows * cols }, () => random.normal()) };
}

function layer(name: string, channels: number, seed: number, images = 12) {
  const pooled = normal(images, channels, seed);
  const similarity = (): Matrix64 => {
    const square = normal(images, images, seed + 9);
    return {
      ...square,
      data: square.data.map((value, k) => value + square.data[(k % images) * images + Math.floor(k / images)]!),
    };
  };
  return { model: 'm', layer: name, pooled, semantic: similarity(), spatial: similarity() };
}

const all = COMPARISON_MEASURES.map(({ name }) => name);
const labels = Array.from({ length: 12 }, (_, i) => String(i % 3));

describe('measures beside CKA and RSA', () => {
  const layers = [layer('a', 4, 1), layer('b', 11, 2), layer('c', 4, 1)];
  const models = [
    { id: 'm', logits: normal(12, 3, 1) },
    { id: 'n', logits: normal(12, 3, 2) },
  ];
  const found = otherMeasures(all, layers, models, labels, 5);

  it('are those asked for, with every layer against itself at its fixed value', () => {
    for (const measure of COMPARISON_MEASURES) {
      const maps =
        measure.on === 'features'
          ? [found.features[measure.name]!]
          : measure.on === 'matrices'
            ? Object.values(found.matrices[measure.name]!)
            : [found.outputs!.measures[measure.name]!];
      for (const map of maps) {
        for (const [i, row] of map.entries()) expect(row[i]).toBe(measure.same);
        if (!measure.directed) expect(map[0]![1]).toBe(map[1]![0]);
        // The third layer is the first one once more.
        if (measure.on !== 'outputs') expect(map[0]![2]).toBeCloseTo(measure.same, 12);
      }
    }
    expect(Object.keys(otherMeasures(['jaccard'], layers, models, labels, 5).matrices)).toEqual(['jaccard']);
    expect(otherMeasures(['jaccard'], layers, models, labels, 5)).toMatchObject({
      features: {},
      outputs: null,
      neighbours: 5,
    });
  });

  it('say a direction: R² of a wide layer from a narrow one, in the row of the narrow one', () => {
    const map = found.features['linear-regression']!;
    expect(map[1]![0]).toBeCloseTo(1, 10);
    expect(map[0]![1]).toBeLessThan(0.9);
  });

  it('are in both directions what the pair of layers gives on its own, and null for a layer that does not vary', () => {
    const still = { ...layer('d', 4, 3), pooled: { rows: 12, cols: 4, data: new Float64Array(48).fill(2) } };
    const onFeatures = COMPARISON_MEASURES.filter((measure) => measure.on === 'features');
    const some = [layers[0]!, layer('e', 6, 5), layers[1]!, still];
    const names = onFeatures.map(({ name }) => name);
    const { features } = otherMeasures(names, some, models, labels, 5);
    for (const { name, same, compare } of onFeatures)
      for (const [i, a] of some.entries())
        for (const [j, b] of some.entries()) {
          const alone = compare(featurePair(featureCoordinates(a.pooled), featureCoordinates(b.pooled)));
          const value = features[name]![i]![j];
          if (alone === null) expect(value).toBeNull();
          else expect(value).toBeCloseTo(i === j ? same : alone, 12);
        }
    expect(features.pwcca![0]![1]).not.toBe(features.pwcca![1]![0]);
    expect(features.cca![3]).toEqual([null, null, null, null]);
  });

  it('name the pairs with more dimensions together than images − 1, though neither has as many', () => {
    const asked = ['procrustes', 'cca', 'svcca', 'pwcca', 'linear-regression'];
    const wide = [layer('a', 7, 1, 13), layer('b', 8, 2, 13), layer('c', 4, 3, 13)];
    const { features, chance, notes } = otherMeasures(asked, wide, [], [], 5);
    expect(notes).toHaveLength(2);
    expect(notes[0]).toContain('mean CCA, PWCCA: two layers have more dimensions together than images − 1');
    expect(notes[0]).toContain('(m a – m b: 3 of 7)');
    // The least channel of one side holds less than 1 % of its variance.
    expect(notes[1]).toMatch(/^SVCCA: .*\(m a – m b: 2 of 7\)/);
    expect(features.cca![0]![1]).toBeGreaterThan(3 / 7);
    expect(Object.keys(chance)).toEqual(['cca', 'svcca', 'pwcca', 'linear-regression']);
    expect(chance['linear-regression']!.map((row) => row[2])).toEqual([7 / 12, 8 / 12, 4 / 12]);
    expect(Math.abs(chance.cca![0]![1]! - features.cca![0]![1]!)).toBeLessThan(0.1);
    expect(otherMeasures(['procrustes'], wide, [], [], 5)).toMatchObject({ chance: {}, notes: [] });
  });

  it('name the worst five of many such pairs, and say how many others there are', () => {
    const wide = [5, 6, 7, 8].map((channels) => layer(`w${channels}`, channels, channels, 9));
    const [note] = otherMeasures(['cca'], wide, [], [], 5).notes;
    expect(note).toMatch(/\(m w5 – m w8: 5 of 5; (.+; ){4}and 1 more\)/);
  });

  it('leave out of notes the dimensions that SVCCA does not take, and have no chance of what does not vary', () => {
    const narrow = [layer('a', 7, 1, 13), layer('b', 8, 2, 13)].map((each) => ({
      ...each,
      pooled: { ...each.pooled, data: each.pooled.data.map((v, k) => (k % each.pooled.cols === 0 ? 1e3 * v : v)) },
    }));
    expect(otherMeasures(['svcca'], narrow, [], [], 5).notes).toEqual([]);
    expect(otherMeasures(['cca'], narrow, [], [], 5).notes).toHaveLength(1);
    const still = { ...narrow[0]!, pooled: { ...narrow[0]!.pooled, data: new Float64Array(13 * 7) } };
    expect(otherMeasures(['cca'], [still, narrow[1]!], [], [], 5).chance.cca![0]).toEqual([null, null]);
  });

  it('give accuracy beside κ, and say what is missing', () => {
    const right = models[0]!.logits.data;
    const hits = labels.filter((label, i) => {
      const row = [...right.subarray(3 * i, 3 * i + 3)];
      return row.indexOf(Math.max(...row)) === Number(label);
    }).length;
    expect(found.outputs!.accuracy[0]).toEqual({ share: hits / 12, images: 12 });
    const none = otherMeasures(['error-consistency'], layers, [models[0]!, { id: 'n', logits: null }], labels, 5);
    expect(none.outputs!.measures['error-consistency']).toEqual([
      [1, null],
      [null, null],
    ]);
    expect(none.notes).toEqual(['n has no class scores for error consistency κ to compare.']);
  });
});

test('true classes: numbers, sorted names where there are as many, else none with the reason', () => {
  expect([...trueClasses(['2', '0', undefined], 3).classes!]).toEqual([2, 0, -1]);
  const named = trueClasses(['dog', 'ant', 'cat', 'dog'], 3);
  expect([...named.classes!]).toEqual([2, 0, 1, 2]);
  expect(named.note).toContain('Assumed: the 3 classes are the 3 labels in their sorted order');
  expect(trueClasses(['dog', 'cat'], 3)).toMatchObject({
    classes: null,
    note: expect.stringContaining('2 different labels'),
  });
  expect(trueClasses(['1', '3'], 3).classes).toBeNull();
  expect(trueClasses([undefined], 3)).toMatchObject({
    classes: null,
    note: expect.stringContaining('no image has a label'),
  });
});

test('the option: names of measures, for all pairs only', () => {
  expect(plainOptions({}).also).toEqual([]);
  expect(plainOptions({ also: ['svcca', 'jaccard'] }).also).toEqual(['svcca', 'jaccard']);
  expect(() => plainOptions({ also: ['ccaa' as 'cca'] })).toThrow('one of procrustes, cca');
  expect(() => plainOptions({ also: ['cca'], pairs: 100 })).toThrow('also is for all pairs of images');
});
