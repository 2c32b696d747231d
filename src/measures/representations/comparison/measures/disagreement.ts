import { requireSameQuestions } from './answers.ts';
import type { OutputMeasure } from './measure-record.ts';

/** Share of images for which the two models answer with different classes. Null where they have other classes. */
export const DISAGREEMENT: OutputMeasure = {
  on: 'outputs',
  name: 'disagreement',
  title: 'disagreement',
  range: [0, 1],
  same: 0,
  directed: false,
  source: 'Madani, Pennock & Flake 2004; Klabunde et al. 2023',
  compare(a, b) {
    requireSameQuestions(a, b);
    if (a.classes !== b.classes || a.predicted.length === 0) return null;
    return a.predicted.filter((answer, i) => answer !== b.predicted[i]).length / a.predicted.length;
  },
};
