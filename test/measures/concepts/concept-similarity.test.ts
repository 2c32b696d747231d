import { describe, expect, it } from 'vitest';
import {
  conceptCorrelations,
  layerPairSimilarity,
  maxConceptSimilarity,
} from '#src/measures/concepts/regress/concept-similarity.ts';
import { toMatrix } from '../../support/concept-heads.ts';

const first = toMatrix(4, 2, [1, 4, 2, 3, 3, 2, 4, 1]);
const second = toMatrix(4, 3, [1, 7, 2, 4, 7, 1, 9, 7, 4, 16, 7, 3]);

describe('similarity without regression', () => {
  it('correlates all concepts, undefined where one is constant', () => {
    const { data } = conceptCorrelations(first, second);
    expect(data[0]).toBeCloseTo(0.984374, 6);
    expect(data[1]).toBeNaN();
    expect(data[2]).toBeCloseTo(0.6, 12);
    expect(data[3]).toBeCloseTo(-0.984374, 6);
    expect(conceptCorrelations(first, second, { measure: 'spearman' }).data[0]).toBe(1);
    expect(() => conceptCorrelations(first, toMatrix(3, 1, [1, 2, 3]))).toThrow(
      "Both models' coefficients need equally many rows; found 4 and 3.",
    );
  });

  it('takes the signed maximum of each side, and their means', () => {
    const correlations = conceptCorrelations(first, second);
    const [rows, columns] = maxConceptSimilarity(correlations);
    expect(rows.map(({ partner }) => partner)).toEqual([0, 2]);
    expect(rows[1]!.value).toBeCloseTo(-0.6, 12);
    expect(columns.map(({ partner }) => partner)).toEqual([0, null, 0]);
    const summary = layerPairSimilarity(correlations);
    expect(summary.max).toBeCloseTo(0.984374, 6);
    expect(summary.mean).toBeCloseTo(0, 12);
    expect(summary.first).toBeCloseTo((0.984374 - 0.6) / 2, 6);
    expect(summary.second).toBeCloseTo((0.984374 + 0.6) / 2, 6);
    expect(summary.both).toBeCloseTo(0.984374 / 2, 6);
  });

  it('is 1 on the diagonal for a network with itself', () => {
    const [rows] = maxConceptSimilarity(conceptCorrelations(first, first));
    expect(rows).toEqual([
      { value: 1, partner: 0 },
      { value: 1, partner: 1 },
    ]);
    expect(layerPairSimilarity(toMatrix(1, 1, [Number.NaN]))).toEqual({
      mean: null,
      max: null,
      first: null,
      second: null,
      both: null,
    });
  });
});
