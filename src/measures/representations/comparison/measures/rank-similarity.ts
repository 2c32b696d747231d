import type { MatrixMeasure } from './measure-record.ts';
import { meanOverImages } from './neighbourhoods.ts';

/**
 * Mean over images of the agreement of ranks among common neighbours: Σ 2 / ((1 + |r − r′|)(r + r′)) over those among the k
 * nearest on both sides, ranks from 1, over its largest value Σ 1/i for i up to their number. 0 for an image without any.
 */
export const RANK_SIMILARITY: MatrixMeasure = {
  on: 'matrices',
  name: 'rank-similarity',
  title: 'rank similarity',
  range: [0, 1],
  same: 1,
  directed: false,
  source: 'Wang et al. 2022; Klabunde et al. 2023',
  compare: (a, b) =>
    meanOverImages(a, b, (_, first, second) => {
      let sum = 0;
      let largest = 0;
      let common = 0;
      for (const [i, image] of first.entries()) {
        const j = second.indexOf(image);
        if (j < 0) continue;
        sum += 2 / ((1 + Math.abs(i - j)) * (i + j + 2));
        largest += 1 / ++common;
      }
      return common === 0 ? 0 : sum / largest;
    }),
};
