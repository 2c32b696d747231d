import { requireSameImages } from '../rsa.ts';
import type { MatrixMeasure } from './measure-record.ts';

/** ‖S − S′‖_F of the similarity matrices as they are: in the unit of the kernel, and growing with the images. */
export const RSM_NORM_DIFFERENCE: MatrixMeasure = {
  on: 'matrices',
  name: 'rsm-norm-difference',
  title: 'RSM norm difference',
  range: [0, Number.POSITIVE_INFINITY],
  same: 0,
  directed: false,
  source: 'Klabunde et al. 2023',
  compare(a, b) {
    requireSameImages(a.matrix, b.matrix);
    let sum = 0;
    for (const [k, value] of a.matrix.data.entries()) sum += (value - b.matrix.data[k]!) ** 2;
    return Math.sqrt(sum);
  },
};
