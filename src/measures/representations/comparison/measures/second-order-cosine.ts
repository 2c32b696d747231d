import type { MatrixMeasure } from './measure-record.ts';
import { meanOverImages } from './neighbourhoods.ts';

/**
 * Mean over images of the cosine of the two lists of similarities to all that are among the k nearest on either side. 0
 * for a list of zeros.
 */
export const SECOND_ORDER_COSINE: MatrixMeasure = {
  on: 'matrices',
  name: 'second-order-cosine',
  title: 'second-order cosine',
  range: [-1, 1],
  same: 1,
  directed: false,
  source: 'Hamilton et al. 2016; Klabunde et al. 2023',
  compare: (a, b) =>
    meanOverImages(a, b, (image, first, second) => {
      const from = image * a.matrix.cols;
      let xy = 0;
      let xx = 0;
      let yy = 0;
      for (const other of new Set([...first, ...second])) {
        const x = a.matrix.data[from + other]!;
        const y = b.matrix.data[from + other]!;
        xy += x * y;
        xx += x * x;
        yy += y * y;
      }
      return xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy))) : 0;
    }),
};
