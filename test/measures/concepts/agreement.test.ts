import { expect, it } from 'vitest';
import { agreement } from '#src/measures/concepts/regress/agreement.ts';
import { pearson } from '#src/statistics/pearson.ts';

it('has no Pearson correlation with a constant vector (G11)', () => {
  expect(pearson([1, 2, 3], [4, 4, 4])).toBeNull();
});

it('counts a constant prediction as 0 and a constant concept as missing', () => {
  expect(agreement([1, 2, 4], [5, 5, 5])).toEqual({ pearson: 0, spearman: 0, constant: 'prediction' });
  expect(agreement([2, 2, 2], [1, 2, 3])).toEqual({ pearson: null, spearman: null, constant: 'concept' });
  expect(agreement([2, 2], [5, 5])).toEqual({ pearson: null, spearman: null, constant: 'concept' });
  expect(agreement([1, 2, 4], [2, 4, 9])).toMatchObject({ spearman: 1, constant: null });
  expect(() => agreement([1], [1, 2])).toThrow('There are 1 real coefficients and 2 predicted ones.');
});
