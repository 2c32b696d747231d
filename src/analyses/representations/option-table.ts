import { UsageError } from '../../base/errors.ts';
import {
  bytes,
  choice,
  either,
  listOf,
  number,
  type OptionValues,
  option,
  orNull,
  settleOptions,
  toggle,
  whole,
} from '../../base/option-table.ts';
import { CENTRINGS } from '../../measures/representations/comparison/centring.ts';
import type { MinibatchRule } from '../../measures/representations/comparison/cka.ts';
import { COMPARISON_MEASURES } from '../../measures/representations/comparison/measures/comparison-measures.ts';
import { RSA_MEASURES } from '../../measures/representations/comparison/rsa.ts';
import { LEAST_BATCH } from '../../measures/representations/matching/image-batches.ts';
import { MATCHING_METHODS, type MatchingMethod } from '../../measures/representations/matching/matching-methods.ts';
import { NORM_ORDERS } from '../../measures/representations/matching/norm-order.ts';
import { DEFAULT_GAP, DEFAULT_PROTOTYPES } from '../../measures/representations/matching/prototypes/prototypes.ts';
import { SIMILARITY_KERNELS, type SimilarityKernel } from '../../measures/representations/similarity-kernels.ts';

/** CKA of all images or from batches of them; which HSIC of a batch, by name. */
export const MINIBATCH_RULES = {
  biased: null,
  unbiased: null,
  minibatch: 'unbiased',
  'minibatch-biased': 'biased',
  'minibatch-mean': 'mean',
} as const satisfies Record<string, MinibatchRule | null>;

export type CkaChoice = keyof typeof MINIBATCH_RULES;

/** A method, or the choice by the number of positions. */
export type MethodChoice = MatchingMethod | 'auto';

