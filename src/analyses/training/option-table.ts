import { bytes, choice, listOf, number, type OptionKind, option, toggle, whole } from '../../base/option-table.ts';
import { pairNamed } from '../../measures/training/alignment/similarity-pairs.ts';
import { DEFAULT_WSI_QUANTILE } from '../../measures/training/weights-similarity-index.ts';

/** Orders of the classes for SSIM: by meaning, by place in the labels, by name. */
const SSIM_ORDERS = ['wordnet', 'index', 'name'] as const;
export type SsimOrder = (typeof SSIM_ORDERS)[number];

/** The name of a pair of matrices; the error of a wrong one lists the matrices. */
const pair: OptionKind<string> = {
  value: '<pair>',
  expected: 'a pair of matrices such as ncsm_scsm',
  read(text) {
    pairNamed(text);
    return text;
  },
  accepts(found): found is string {
    if (typeof found === 'string') pairNamed(found);
    return typeof found === 'string';
  },
};

/** What determines the result of the training instrument, beside runs and reference. */
export const TRAINING_OPTIONS = {
  q: option(number({ above: 0, below: 1 }, '<q>'), DEFAULT_WSI_QUANTILE, 'quantile of WSI max and min'),
  ties: option(choice(['average', 'first'], '<rule>'), 'average', 'how IDM ranks tied classes'),
  /** "index" stands in where no class has a synset. */
  ssimOrder: option(
    choice(SSIM_ORDERS, '<order>'),
    'wordnet',
    'in which order SSIM sees the classes; it depends on it',
  ),
  /** Aligned beside those that the method names. */
  pairs: option(
    listOf(pair, { value: '<pair>' }),
    [] as readonly string[],
    'a further pair of matrices to align, such as ccsm_train_scsm; repeatable',
    { flag: '--pair' },
  ),
  /** They take as long as all the rest. */
  rankMeasures: option(toggle, true, "leave out Spearman's and Kendall's correlation of each pair"),
  /** Neighbours kept of each class at each epoch. */
  k: option(whole(1), 10, 'neighbours kept of each class at each epoch', { flag: null }),
  /** Bytes of matrices that the study may hold; beyond, those of evenly spread epochs are kept. */
  matrixBytes: option(bytes(0), 512 * 2 ** 20, 'matrices that the study may hold', { flag: null }),
} as const;
