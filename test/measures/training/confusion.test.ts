import { describe, expect, it } from 'vitest';
import { IncomparableError, UsageError } from '#src/base/errors.ts';
import { confusionCounts, confusionSimilarityMatrix } from '#src/measures/training/confusion.ts';

describe('confusionCounts', () => {
  it('counts by truth and prediction', () => {
    const { rows, cols, data } = confusionCounts([0, 0, 1, 2, 2, 2], [0, 1, 1, 0, 0, 2], 3);
    expect([rows, cols]).toEqual([3, 3]);
    expect([...data]).toEqual([1, 1, 0, 0, 1, 0, 2, 0, 1]);
  });

  it('names what is wrong with its input', () => {
    expect(() => confusionCounts([0, 1], [0], 2)).toThrow(IncomparableError);
    expect(() => confusionCounts([0, 2], [0, 1], 2)).toThrow(
      'The target of sample 1 is 2; class indices from 0 to 1 were expected.',
    );
    expect(() => confusionCounts([0, 1], [0, -1], 2)).toThrow('The prediction of sample 1 is -1');
    expect(() => confusionCounts([0.5], [0], 2)).toThrow(UsageError);
  });
});

describe('confusionSimilarityMatrix', () => {
  const counts = confusionCounts([0, 0, 0, 0, 1, 1, 3, 3], [0, 1, 1, 3, 1, 0, 3, 1], 4);

  it('divides rows by their sums, sets the diagonal to 1 and misses classes without samples', () => {
    const found = confusionSimilarityMatrix(counts);
    expect([...found.matrix.data.slice(0, 4)]).toEqual([1, 0.5, 0, 0.25]);
    expect([...found.matrix.data.slice(4, 8)]).toEqual([0.5, 1, 0, 0]);
    expect([...found.matrix.data.slice(8, 12)].every(Number.isNaN)).toBe(true);
    expect(found).toMatchObject({ missing: [2], samples: 8, errors: 5, density: 4 / 12, droppedSamples: 0 });
  });

  it('drops a class from the counts before it divides', () => {
    const found = confusionSimilarityMatrix(counts, [1]);
    expect([...found.classes]).toEqual([0, 2, 3]);
    expect([...found.matrix.data.slice(0, 3)]).toEqual([1, 0, 0.5]);
    expect(found).toMatchObject({ missing: [2], samples: 3, errors: 1, droppedSamples: 5 });
  });

  it('refuses what is no confusion matrix', () => {
    expect(() => confusionSimilarityMatrix({ rows: 2, cols: 3, data: new Float64Array(6) })).toThrow('found 2×3');
    expect(() => confusionSimilarityMatrix({ rows: 2, cols: 2, data: Float64Array.of(1, 0, -3, 1) })).toThrow(
      'found -3 at row 1, column 0',
    );
  });
});