/** What determines the result of the representations instrument, beside models and images. */
export const REPRESENTATION_OPTIONS = {
  /** `auto` is optimal for maps of up to `EXACT_POSITIONS`, and batch-optimal above. */
  method: option(
    choice(['auto', ...MATCHING_METHODS] as readonly MethodChoice[], '<method>'),
    'auto',
    'how places are matched; auto: optimal up to 4,096 positions, batch-optimal above',
  ),
  batchSize: option(whole(1), 512, 'window of batch-optimal, in places'),
  normOrder: option(choice(NORM_ORDERS), 'ascending', 'order of places in the windows of batch-optimal', {
    flag: null,
  }),
  topk: option(whole(1), 128, 'exactly matched part of topk-greedy, in places'),
  gap: option(
    number({ from: 0, to: 1 }),
    DEFAULT_GAP,
    'prototypes are refined until similarity is known to this part of itself; 1 takes the first',
  ),
  prototypes: option(whole(1), DEFAULT_PROTOTYPES, 'groups of places that --method prototypes makes of a map at most'),
  /** The first one is used where layers are compared. */
  kernels: option(
    listOf(choice(SIMILARITY_KERNELS), { least: 1, value: '<kernels>' }),
    [...SIMILARITY_KERNELS],
    'linear, cosine, rbf; the first compares layers',
    { flag: '--kernel' },
  ),
  /** Width of the RBF kernel; see `kernelMatrix`. */
  sigma: option(
    either(choice(['code', 'literal']), number({ above: 0 }), '<rule>'),
    'code' as 'code' | 'literal' | number,
    'width of the RBF kernel: code, literal or a number',
  ),
  sigmaScope: option(
    choice(['global', 'tile'], '<scope>'),
    'global',
    'one width for all pairs or for each tile of 100×100',
  ),
  /** `position` is the paper's wording taken literally. */
  centring: option(choice(CENTRINGS, '<kind>'), 'position', 'what is subtracted (none for --transform)'),
  depth: option(whole(1), 1, 'how many layers by depth where none are named'),
  k: option(whole(1), 5, 'images retrieved for each', { flag: '-k, --k' }),
  databaseSizes: option(
    listOf(whole(2), { value: '<sizes>' }),
    [],
    'repeat retrieval on random databases of these sizes',
    { flag: '--databases' },
  ),
  /**
   * The CKA that a reader wants to see. Biased and unbiased CKA of all images are always computed; the others add CKA from
   * random batches: HSIC₁ averaged over them, biased HSIC averaged, or the mean of each batch's CKA.
   */
  cka: option(
    choice(Object.keys(MINIBATCH_RULES) as CkaChoice[], '<estimator>'),
    'biased',
    'CKA of layers: of all images, or from random batches of them',
  ),
  /** 250 as in the paper. */
  ckaBatch: option(whole(LEAST_BATCH), 250, 'images of a batch of --cka minibatch'),
  rsa: option(choice(RSA_MEASURES, '<measure>'), 'spearman', 'correlation of similarity matrices'),
  /** Names of `COMPARISON_MEASURES`. */
  also: option(
    listOf(choice(COMPARISON_MEASURES.map(({ name }) => name)), { value: '<measures>' }),
    [],
    'compare layers, and answers of models, by these too',
  ),
  permutations: option(whole(0), 0, 'permutations for the p-values of RSA'),
  /** Null compares all pairs. */
  pairs: option(
    orNull(whole(0)),
    null,
    'RSA and outputs on so many random pairs, such as 1e6, and CKA from batches: no other pair is matched',
  ),
  /** 200 where there are as many images. On the command line `--queries` also names images. */
  queries: option(
    orNull(whole(0)),
    null,
    'with --pairs: random images whose nearest are found exactly, without all matchings (default: 200)',
    { flag: null },
  ),
  seed: option(whole(0), 0, 'seed of everything random'),
  /** Null: 50, 20 or 6 by the size of the maps. A number is taken as it is, up to all pairs. */
  approximationPairs: option(
    orNull(whole(0)),
    null,
    'pairs of images on which matching methods are compared with the optimum (default: 50; 20 above 256 positions, 6 above 1024)',
    { flag: '--approximation' },
  ),
  approximationWindows: option(
    listOf(whole(1), { value: '<sizes>' }),
    [],
    'windows of batch-optimal in that comparison, such as 128,256,512 (default: --batch-size)',
  ),
  approximationTopk: option(
    listOf(whole(1), { value: '<sizes>' }),
    [],
    'and numbers of places that topk-greedy matches exactly (default: --topk)',
  ),
  /** Times differ from run to run, and so does a study that has them. */
  approximationTimes: option(toggle, false, 'and the time that each of them takes'),
  /** Keeps the matched places of each image and those found for it, where features fit into memory. */
  matches: option(toggle, true, 'keep the matched places', { flag: null }),
  pairFeatures: option(bytes(0), 32 * 2 ** 20, 'features of a layer kept to open any pair of images; 0 keeps none'),
} as const;

/** Every option with its value, as plain data: what determines the result, beside the inputs. */
export type PlainOptions = Omit<
  OptionValues<typeof REPRESENTATION_OPTIONS>,
  'ckaBatch' | 'kernels' | 'databaseSizes' | 'also' | 'approximationWindows' | 'approximationTopk'
> & {
  approximationWindows: number[];
  approximationTopk: number[];
  kernels: SimilarityKernel[];
  databaseSizes: number[];
  also: string[];
  /** Null where CKA is of all images. */
  ckaBatch: number | null;
  /** Null where all images are queries or the queries are named. */
  queries: number | null;
};

/** Queries where pairs are sampled and nobody says how many. */
const SAMPLED_QUERIES = 200;

/** What has no meaning where not all pairs are matched. */
const OF_ALL_PAIRS = [
  'also',
  'permutations',
  'databaseSizes',
  'approximationPairs',
  'approximationWindows',
  'approximationTopk',
  'approximationTimes',
  'pairFeatures',
  'sigmaScope',
] as const;

