import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { IncomparableError, UsageError } from '#src/base/errors.ts';
import { answersOf } from '#src/measures/representations/comparison/measures/answers.ts';
import { chanceCorrelation } from '#src/measures/representations/comparison/measures/chance-correlation.ts';
import { COMPARISON_MEASURES } from '#src/measures/representations/comparison/measures/comparison-measures.ts';
import {
  featureCoordinates,
  featurePair,
} from '#src/measures/representations/comparison/measures/feature-coordinates.ts';
import { neighbourhood } from '#src/measures/representations/comparison/measures/neighbourhoods.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

interface PlainMatrix {
  rows: number;
  cols: number;
  data: number[];
}

const golden = JSON.parse(readFileSync(new URL('../../golden/comparison-measures.json', import.meta.url), 'utf8')) as {
  features: { name: string; x: PlainMatrix; y: PlainMatrix; values: Record<string, [number, number]> }[];
  chance: ({ images: number; p: number; q: number } & Record<string, number>)[];
  matrices: { name: string; a: PlainMatrix; b: PlainMatrix; k: number; values: Record<string, number> }[];
  outputs: { name: string; a: PlainMatrix; b: PlainMatrix; truth: number[]; disagreement: number; kappa: number }[];
};

const toMatrix = ({ rows, cols, data }: PlainMatrix): Matrix64 => ({ rows, cols, data: Float64Array.from(data) });

function measureOf<O extends 'features' | 'matrices' | 'outputs'>(name: string, on: O) {
  const measure = COMPARISON_MEASURES.find((one) => one.name === name);
  if (measure?.on !== on) throw new Error(`${name} is not a measure on ${on}`);
  return measure as Extract<(typeof COMPARISON_MEASURES)[number], { on: O }>;
}

const namesOn = (on: string): string[] => COMPARISON_MEASURES.filter((one) => one.on === on).map(({ name }) => name);

function onFeatures(name: string, x: Matrix64, y: Matrix64): number | null {
  return measureOf(name, 'features').compare(featurePair(featureCoordinates(x), featureCoordinates(y)));
}

function onMatrices(name: string, a: Matrix64, b: Matrix64, k: number): number | null {
  return measureOf(name, 'matrices').compare(neighbourhood(a, k), neighbourhood(b, k));
}

function normal(rows: number, cols: number, seed: number): Matrix64 {
  const random = createRandom(seed);
  return { rows, cols, data: Float64Array.from({ length: rows * cols }, () => random.normal()) };
}

function times(a: Matrix64, b: Matrix64): Matrix64 {
  const data = new Float64Array(a.rows * b.cols);
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.cols; k++)
      for (let j = 0; j < b.cols; j++) data[i * b.cols + j]! += a.data[i * a.cols + k]! * b.data[k * b.cols + j]!;
  return { rows: a.rows, cols: b.cols, data };
}

const map = ({ rows, cols, data }: Matrix64, change: (value: number, k: number) => number): Matrix64 => ({
  rows,
  cols,
  data: data.map(change),
});

const gram = (x: Matrix64): Matrix64 => {
  const transposed: Matrix64 = { rows: x.cols, cols: x.rows, data: new Float64Array(x.data.length) };
  for (let i = 0; i < x.rows; i++)
    for (let j = 0; j < x.cols; j++) transposed.data[j * x.rows + i] = x.data[i * x.cols + j]!;
  return times(x, transposed);
};

/** A product of reflections I − 2vvᵀ/vᵀv. */
function orthogonal(n: number, seed: number): Matrix64 {
  let found: Matrix64 = { rows: n, cols: n, data: new Float64Array(n * n) };
  for (let i = 0; i < n; i++) found.data[i * n + i] = 1;
  for (let r = 0; r < 3; r++) {
    const v = normal(n, 1, seed * 10 + r).data;
    const squares = v.reduce((sum, value) => sum + value * value, 0);
    const reflection: Matrix64 = { rows: n, cols: n, data: new Float64Array(n * n) };
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) reflection.data[i * n + j] = (i === j ? 1 : 0) - (2 * v[i]! * v[j]!) / squares;
    found = times(found, reflection);
  }
  return found;
}

/** Far from orthogonal, well away from singular. */
function invertible(n: number, seed: number): Matrix64 {
  const noise = normal(n, n, seed);
  return map(noise, (value, k) => 0.3 * value + (Math.floor(k / n) === k % n ? 1 + (k % n) : 0));
}

