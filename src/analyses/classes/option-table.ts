import {
  choice,
  type OptionValues,
  option,
  orNull,
  settleOptions,
  text,
  toggle,
  whole,
  wholeOrNone,
} from '../../base/option-table.ts';
import { SEMANTIC_MEASURES } from '../../semantics/semantic-similarity.ts';

/** Which measure makes a similarity of WordNet, where it is a reference. */
export const REFERENCE_OPTIONS = {
  measure: option(choice(SEMANTIC_MEASURES, '<measure>'), 'path', 'semantic similarity in WordNet'),
} as const;

/** What determines the result of the classes instrument, beside models, references and pictures. */
export const CLASS_OPTIONS = {
  shared: option(toggle, false, 'compare models with different classes on those they share'),
  /** Of the bootstrap and of Mantel's test. */
  seed: option(whole(0), 0, 'seed of --ci and --mantel; chance levels need none'),
  /** Null: as many as make z certain to 3 %. */
  draws: option(
    orNull(whole(2)),
    null as number | null,
    "permutations behind the deviation of Kendall's chance level (default: until z is certain to 3 %)",
    { flag: '--permutations' },
  ),
  bootstrap: option(wholeOrNone(100), 0, '95 % intervals from n resamples of the classes', {
    flag: '--ci',
    preset: 1000,
  }),
  mantel: option(wholeOrNone(99), 0, "p-values from n permutations of the classes (Mantel's test)", {
    preset: 999,
  }),
  /** Else a model that fails is noted and the others go on. */
  strict: option(toggle, true, 'stop at the first model of several that fails', { flag: '--strict' }),
} as const;

/** What is said of a population beside its file. */
export const POPULATION_OPTIONS = {
  /** The paper counts them among the ViTs. */
  hybrids: option(
    choice(['vit', 'own'], '<how>'),
    'vit',
    'count hybrids of a population among the ViTs, or on their own',
  ),
  foldPairs: option(
    toggle,
    false,
    'count a mutual pair once in the ranks of common pairs (the paper counts a row for each class)',
  ),
  /** Null: animals. */
  subtree: option(
    orNull(text('<wnid|node>')),
    null as string | null,
    'subtree of WordNet, or of a tree given with --reference, with histograms of its own (default: animals)',
  ),
} as const;

/** Every option with its value. @throws UsageError naming the first one that is out of range. */
export function settleClassOptions(
  given: Partial<OptionValues<typeof CLASS_OPTIONS>>,
): OptionValues<typeof CLASS_OPTIONS> {
  return settleOptions(CLASS_OPTIONS, given);
}
