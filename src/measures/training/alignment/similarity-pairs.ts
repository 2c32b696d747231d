import { UsageError } from '../../../base/errors.ts';

/** A matrix of the method, by name: SCSM is constant, CCSM is that of the test split. */
export type SimilarityName = 'ncsm' | 'scsm' | 'ccsm' | 'ccsm_train' | 'tncsm_test' | 'tncsm_train';

/** The pairs that the method names; `pairNamed` reads any other. */
export const NAMED_PAIRS = [
  'ncsm_scsm',
  'ncsm_ccsm',
  'ccsm_scsm',
  'tncsm_test_scsm',
  'ncsm_tncsm_train',
  'ncsm_tncsm_test',
  'tncsm_test_train',
] as const;

const NEEDS: Readonly<Record<SimilarityName, string>> = {
  ncsm: 'the weights of the classifier',
  scsm: 'a WordNet synset for each class (labels)',
  ccsm: 'predictions on the test split',
  ccsm_train: 'predictions on the train split',
  tncsm_test: 'class templates (mean features) of the test split',
  tncsm_train: 'class templates (mean features) of the train split',
};

/**
 * The two matrices of a pair such as "ncsm_scsm" or "ccsm_train_tncsm_test".
 * @throws UsageError when the name is not two known matrices joined by an underscore.
 */
export function pairNamed(pair: string): readonly [SimilarityName, SimilarityName] {
  if (pair === 'tncsm_test_train') return ['tncsm_test', 'tncsm_train'];
  const names = Object.keys(NEEDS) as SimilarityName[];
  for (const first of names)
    for (const second of names) if (pair === `${first}_${second}` && first !== second) return [first, second];
  throw new UsageError(`There is no pair of similarity matrices ${JSON.stringify(pair)}.`, {
    hint: `Join two of ${names.join(', ')} by an underscore, such as ncsm_scsm.`,
  });
}

/** One line on what would turn a measure on. */
export function needs(names: readonly SimilarityName[]): string {
  return `needs ${names.map((name) => NEEDS[name]).join(' and ')}`;
}