describe('the same by SciPy and scikit-learn', () => {
  test.each(golden.features.flatMap((each) => Object.keys(each.values).map((name) => ({ each, name }))))(
    '$name of $each.name',
    ({ each: { x, y, values }, name }) => {
      expect(onFeatures(name, toMatrix(x), toMatrix(y))).toBeCloseTo(values[name]![0], 11);
      expect(onFeatures(name, toMatrix(y), toMatrix(x))).toBeCloseTo(values[name]![1], 11);
    },
  );

  test.each(golden.matrices.flatMap((each) => namesOn('matrices').map((name) => ({ each, name }))))(
    '$name of $each.name',
    ({ each: { a, b, k, values }, name }) => {
      expect(onMatrices(name, toMatrix(a), toMatrix(b), k)).toBeCloseTo(values[name]!, 11);
      expect(onMatrices(name, toMatrix(b), toMatrix(a), k)).toBeCloseTo(values[name]!, 11);
    },
  );

  test.each(golden.outputs)('answers: $name', ({ a, b, truth, disagreement, kappa }) => {
    const sides = [answersOf(toMatrix(a), truth), answersOf(toMatrix(b), truth)] as const;
    expect(measureOf('disagreement', 'outputs').compare(...sides)).toBeCloseTo(disagreement, 12);
    expect(measureOf('error-consistency', 'outputs').compare(...sides)).toBeCloseTo(kappa, 12);
  });
});

describe('chance', () => {
  it.each(golden.chance)('of $p and $q dimensions on $images images is the mean of random ones', (each) => {
    const sides = [each.p, each.q].map((width, seed) => featureCoordinates(normal(each.images, width, seed)));
    for (const name of ['cca', 'pwcca', 'linear-regression']) {
      const found = measureOf(name, 'features').chance!(sides[0]!, sides[1]!);
      expect(Math.abs(found - each[name]!), name).toBeLessThan(each.images < 60 ? 0.02 : 0.004);
    }
  });

  it('of SVCCA counts the dimensions that it keeps', () => {
    const svcca = measureOf('svcca', 'features');
    // Two channels hold more than 99 % of the variance.
    const x = featureCoordinates(map(normal(40, 6, 1), (value, k) => (k % 6 < 2 ? 100 : 1) * value));
    expect(svcca.correlated!(x)).toBe(2);
    expect(measureOf('cca', 'features').correlated!(x)).toBe(6);
    expect(svcca.chance!(x, x)).toBeCloseTo(chanceCorrelation(2, 2, 39), 12);
  });
});

describe('invariances', () => {
  const seeds = [1, 2, 3, 4, 5];
  const INVERTIBLE = ['cca', 'pwcca', 'linear-regression'];

  it.each(seeds.flatMap((seed) => namesOn('features').map((name) => ({ seed, name }))))(
    '$name does not change with rotation, scale and shift, PWCCA not with those of the second ($seed)',
    ({ seed, name }) => {
      const x = normal(30, 6, seed);
      const y = normal(30, 4, seed + 100);
      const value = onFeatures(name, x, y)!;
      const turned = onFeatures(name, times(x, orthogonal(6, seed)), y)!;
      // The weights of PWCCA are sums over the channels of the first side as they are.
      if (name === 'pwcca') expect(Math.abs(turned - value)).toBeGreaterThan(1e-8);
      else expect(turned).toBeCloseTo(value, 11);
      expect(onFeatures(name, x, times(y, orthogonal(4, seed)))).toBeCloseTo(value, 11);
      expect(
        onFeatures(
          name,
          map(x, (v) => 1e4 * v),
          map(y, (v) => 1e-6 * v),
        ),
      ).toBeCloseTo(value, 11);
      expect(
        onFeatures(
          name,
          map(x, (v, k) => v + 3 * (k % 6)),
          map(y, (v) => v - 2),
        ),
      ).toBeCloseTo(value, 11);
    },
  );

  it.each(seeds)('mean CCA is blind to any invertible map of either side; R² of the predictor (%i)', (seed) => {
    const x = normal(30, 6, seed);
    const y = normal(30, 4, seed + 100);
    const [a, b] = [times(x, invertible(6, seed)), times(y, invertible(4, seed + 1))];
    expect(onFeatures('cca', a, b)).toBeCloseTo(onFeatures('cca', x, y)!, 10);
    expect(onFeatures('linear-regression', a, y)).toBeCloseTo(onFeatures('linear-regression', x, y)!, 10);
    expect(onFeatures('pwcca', x, b)).toBeCloseTo(onFeatures('pwcca', x, y)!, 10);
    for (const name of INVERTIBLE) expect(onFeatures(name, a, x)).toBeCloseTo(1, 10);
    // Those that are not blind to it see it.
    expect(onFeatures('procrustes', a, x)!).toBeLessThan(0.99);
    expect(Math.abs(onFeatures('linear-regression', x, b)! - onFeatures('linear-regression', x, y)!)).toBeGreaterThan(
      1e-4,
    );
  });

  it.each(seeds)(
    'neighbours by inner products do not change with rotation and scale; norms do with scale (%i)',
    (seed) => {
      const x = normal(20, 5, seed);
      const [a, b] = [gram(x), gram(normal(20, 5, seed + 50))];
      const turned = gram(times(x, orthogonal(5, seed)));
      const larger = map(a, (value) => 9 * value);
      for (const name of namesOn('matrices')) {
        const value = onMatrices(name, a, b, 4)!;
        expect(onMatrices(name, turned, b, 4)).toBeCloseTo(value, 10);
        if (name !== 'rsm-norm-difference') expect(onMatrices(name, larger, b, 4)).toBeCloseTo(value, 10);
        else expect(onMatrices(name, larger, a, 4)).toBeGreaterThan(1);
      }
    },
  );
});

