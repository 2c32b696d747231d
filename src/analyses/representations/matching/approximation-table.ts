import type { FeatureMaps } from '../../../measures/representations/feature-maps.ts';
import { approximationRatios } from '../../../measures/representations/matching/approximation.ts';
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

/** Images whose pairs are looked at, fewer where maps are large. */
const IMAGES = 16;

/** Positions up to which the optimum is looked for: an affinity takes 4 bytes a pair of positions, in several copies. */
const MOST_POSITIONS = 4096;

/**
 * How close each matching method comes to the optimum on random pairs of a layer's images, uncentred: after centring the
 * optimum of a pair may be 0 or negative, and a ratio to it means nothing. The pairs follow from the seed alone. Empty for
 * layers of more than 4,096 positions.
 */
export async function approximationTable(
  features: LayerFeatures,
  { approximationPairs, seed, ...given }: PlainOptions,
): Promise<RepresentationLayerEntry['approximation']> {
  const { positions, images } = features;
  // The optimum costs up to positions³.
  const wanted = Math.min(approximationPairs, positions <= 256 ? Number.POSITIVE_INFINITY : positions <= 1024 ? 20 : 6);
  if (positions > MOST_POSITIONS || wanted === 0 || images < 2) return [];
  const random = createRandom(seed);
  const chosen = [...random.permutation(images).subarray(0, positions <= 1024 ? IMAGES : 4)].sort((a, b) => a - b);
  const maps = await gather(features, chosen);
  const all = chosen.flatMap((_, i) => chosen.slice(0, i).map((__, j): [number, number] => [i, j]));
  const order = random.permutation(all.length);
  const pairs = [...order.subarray(0, Math.min(wanted, all.length))].map((index) => all[index]!);
  const methods = Object.entries<MatchingRecord>(APPROXIMATE_METHODS)
    .filter(([, { needsGrid }]) => !needsGrid || (maps.extent && positions <= 1024))
    .map(
      ([method, { options = [] }]): AssignOptions => ({
        method: method as MatchingMethod,
        ...Object.fromEntries(options.map((name) => [name, given[name]])),
      }),
    );
  return approximationRatios(maps, pairs, methods).map(({ method, aggregate, ratios, mean, skipped }) => ({
    method,
    aggregate,
    mean,
    quantiles: ratios.length > 0 ? [0, 0.25, 0.5, 0.75, 1].map((q) => quantile(ratios, q)) : null,
    pairs: pairs.length,
    skipped,
  }));
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