/** All options, checked. @throws UsageError naming the first one that is out of range or that another one rules out. */
export function plainOptions(
  given: Partial<OptionValues<typeof REPRESENTATION_OPTIONS>> & { queryImages?: unknown },
): PlainOptions {
  const options = settleOptions(REPRESENTATION_OPTIONS, given);
  if (given.queryImages && options.queries !== null)
    throw new UsageError('queries draws queries at random, and queryImages names them: leave one of the two out.');
  const sampled = options.pairs !== null;
  if (sampled) requireSampled(given);
  else if (options.queries !== null)
    throw new UsageError('queries is for a part of the pairs, and pairs was not given: all images are queries.', {
      hint: 'Add --pairs 1e6, or say which images are queries: --queries 20%, or a folder or list.',
    });
  const cka = sampled && given.cka === undefined ? 'minibatch' : options.cka;
  return {
    ...options,
    cka,
    kernels: sampled ? [options.kernels[0]!] : [...options.kernels],
    databaseSizes: [...options.databaseSizes],
    also: [...options.also],
    approximationWindows: [...options.approximationWindows],
    approximationTopk: [...options.approximationTopk],
    ckaBatch: MINIBATCH_RULES[cka] && options.ckaBatch,
    queries: sampled && !given.queryImages ? (options.queries ?? SAMPLED_QUERIES) : null,
  };
}

function requireSampled(given: Partial<OptionValues<typeof REPRESENTATION_OPTIONS>>): void {
  const used = OF_ALL_PAIRS.find((name) => given[name] !== undefined);
  if (used)
    throw new UsageError(`${used} is for all pairs of images, and pairs takes a part of them.`, {
      hint: 'Leave one of the two out.',
    });
  if (given.cka !== undefined && MINIBATCH_RULES[given.cka] === null)
    throw new UsageError(`cka "${given.cka}" is of all pairs of images, and pairs takes a part of them.`, {
      hint: 'Take minibatch, minibatch-biased or minibatch-mean.',
    });
  if (given.kernels && given.kernels.length > 1)
    throw new UsageError(`pairs takes one kernel; found ${given.kernels.join(', ')}.`);
}

/** What has no meaning where views of images are compared, batch by batch. */
const NOT_OF_VIEWS = [
  ...['maxMemory', 'pairs', 'queries', 'queryImages', 'databaseImages', 'k', 'databaseSizes', 'cka', 'ckaBatch', 'rsa'],
  ...['also', 'permutations', 'approximationPairs', 'approximationWindows', 'approximationTopk', 'approximationTimes'],
  ...['matches', 'pairFeatures', 'sigmaScope'],
];

/** @throws UsageError naming the first option that the experiment with two views has no use for. */
export function requireOptionsOfViews(given: object): void {
  const options = given as Readonly<Record<string, unknown>>;
  const unused = NOT_OF_VIEWS.find((name) => options[name] !== undefined);
  if (unused !== undefined)
    throw new UsageError(`${unused} has no meaning with transform, which compares views of images, batch by batch.`, {
      hint: 'Leave one of the two out.',
    });
  const { kernels } = options;
  if (Array.isArray(kernels) && kernels.length > 1)
    throw new UsageError(`transform takes one kernel; found ${kernels.join(', ')}.`);
}

export const TRANSFORMS = ['shift', 'flip', 'rotate', 'groups'] as const;

/** What the experiment with two views of each image adds. */
export const INVARIANCE_OPTIONS = {
  /**
   * How the second view of an image differs from the first: `shift`, two crops of the image resized to a square, the
   * second `offset` pixels lower; `flip`, its mirror image; `rotate`, a quarter of a turn; `groups`, other images that a list says to be views of the same.
   */
  transform: option(orNull(choice(TRANSFORMS, '<kind>')), null, 'instead: are two views of an image alike?'),
  /** 20/64 of the network's input as in the paper. */
  offset: option(
    orNull(whole(1, '<px>')),
    null,
    'pixels between the two crops of --transform shift (default: 20/64 of the side)',
  ),
  /** 10 as in the paper. */
  batch: option(whole(2), 10, 'images, or groups, of a batch of --transform, whose views make one similarity matrix'),
} as const;