describe('everything with itself', () => {
  it.each(COMPARISON_MEASURES)('$name is $same, and within its range else', (measure) => {
    for (const seed of [1, 2, 3]) {
      const x = normal(25, 6, seed);
      const y = normal(25, 8, seed + 30);
      const truth = Int32Array.from({ length: 25 }, (_, i) => i % 6);
      const values =
        measure.on === 'features'
          ? [onFeatures(measure.name, x, { ...x, data: x.data.slice() }), onFeatures(measure.name, x, y)]
          : measure.on === 'matrices'
            ? [onMatrices(measure.name, gram(x), gram(x), 5), onMatrices(measure.name, gram(x), gram(y), 5)]
            : [normal(25, 6, seed), normal(25, 6, seed + 1)].map((other) =>
                measure.compare(answersOf(x, truth), answersOf(other, truth)),
              );
      expect(values[0]).toBeCloseTo(measure.same, 12);
      expect(values[1]).not.toBeCloseTo(measure.same, 2);
      for (const value of values) {
        expect(value).toBeGreaterThanOrEqual(measure.range[0]);
        expect(value).toBeLessThanOrEqual(measure.range[1]);
      }
    }
  });
});

describe('where there is no value', () => {
  const constant: Matrix64 = { rows: 6, cols: 3, data: new Float64Array(18).fill(0.1) };

  it.each(namesOn('features'))('%s of features that do not vary is null', (name) => {
    expect(onFeatures(name, constant, normal(6, 3, 1))).toBeNull();
    expect(onFeatures(name, normal(6, 3, 1), constant)).toBeNull();
  });

  it('κ of two models that are always right, or without labels, is null; disagreement of other classes too', () => {
    const outputs = normal(5, 3, 1);
    const { predicted } = answersOf(outputs);
    const kappa = measureOf('error-consistency', 'outputs');
    expect(kappa.compare(answersOf(outputs, predicted), answersOf(outputs, predicted))).toBeNull();
    expect(kappa.compare(answersOf(outputs), answersOf(outputs))).toBeNull();
    expect(measureOf('disagreement', 'outputs').compare(answersOf(outputs), answersOf(normal(5, 4, 1)))).toBeNull();
  });

  it('refuses what is not of the same images, and labels that are no classes', () => {
    expect(() => onFeatures('cca', normal(6, 3, 1), normal(7, 3, 1))).toThrow(IncomparableError);
    expect(() => onMatrices('jaccard', gram(normal(6, 3, 1)), gram(normal(7, 3, 1)), 2)).toThrow(IncomparableError);
    const outputs = normal(2, 3, 1);
    expect(() => answersOf(outputs, [0, 3])).toThrow(UsageError);
    expect(() => answersOf(outputs, [0])).toThrow('outputs of 2 images and 1 labels');
    expect(() => featureCoordinates(normal(1, 3, 1))).toThrow('at least 2 images');
  });
});
