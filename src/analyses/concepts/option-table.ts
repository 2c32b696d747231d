import type { Covering } from '../../activations/images/cover-patches.ts';
import {
  choice,
  listOf,
  number,
  type OptionValues,
  option,
  orNull,
  settleOptions,
  text,
  toggle,
  whole,
} from '../../base/option-table.ts';

export const SAMPLERS = ['patch', 'cell', 'image'] as const;
export type Sampler = (typeof SAMPLERS)[number];

/** What a covered patch is covered with. */
const COVERINGS = ['mean', 'blur'] as const satisfies readonly Covering[];

export const JOINS = ['union', 'intersection', 'first', 'second'] as const;
export type Join = (typeof JOINS)[number];

export const REGRESSIONS = ['lasso', 'ridge', 'least-squares'] as const;
export type Regression = (typeof REGRESSIONS)[number];

/** What determines the result of the concepts instrument, beside models and images. */
export const CONCEPT_OPTIONS = {
  classes: option(
    orNull(listOf(text(), { least: 1, value: '<names>' })),
    null as readonly string[] | null,
    'classes by name, WordNet id or number, with commas between (default: all that are predicted)',
  ),
  shared: option(toggle, false, 'compare different label sets on the classes they share'),
  join: option(choice(JOINS, '<rule>'), 'union', 'images of a class: predicted as it by either, both, first or second'),
  sampler: option(
    choice(SAMPLERS, '<kind>'),
    'patch',
    'what is looked at: patches, cells of the feature map, or whole images',
  ),
  patchSize: option(
    orNull(whole(1, '<px>')),
    null as number | null,
    'side of a patch (default: 2/7 of the side of the crop)',
    {
      flag: '--patch',
    },
  ),
  patchStride: option(
    orNull(whole(1, '<px>')),
    null as number | null,
    'pixels between patches (default: 4/5 of their side)',
    {
      flag: '--stride',
    },
  ),
  nComponents: option(whole(1), 10, 'concepts of a class', { flag: '-k, --k' }),
  regression: option(choice(REGRESSIONS, '<kind>'), 'lasso', 'how concepts are predicted'),
  alpha: option(number({ above: 0 }), 0.1, 'penalty of lasso and ridge'),
  folds: option(whole(2), 5, 'folds over images'),
  fitImages: option(whole(2), 200, 'most images of a class for the fit across models'),
  extractionImages: option(whole(1), 100, 'most of them that concepts are extracted from'),
  evaluationImages: option(whole(2), 200, 'most images of a class for evaluation'),
  importanceImages: option(whole(1), 100, 'most images of a class for importance'),
  minFitImages: option(whole(2), 5, 'a class with fewer images for the fit is left out and reported', {
    flag: '--min-fit',
  }),
  minEvaluationImages: option(whole(2), 10, 'and with fewer for evaluation', { flag: '--min-evaluation' }),
  /** Put in place of the real coefficient, one concept at a time. */
  blend: option(number({ from: 0, to: 1 }), 0.5, 'share of the prediction in the replacement test'),
  steps: option(whole(2), 30, 'points of the path of integrated gradients'),
  sobol: option(toggle, false, 'Sobol total-order importance as well'),
  stabilitySeeds: option(whole(0), 5, 'random starts that stability is measured over; 0 for none', {
    flag: '--stability',
  }),
  shuffles: option(whole(0), 999, 'permutations of the shuffled-pairs null; 0 for none'),
  randomNetwork: option(toggle, true, 'leave out the null of networks with random weights'),
  /** Layers of each model in the map of layers against layers; 0 for no map. */
  layerMap: option(whole(0), 0, 'map of layers against layers, n of each model', { flag: null }),
  sweep: option(toggle, false, 'repeat with other numbers of concepts and penalties'),
  occlude: option(
    orNull(choice(COVERINGS, '<cover>')),
    null as Covering | null,
    "does a concept cause the answer? Cover its patches, and random ones, by the picture's mean colour or a blur",
  ),
  occludePatches: option(
    orNull(whole(1)),
    null as number | null,
    'patches of an image that are covered (default: an eighth of them)',
  ),
  collageSize: option(whole(1), 9, 'patches of a collage', { flag: '--collage' }),
  shortlist: option(whole(1), 20, 'concepts of each model in the shortlist'),
  resamples: option(whole(1), 1000, 'bootstrap resamples of intervals'),
  level: option(number({ above: 0, below: 1 }), 0.95, 'level of intervals'),
  seed: option(whole(0), 0, 'seed of everything random'),
  /** The pictures that are evaluated on, where the platform makes them. */
  pictures: option(toggle, true, 'keep no pictures in the study'),
} as const;

/** Every option with its value, as plain data: what determines the result, beside the inputs. */
export type PlainOptions = OptionValues<typeof CONCEPT_OPTIONS>;

/** All options, checked. @throws UsageError naming the first one that is out of range. */
export function plainOptions(given: Partial<PlainOptions>): PlainOptions {
  return settleOptions(CONCEPT_OPTIONS, given);
}
