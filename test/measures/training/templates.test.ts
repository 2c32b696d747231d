import { describe, expect, it } from 'vitest';
import { IncomparableError, UsageError } from '#src/base/errors.ts';
import { splitTemplates, templateCosines } from '#src/measures/training/split-templates.ts';
import { mistakeHistogram, typicality } from '#src/measures/training/typicality.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';

const matrix = (...rows: number[][]): Matrix32 => ({
  rows: rows.length,
  cols: rows[0]!.length,
  data: Float32Array.from(rows.flat()),
});
const features = matrix([1, 0], [0, 1], [4, 3], [0, 2], [3, 4]);
const target = [0, 0, 2, 2, 2];
const prediction = [0, 1, 2, 2, 1];

describe('splitTemplates', () => {
  it('averages all, right and wrong samples of each class', () => {
    const { all, correct, wrong } = splitTemplates(features, target, 3, prediction);
    expect([...all.templates.data].map((x) => Number(x.toFixed(6)))).toEqual([0.5, 0.5, 0, 0, 2.333333, 3]);
    expect([...correct!.templates.data]).toEqual([1, 0, 0, 0, 2, 2.5]);
    expect([...wrong!.templates.data]).toEqual([0, 1, 0, 0, 3, 4]);
    expect([all, correct!, wrong!].map(({ counts }) => [...counts])).toEqual([
      [2, 0, 3],
      [1, 0, 2],
      [1, 0, 1],
    ]);
  });

  it('gives only those of all samples without predictions', () => {
    const found = splitTemplates(features, target, 3);
    expect([...found.all.counts]).toEqual([2, 0, 3]);
    expect(found.correct).toBeUndefined();
    expect(() => typicality(found)).toThrow(UsageError);
  });

  it('names what is wrong with its input', () => {
    expect(() => splitTemplates(features, [0, 1], 3)).toThrow(IncomparableError);
    expect(() => splitTemplates(features, [0, 0, 3, 0, 0], 3)).toThrow('The target of sample 2 is 3');
    expect(() => splitTemplates(matrix([1, Number.NaN]), [0], 1)).toThrow('The features of sample 0 hold NaN');
  });
});

