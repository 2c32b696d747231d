import { describe, expect, it } from 'vitest';
import { alphaSweep } from '#src/measures/concepts/regress/alpha-sweep.ts';
import { conceptGroup, countGroups, groupThresholds } from '#src/measures/concepts/report/concept-groups.ts';
import { classSharing, performanceCorrelation } from '#src/measures/concepts/report/performance.ts';
import { leastSharedConcepts, mostConsequentialConcepts } from '#src/measures/concepts/report/shortlist.ts';
import {
  normalisedImportance,
  pairScore,
  type ScoredConcept,
  similaritySummary,
} from '#src/measures/concepts/report/summary.ts';
import { createRandom } from '#src/statistics/random.ts';
import { toMatrix } from '../../support/concept-heads.ts';

const concept = (
  classId: string,
  model: 0 | 1,
  index: number,
  similarity: number | null,
  importance: number | null,
): ScoredConcept => ({ classId, model, concept: index, similarity, importance });

const concepts = [
  concept('cat', 0, 0, 0.9, 4),
  concept('cat', 0, 1, 0.2, 1),
  concept('cat', 0, 2, null, 2),
  concept('dog', 0, 0, 0.5, -3),
  concept('cat', 1, 0, 0.6, 0.5),
  concept('dog', 1, 1, 0.8, 0.25),
];

describe('the summary', () => {
  it('counts what is missing and weighs by importance above 0', () => {
    const summary = similaritySummary(concepts.filter(({ model }) => model === 0));
    expect(summary).toMatchObject({ concepts: 4, missing: 1, median: 0.5, weightedMedian: 0.9 });
    expect(summary.mean.value).toBeCloseTo(1.6 / 3, 12);
    expect(summary.std).toBeCloseTo(Math.sqrt((0.3667 ** 2 + 0.3333 ** 2 + 0.0333 ** 2) / 3), 4);
    expect(summary.weightedMean.value).toBeCloseTo((0.9 * 4 + 0.2) / 5, 12);
    expect(similaritySummary([])).toMatchObject({
      concepts: 0,
      mean: { value: null, low: null, high: null },
      median: null,
    });
  });

  it('averages both models for the score of a pair, with intervals over classes', () => {
    const score = pairScore(concepts, { resamples: 500 });
    expect(score.value).toBeCloseTo(((0.9 * 4 + 0.2) / 5 + (0.6 * 0.5 + 0.8 * 0.25) / 0.75) / 2, 12);
    expect(score.low).toBeLessThan(score.high!);
    expect(score.low).toBeLessThanOrEqual(score.value!);
    expect(score.high).toBeGreaterThanOrEqual(score.value!);
    expect(pairScore(concepts.filter(({ classId }) => classId === 'cat'))).toMatchObject({ low: null, high: null });
    expect(pairScore(concepts.filter(({ model }) => model === 0)).value).toBeNull();
  });

  it('varies with the images where there are draws', () => {
    const draws = (shift: number) => Float64Array.of(0.1 + shift, 0.3 + shift, Number.NaN);
    const two = [
      { ...concept('cat', 0, 0, 0.2, 1), draws: draws(0) },
      { ...concept('cat', 0, 1, 0.6, 3), draws: draws(0.4) },
    ];
    const { mean, weightedMean } = similaritySummary(two, { level: 0.999999 });
    expect(mean.low).toBeCloseTo(0.3, 5);
    expect(mean.high).toBeCloseTo(0.5, 5);
    expect(weightedMean.low).toBeCloseTo(0.4, 5);
    expect(() => similaritySummary([two[0]!, concept('cat', 0, 1, 0.6, 3)], { over: 'images' })).toThrow(
      'Intervals over images need equally many draws of every concept.',
    );
  });

  it('normalises importance by model', () => {
    expect(normalisedImportance(concepts)).toEqual([1, 0.25, 0.5, -0.75, 1, 0.5]);
    expect(normalisedImportance([concept('cat', 0, 0, 1, 0), concept('cat', 1, 0, 1, null)])).toEqual([0, null]);
  });
});

