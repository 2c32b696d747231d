import { DISAGREEMENT } from './disagreement.ts';
import { ERROR_CONSISTENCY } from './error-consistency.ts';
import { JACCARD } from './jaccard.ts';
import { LINEAR_REGRESSION } from './linear-regression.ts';
import { MEAN_CCA } from './mean-cca.ts';
import type { ComparisonMeasure } from './measure-record.ts';
import { PROCRUSTES } from './procrustes.ts';
import { PWCCA } from './pwcca.ts';
import { RANK_SIMILARITY } from './rank-similarity.ts';
import { RSM_NORM_DIFFERENCE } from './rsm-norm-difference.ts';
import { SECOND_ORDER_COSINE } from './second-order-cosine.ts';
import { SVCCA } from './svcca.ts';

/** The measures that can be asked for beside CKA, RSA and common neighbours, in the order of reports. */
export const COMPARISON_MEASURES: readonly ComparisonMeasure[] = [
  PROCRUSTES,
  MEAN_CCA,
  SVCCA,
  PWCCA,
  LINEAR_REGRESSION,
  JACCARD,
  RANK_SIMILARITY,
  SECOND_ORDER_COSINE,
  RSM_NORM_DIFFERENCE,
  DISAGREEMENT,
  ERROR_CONSISTENCY,
];
