import type { MatrixMeasure } from './measure-record.ts';
import { meanOverImages } from './neighbourhoods.ts';

/** Mean over images of |A ∩ B| / |A ∪ B|, A and B the k nearest of the image on either side. */
export const JACCARD: MatrixMeasure = {
  on: 'matrices',
  name: 'jaccard',
  title: 'Jaccard',
  range: [0, 1],
  same: 1,
  directed: false,
  source: 'Schumacher et al. 2021; Klabunde et al. 2023',
  compare: (a, b) =>
    meanOverImages(a, b, (_, first, second) => {
      const common = first.filter((image) => second.includes(image)).length;
      return common / (first.length + second.length - common);
    }),
};