describe('groups and shortlists', () => {
  it('separate by a fixed similarity and the median importance', () => {
    const figures = concepts.map((one, i) => ({ ...one, importance: normalisedImportance(concepts)[i]! }));
    const thresholds = groupThresholds(figures);
    expect(thresholds).toEqual({ similarity: 0.5, importance: 0.5 });
    expect(figures.map((one) => conceptGroup(one, thresholds))).toEqual([
      'high-high',
      'low-low',
      null,
      'high-low',
      'high-high',
      'high-low',
    ]);
    // Where most concepts matter next to nothing, above the median is not yet important.
    const faint = figures.map((one) => ({ ...one, importance: one.importance === 1 ? 1 : 0.01 }));
    expect(groupThresholds(faint).importance).toBe(0.1);
    expect(countGroups(figures, { similarity: 0.95, importance: 0 })).toEqual({
      'low-low': 1,
      'low-high': 4,
      'high-low': 0,
      'high-high': 0,
    });
    expect(() => groupThresholds([], { similarity: 2 })).toThrow(
      'The threshold of similarity must lie between -1 and 1; found 2.',
    );
  });

  it('list the least shared important concepts of each model', () => {
    expect(leastSharedConcepts(concepts, { least: 0.99 }).every(({ importance }) => importance! > 0.99)).toBe(true);
    const list = leastSharedConcepts([...concepts, concept('dog', 1, 2, 0.1, 9)]);
    expect(list.map(({ classId, model, concept: index }) => [classId, model, index])).toEqual([
      ['cat', 0, 0],
      ['dog', 1, 2],
    ]);
    const unweighed = concepts.map((one) => ({ ...one, importance: null }));
    expect(leastSharedConcepts(unweighed, { count: 1 }).map(({ similarity }) => similarity)).toEqual([0.2, 0.6]);
  });

  it('list the concepts whose replacement matters most', () => {
    const made = Array.from({ length: 16 }, (_, i) => ({ id: i, deltaKl: i, deltaSimilarity: i % 2 ? -0.1 : -0.5 }));
    expect(mostConsequentialConcepts(made, 2).map(({ id }) => id)).toEqual([15, 14, 12]);
  });
});

describe('performance', () => {
  it('sums up each class', () => {
    expect(classSharing(concepts)).toEqual([
      { classId: 'cat', model: 0, similarity: 0.55, unsharedImportance: expect.closeTo((0.4 + 0.8) / 2, 12) },
      { classId: 'dog', model: 0, similarity: 0.5, unsharedImportance: 0 },
      { classId: 'cat', model: 1, similarity: 0.6, unsharedImportance: 0.2 },
      { classId: 'dog', model: 1, similarity: 0.8, unsharedImportance: expect.closeTo(0.05, 12) },
    ]);
  });

  it('correlates with the difference in accuracy over classes', () => {
    const random = createRandom(2);
    const x = Array.from({ length: 40 }, () => random.normal());
    const y = x.map((value) => 2 * value + random.normal());
    const found = performanceCorrelation([...x, null, 1], [...y, 1, null]);
    expect(found.classes).toBe(40);
    expect(found.pearson.value).toBeGreaterThan(0.7);
    expect(found.pearson.low).toBeGreaterThan(0.5);
    expect(found.pearson.high).toBeGreaterThan(found.pearson.value!);
    expect(performanceCorrelation([1, 2], [1, 2])).toEqual({
      pearson: { value: null, low: null, high: null },
      spearman: null,
      classes: 2,
    });
  });
});

describe('the sweep over penalties', () => {
  it('uses fewer features the higher the penalty', () => {
    const random = createRandom(4);
    const u = toMatrix(
      80,
      2,
      Array.from({ length: 160 }, () => Math.abs(random.normal())),
    );
    const activations = (seed: number) => {
      const noise = createRandom(seed);
      return toMatrix(
        80,
        8,
        Array.from({ length: 640 }, (_, at) => u.data[2 * Math.floor(at / 8) + (at % 2)]! + 0.5 * noise.normal()),
      );
    };
    const points = alphaSweep([activations(1), activations(2)], [u, null], { perImage: 4 });
    expect(points.map(({ alpha }) => alpha)).toEqual([0.01, 0.03, 0.1, 0.3]);
    const [loose, , , strict] = points.map(({ models }) => models[0]!);
    expect(loose!.features).toBeGreaterThan(strict!.features!);
    expect(loose!.cross).toBeGreaterThan(0.7);
    expect(points[0]!.models[1]).toBeNull();
  });
});
