import type { LongTask } from '../../../base/progress.ts';
import type { FeatureMaps } from '../../../measures/representations/feature-maps.ts';
import {
  type ApproximationValues,
  approximationRatios,
  approximationValues,
} from '../../../measures/representations/matching/approximation.ts';
import type { AssignOptions } from '../../../measures/representations/matching/assign-options.ts';
import type { MatchingMethod } from '../../../measures/representations/matching/matching-methods.ts';
import {
  APPROXIMATE_METHODS,
  type MatchingRecord,
} from '../../../measures/representations/matching/matching-methods.ts';
import { quantile } from '../../../statistics/quantile.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { RepresentationLayerEntry } from '../../../study/representations-section.ts';
import type { LayerFeatures } from '../features/collect-features.ts';
import type { PlainOptions } from '../option-table.ts';

/** Images in memory at once, fewer where maps are large; so many are also drawn at least. */
const IMAGES = 16;
const IMAGES_OF_LARGE_MAPS = 4;

/** Positions up to which maps are not large. */
const LARGE_POSITIONS = 1024;

/** Positions up to which the optimum is looked for: an affinity takes 4 bytes a pair of positions, in several copies. */
const MOST_POSITIONS = 4096;

/** Width of a bar of the histogram of shares, and the share at which its first one begins at least. */
const BAR = 0.02;
const LEAST_SHARE = -1;

/** Pairs that are looked at where nobody says how many: the optimum costs up to positions³. */
function usualPairs(positions: number): number {
  return positions <= 256 ? 50 : positions <= LARGE_POSITIONS ? 20 : 6;
}

/** What a layer's entry tells of the comparison of matching methods with the optimum. */
export type ApproximationEntries = Required<Pick<RepresentationLayerEntry, 'approximation' | 'approximationPairs'>>;

/**
 * How close each matching method comes to the optimum on random pairs of a layer's images, uncentred: after centring the
 * optimum of a pair may be 0 or negative, and a ratio to it means nothing. As many pairs as asked for, or as there are. They
 * follow from the seed alone. Layers of more than 4,096 positions have no entries, and the reason stands beside.
 */
export async function approximationTable(
  features: LayerFeatures,
  options: PlainOptions,
  task: LongTask = {},
): Promise<ApproximationEntries> {
  const { positions, images } = features;
  const of = (images * (images - 1)) / 2;
  const asked = options.approximationPairs;
  const wanted = Math.min(asked ?? usualPairs(positions), of);
  if (asked === 0) return { approximation: [], approximationPairs: null };
  const described = { asked, of, optimalTime: null };
  if (positions > MOST_POSITIONS)
    return {
      approximation: [],
      approximationPairs: {
        ...described,
        used: 0,
        notes: [
          `not compared with the optimum, which is looked for in maps of up to ${MOST_POSITIONS.toLocaleString('en')} positions; there are ${positions.toLocaleString('en')}`,
        ],
      },
    };
  const { methods, notes } = methodsOf(features, options);
  const pairs = drawPairs(images, wanted, positions, options.seed);
  const values = await valuesOf(features, pairs, methods, options.approximationTimes, task);
  const timesOf = (times: Float64Array): number | null =>
    options.approximationTimes && times.length > 0 ? quantile(times, 0.5) : null;
  return {
    approximation: approximationRatios(values, methods).map(({ method, aggregate, ratios, mean, skipped }, m) => ({
      method,
      size: sizeOf(methods[m]!),
      aggregate,
      mean,
      quantiles: ratios.length > 0 ? [0, 0.25, 0.5, 0.75, 1].map((q) => quantile(ratios, q)) : null,
      histogram: histogramOf(ratios),
      time: timesOf(values.methods[m]!.times),
      pairs: pairs.length,
      skipped,
    })),
    approximationPairs: { ...described, used: pairs.length, optimalTime: timesOf(values.optimalTimes), notes },
  };
}

/** Every method, those with a window or a k once for each that was asked for. */
function methodsOf(
  { positions, layer }: LayerFeatures,
  { approximationWindows, approximationTopk, ...given }: PlainOptions,
): { methods: AssignOptions[]; notes: string[] } {
  const notes: string[] = [];
  const methods = Object.entries<MatchingRecord>(APPROXIMATE_METHODS).flatMap(
    ([name, { options = [], needsGrid }]): AssignOptions[] => {
      if (needsGrid && !layer.extent) return [];
      if (needsGrid && positions > LARGE_POSITIONS) {
        notes.push(`${name} left out: more than ${LARGE_POSITIONS.toLocaleString('en')} positions`);
        return [];
      }
      const own = {
        method: name as MatchingMethod,
        ...Object.fromEntries(options.map((option) => [option, given[option]])),
      };
      if (options.includes('batchSize') && approximationWindows.length > 0)
        return ascending(approximationWindows).map((batchSize) => ({ ...own, batchSize }));
      if (options.includes('topk') && approximationTopk.length > 0)
        return ascending(approximationTopk).map((topk) => ({ ...own, topk }));
      return [own];
    },
  );
  return { methods, notes };
}