describe('typicality', () => {
  it('is the cosine to the templates of all, averaged over the classes that have such samples', () => {
    const found = typicality(splitTemplates(features, target, 3, prediction));
    const expected = [Math.SQRT1_2, Number.NaN, (2 * (7 / 3) + 2.5 * 3) / Math.hypot(2, 2.5) / Math.hypot(7 / 3, 3)];
    expect(found.correct.perClass[0]).toBeCloseTo(expected[0]!, 6);
    expect(found.correct.perClass[1]).toBeNaN();
    expect(found.correct.perClass[2]).toBeCloseTo(expected[2]!, 6);
    expect(found.correct).toMatchObject({ classes: 2 });
    expect(found.correct.cosine).toBeCloseTo((expected[0]! + expected[2]!) / 2, 6);
  });

  it('stands against a random split of the same sizes: random features show none, planted ones do', () => {
    const [classes, width, samples] = [20, 16, 2000];
    const random = createRandom(4);
    const targets = Uint32Array.from({ length: samples }, () => random.below(classes));
    // Seven of ten are wrong.
    const predictions = targets.map((t) => (random.next() < 0.7 ? (t + 1 + random.below(classes - 1)) % classes : t));
    const centres = Float64Array.from({ length: classes * width }, () => random.normal());
    const made = (shift: number): Matrix32 => ({
      rows: samples,
      cols: width,
      data: Float32Array.from({ length: samples * width }, (_, k) => {
        const i = Math.floor(k / width);
        const isWrong = predictions[i] !== targets[i];
        const moved = k % width === 0 ? shift * (isWrong ? 1 : -7 / 3) : 0;
        return centres[targets[i]! * width + (k % width)]! + 3 * random.normal() + moved;
      }),
    });
    const none = typicality(splitTemplates(made(0), targets, classes, predictions));
    expect(none.wrong.cosine! - none.correct.cosine!).toBeGreaterThan(0.02);
    for (const kind of ['correct', 'wrong'] as const) {
      const { difference, interval, classes: counted } = none.excess![kind]!;
      expect(counted).toBe(classes);
      expect(interval!.low).toBeLessThan(0);
      expect(interval!.high).toBeGreaterThan(0);
      expect(Math.abs(difference)).toBeLessThan(0.02);
    }
    const planted = typicality(splitTemplates(made(2), targets, classes, predictions)).excess!;
    expect(planted.wrong!.interval!.high).toBeLessThan(0);
    expect(planted.correct!.interval!.high).toBeLessThan(0);
  });

  it('has no interval of fewer than five classes, of which 1.96 standard errors hold far less than 95 %', () => {
    const random = createRandom(5);
    const of = (classes: number) => {
      const samples = 60 * classes;
      const targets = Uint32Array.from({ length: samples }, (_, i) => i % classes);
      const predictions = targets.map((t) => (random.next() < 0.5 ? (t + 1) % classes : t));
      const data = Float32Array.from({ length: samples * 8 }, () => random.normal());
      return typicality(splitTemplates({ rows: samples, cols: 8, data }, targets, classes, predictions)).excess!.wrong!;
    };
    expect(of(4)).toMatchObject({ classes: 4, interval: null });
    const { difference, interval } = of(5);
    expect(interval!.high - difference).toBeCloseTo(difference - interval!.low, 12);
  });

  it('splits at random into parts of the sizes of right and wrong, which make up the whole', () => {
    const { all, correct, wrong, random } = splitTemplates(features, target, 3, prediction);
    expect(random!.correct.counts).toEqual(correct!.counts);
    expect(random!.wrong.counts).toEqual(wrong!.counts);
    for (let k = 0; k < 6; k++) {
      const c = Math.floor(k / 2);
      const together =
        correct!.counts[c]! * random!.correct.templates.data[k]! + wrong!.counts[c]! * random!.wrong.templates.data[k]!;
      expect(together).toBeCloseTo(all.counts[c]! * all.templates.data[k]!, 5);
    }
  });

  it('has no value where no class has mistakes', () => {
    const found = typicality(splitTemplates(features, target, 3, target));
    expect(found.wrong).toMatchObject({ cosine: null, classes: 0 });
    expect(found.correct.cosine).toBeCloseTo(1, 7);
  });
});

describe('mistakeHistogram', () => {
  it('counts the wrong samples by their cosine to the template of their class', () => {
    const { all } = splitTemplates(features, target, 3, prediction);
    const cosines = templateCosines(features, target, all.templates);
    expect(cosines[1]).toBeCloseTo(Math.SQRT1_2, 6);
    const found = mistakeHistogram(target, prediction, cosines, { bins: 4 });
    expect([...found.counts]).toEqual([0, 0, 0, 2]);
    expect([...found.edges]).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(found).toMatchObject({ mistakes: 2, uncounted: 0 });
  });

  it('counts what it leaves out, and the upper edge', () => {
    const found = mistakeHistogram([0, 0, 0, 0], [1, 1, 1, 0], [1, Number.NaN, -0.2, 0.5], { bins: 2, range: [0, 1] });
    expect([...found.counts]).toEqual([0, 1]);
    expect(found).toMatchObject({ mistakes: 3, uncounted: 2 });
  });

  it('counts every mistake once', () => {
    const random = createRandom(4);
    const n = 500;
    const [a, b] = [0, 1].map(() => Array.from({ length: n }, () => random.below(3)));
    const found = mistakeHistogram(
      a!,
      b!,
      Array.from({ length: n }, () => random.next() * 2 - 1),
    );
    expect(found.counts.reduce((sum, count) => sum + count, 0)).toBe(found.mistakes);
    expect(found.mistakes).toBe(a!.filter((t, i) => t !== b![i]).length);
  });
});
