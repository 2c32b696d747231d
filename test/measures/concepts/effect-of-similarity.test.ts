import { describe, expect, it } from 'vitest';
import { effectLine, type SimilarityEffect } from '#src/measures/concepts/report/effect-of-similarity.ts';

const point = (similarity: number | null, effect: number | null, importance: number | null): SimilarityEffect => ({
  similarity,
  effect,
  importance,
});

// Expected values by numpy.polyfit (weights √w) and numpy.cov (aweights).
const POINTS = [
  point(-0.1, 0.02, 1),
  point(-0.4, 0.11, 0.5),
  point(-0.2, 0.01, 0.25),
  point(-0.7, 0.13, 0),
  point(-0.05, 0.03, -0.5),
  point(null, 0.5, 1),
  point(-0.9, null, 1),
];

describe('effect of what is not shared', () => {
  it('is correlation and regression over concepts with both figures', () => {
    const { pearson, slope, intercept, concepts } = effectLine(POINTS, 'concepts');
    expect(concepts).toBe(5);
    expect(pearson).toBeCloseTo(-0.904728737418, 9);
    expect(slope).toBeCloseTo(-0.189716312057, 9);
    expect(intercept).toBeCloseTo(0.004982269504, 9);
  });

  it('weighs by importance, of which none is below 0', () => {
    const { pearson, slope, intercept, concepts } = effectLine(POINTS, 'importance');
    expect(concepts).toBe(3);
    expect(pearson).toBeCloseTo(-0.941978738434, 9);
    expect(slope).toBeCloseTo(-0.3, 9);
    expect(intercept).toBeCloseTo(-0.015714285714, 9);
  });

  it('cannot be told of fewer than three concepts, nor of constant ones', () => {
    expect(effectLine(POINTS.slice(0, 2), 'concepts')).toEqual({
      pearson: null,
      slope: null,
      intercept: null,
      concepts: 2,
    });
    const same = [0.1, 0.2, 0.3].map((effect) => point(-0.3, effect, 1));
    expect(effectLine(same, 'concepts').slope).toBeNull();
    const flat = [-0.1, -0.2, -0.3].map((similarity) => point(similarity, 0.1, 1));
    expect(effectLine(flat, 'concepts')).toMatchObject({ pearson: null, concepts: 3 });
    expect(effectLine(flat, 'concepts').slope).toBeCloseTo(0, 12);
  });
});