/** Window or k of a method that has one. */
function sizeOf({ method, batchSize, topk }: AssignOptions): number | null {
  if (method === 'batch-optimal') return batchSize ?? null;
  return method === 'topk-greedy' ? (topk ?? null) : null;
}

/** Random pairs of different images, from no more images than that takes. */
function drawPairs(images: number, wanted: number, positions: number, seed: number): [number, number][] {
  const random = createRandom(seed);
  const enough = Math.ceil((1 + Math.sqrt(1 + 8 * wanted)) / 2);
  const least = positions <= LARGE_POSITIONS ? IMAGES : IMAGES_OF_LARGE_MAPS;
  const chosen = [...random.permutation(images).subarray(0, Math.max(enough, least))].sort((a, b) => a - b);
  const all = chosen.flatMap((i, at) => chosen.slice(0, at).map((j): [number, number] => [i, j]));
  return [...random.permutation(all.length).subarray(0, wanted)].map((index) => all[index]!);
}

/** Values and times of all pairs, with a few images in memory at a time. */
async function valuesOf(
  features: LayerFeatures,
  pairs: readonly (readonly [number, number])[],
  methods: readonly AssignOptions[],
  isTimed: boolean,
  { signal, onProgress }: LongTask,
): Promise<ApproximationValues> {
  const empty = (): Float64Array => new Float64Array(pairs.length);
  const found: ApproximationValues = {
    optima: empty(),
    optimalTimes: empty(),
    methods: methods.map(() => ({ values: empty(), times: empty() })),
  };
  const most = features.positions <= LARGE_POSITIONS ? IMAGES : IMAGES_OF_LARGE_MAPS;
  let done = 0;
  for (const { images, places } of groupPairs(pairs, most)) {
    signal?.throwIfAborted();
    const maps = await gather(features, images);
    const own = places.map((p): [number, number] => [images.indexOf(pairs[p]![0]), images.indexOf(pairs[p]![1])]);
    // What is compiled or allocated once is no part of any pair's time.
    if (isTimed && done === 0) approximationValues(maps, own.slice(0, 1), methods);
    const part = approximationValues(maps, own, methods);
    places.forEach((p, at) => {
      found.optima[p] = part.optima[at]!;
      found.optimalTimes[p] = part.optimalTimes[at]!;
      part.methods.forEach(({ values, times }, m) => {
        found.methods[m]!.values[p] = values[at]!;
        found.methods[m]!.times[p] = times[at]!;
      });
    });
    done += places.length;
    onProgress?.({ task: 'comparing matchings', done, total: pairs.length, unit: 'pairs' });
  }
  return found;
}

/** Places of the pairs in groups of at most so many images. */
function groupPairs(
  pairs: readonly (readonly [number, number])[],
  most: number,
): { images: number[]; places: number[] }[] {
  const groups: { images: Set<number>; places: number[] }[] = [];
  const order = pairs.map((_, p) => p).sort((p, q) => pairs[p]![0] - pairs[q]![0] || pairs[p]![1] - pairs[q]![1]);
  for (const p of order) {
    const last = groups.at(-1);
    const both = new Set([...(last?.images ?? []), ...pairs[p]!]);
    if (last && both.size <= most) {
      last.images = both;
      last.places.push(p);
    } else groups.push({ images: new Set(pairs[p]), places: [p] });
  }
  return groups.map(({ images, places }) => ({ images: [...images], places }));
}

/** Counts of shares in bars of 0.02 up to 1; what is below −1 counts in the first bar. */
function histogramOf(ratios: Float64Array): { from: number; width: number; counts: number[] } | null {
  if (ratios.length === 0) return null;
  const bars = (share: number): number => Math.floor(share / BAR + 1e-9);
  const least = Math.max(LEAST_SHARE / BAR, Math.min(1 / BAR - 1, bars(ratios.reduce((a, b) => Math.min(a, b)))));
  const counts = new Array<number>(1 / BAR - least).fill(0);
  for (const ratio of ratios) {
    const bar = Math.max(0, Math.min(counts.length - 1, bars(ratio) - least));
    counts[bar]!++;
  }
  return { from: least * BAR, width: BAR, counts };
}

function ascending(sizes: readonly number[]): number[] {
  return [...sizes].sort((a, b) => a - b);
}

/** The chosen images, uncentred, one after the other. */
async function gather(features: LayerFeatures, chosen: readonly number[]): Promise<FeatureMaps> {
  const parts: FeatureMaps<Float32Array>[] = [];
  for (const image of chosen) parts.push(await features.load(image, image + 1, { raw: true }));
  const size = features.positions * features.channels;
  const data = new Float32Array(chosen.length * size);
  parts.forEach((part, i) => {
    data.set(part.data, i * size);
  });
  return { ...parts[0]!, images: chosen.length, data, firstImage: 0 };
}
