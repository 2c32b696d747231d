import { type KernelTier, kernelTier } from '../../../kernels/shared/wasm-kernel.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { circularShiftMatching, type Extent } from './circular-shift.ts';
import { globalGreedyMatching, greedyMatching } from './greedy.ts';
import type { NormOrder } from './norm-order.ts';
import { matchPrototypes, type PrototypeSettings, prototypeMap } from './prototypes/prototypes.ts';
import { batchOptimalMatching, topkGreedyMatching } from './windows.ts';

/** What single methods are told. */
export interface MatchingSettings extends PrototypeSettings {
  /** Window length of `batch-optimal`; 512 is the paper's choice. */
  batchSize?: number;
  /** Which end of the norms `batch-optimal` starts from; the last window may be short. Ascending as the authors' code. */
  normOrder?: NormOrder;
  /** Size of the exactly matched part of `topk-greedy`; default 128. */
  topk?: number;
  /** Height and width of the map, for `circular-shift`; by default one line of positions. */
  extent?: Extent;
}

/** Two sets of places to pair. */
export interface MatchingProblem {
  /** Row-major, rows × columns, finite. */
  affinity: Float32Array | Float64Array;
  rows: number;
  columns: number;
  rowNorms(): ArrayLike<number>;
  columnNorms(): ArrayLike<number>;
  /** The vectors behind rows and columns, for a record that needs them. */
  rowVectors?: Matrix;
  columnVectors?: Matrix;
  options: MatchingSettings;
}

/** The column of each row, −1 for none, and what computed it. */
export interface Matched {
  columns: Int32Array;
  tier: KernelTier;
  /** Upper bound of the value of any matching, where the method knows one. */
  dualBound?: number;
}

/** One way to pair places, declared once: computation, flag, app and approximation tables all come from here. */
export interface MatchingRecord {
  /** Name for people. */
  title: string;
  /** What it does, to follow the title. */
  about: string;
  match(problem: MatchingProblem): Matched;
  /** Options that belong to the method. */
  options?: readonly ('batchSize' | 'normOrder' | 'topk' | 'gap' | 'prototypes')[];
  /** Needs maps whose positions are a grid. */
  needsGrid?: boolean;
  /** Works on the vectors of two maps of equally many positions, and without the affinity. */
  needsVectors?: boolean;
}

const plain = (columns: Int32Array): Matched => ({ columns, tier: 'plain' });

/** Every method but the optimum, which has a bound of its own; from none at all to the nearest to the optimum. */
export const APPROXIMATE_METHODS = {
  none: {
    title: 'Same places',
    about: 'every place with the place at the same spot',
    match: ({ rows, columns }) => plain(Int32Array.from({ length: rows }, (_, i) => (i < columns ? i : -1))),
  },
  greedy: {
    title: 'Greedy',
    about: 'places by falling norm, each takes the best that is free',
    match: ({ affinity, rows, columns, rowNorms }) => plain(greedyMatching(affinity, rows, columns, rowNorms())),
  },
  'global-greedy': {
    title: 'Global greedy',
    about: 'the largest inner product left, again and again',
    match: ({ affinity, rows, columns }) => plain(globalGreedyMatching(affinity, rows, columns)),
  },
  'topk-greedy': {
    title: 'Top-k greedy',
    about: 'the places of largest norm matched exactly, the rest greedily',
    options: ['topk'],
    match: ({ affinity, rows, columns, rowNorms, columnNorms, options }) =>
      topkGreedyMatching(affinity, rows, columns, rowNorms(), columnNorms(), { ...options, topk: options.topk ?? 128 }),
  },
  'batch-optimal': {
    title: 'Batch-optimal',
    about: 'sorted by norm, cut into windows, each matched exactly',
    options: ['batchSize', 'normOrder'],
    match: ({ affinity, rows, columns, rowNorms, columnNorms, options }) =>
      batchOptimalMatching(affinity, rows, columns, rowNorms(), columnNorms(), {
        ...options,
        batchSize: options.batchSize ?? 512,
        normOrder: options.normOrder ?? 'ascending',
      }),
  },
  prototypes: {
    title: 'Prototypes',
    about: 'groups of like places by the best transport of their counts, for maps of many places, with an upper bound',
    options: ['gap', 'prototypes'],
    needsVectors: true,
    match: ({ rowVectors, columnVectors, options }) => {
      const { columns, upperBound } = matchPrototypes(prototypeMap(rowVectors!), prototypeMap(columnVectors!), options);
      return { columns, tier: kernelTier(), dualBound: upperBound };
    },
  },
  'circular-shift': {
    title: 'Best shift',
    about: 'the best shift of the whole map',
    needsGrid: true,
    match: ({ affinity, rows, columns, options }) =>
      plain(circularShiftMatching(affinity, rows, columns, options.extent ?? { height: 1, width: columns })),
  },
} as const satisfies Record<string, MatchingRecord>;

/** How places of one image are paired with places of another. */
export type MatchingMethod = 'optimal' | keyof typeof APPROXIMATE_METHODS;

/** How the positions of two feature maps are matched, from the exact optimum to no matching at all. */
export const MATCHING_METHODS = ['optimal', ...Object.keys(APPROXIMATE_METHODS)] as readonly MatchingMethod[];

/** A method with its window or k, such as "batch-optimal 128". */
export function matchingName(method: string, size: number | null | undefined): string {
  return typeof size === 'number' ? `${method} ${size}` : method;
}

/** Names and notes of all methods, for reports and the app. */
export const MATCHING_TITLES: Readonly<Record<string, { title: string; about: string }>> = {
  ...APPROXIMATE_METHODS,
  optimal: { title: 'Optimal', about: 'the exact maximum' },
};
