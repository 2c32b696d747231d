import { type AssignOptions, MATCHING_METHODS, type NormOrder } from 'semblance';
import { compute } from '../../../compute/compute.ts';
import { type RepresentationsData, type ShownLayer, storedMatches } from '../representations-data.ts';

/** Two places, of the first and of the second image, and the inner product of their vectors; null where it is not known. */
export interface PlacePair {
  first: number;
  second: number;
  strength: number | null;
}

export interface PlacePairs {
  /** Strongest first. */
  pairs: readonly PlacePair[];
  /** Sum over all places; null where only some are known. */
  sum: number | null;
}

/** How two images are matched, and where that is known from. */
export interface PairMatches {
  matched: PlacePairs;
  same: PlacePairs;
  /** Matched again from features of 32 or 16 bits, or as stored with the study: the strongest only. */
  from: 32 | 16 | 'stored';
}

/** The options of the study's matching, for the library. */
export function matchingOptions({ section }: RepresentationsData, layer: ShownLayer): AssignOptions {
  const { batchSize, topk, normOrder } = section.options;
  return {
    method: MATCHING_METHODS.find((name) => name === section.method) ?? 'optimal',
    ...(typeof batchSize === 'number' && { batchSize }),
    ...(typeof topk === 'number' && { topk }),
    ...((normOrder === 'ascending' || normOrder === 'descending') && { normOrder: normOrder as NormOrder }),
    ...(layer.entry.extent && { extent: layer.entry.extent }),
  };
}

/** The row of the kept features that an image has; undefined where it has none. */
export function featureRow(layer: ShownLayer, image: number): number | undefined {
  const { features } = layer.entry;
  if (!features) return undefined;
  if (features.images === null) return image;
  const at = features.images.indexOf(image);
  return at < 0 ? undefined : at;
}

/** Matches two images, by their features where the study has both; undefined where it has neither features nor a match. */
export async function matchesOf(
  data: RepresentationsData,
  layer: ShownLayer,
  a: number,
  b: number,
): Promise<PairMatches | undefined> {
  const rows = [featureRow(layer, a), featureRow(layer, b)];
  const { features, positions, channels } = layer.entry;
  if (features && rows[0] !== undefined && rows[1] !== undefined) {
    const [x, y] = await Promise.all([
      data.source.row(features.path, rows[0]),
      data.source.row(features.path, rows[1]),
    ]);
    const { matched, same } = await compute({
      kind: 'match-pair',
      // A row may lie within a larger array, which is not to be copied to the worker as a whole.
      a: x.slice(),
      b: y.slice(),
      positions,
      channels,
      options: matchingOptions(data, layer),
    });
    const pairs = (found: typeof matched): PlacePairs => ({
      pairs: Array.from(found.first, (first, i) => ({
        first,
        second: found.second[i]!,
        strength: found.affinity[i]!,
      })),
      sum: found.value,
    });
    return { matched: pairs(matched), same: pairs(same), from: features.bits };
  }
  const stored = await storedMatches(data, layer);
  const turned = stored.get(`${b},${a}`)?.map(([s, t, strength]) => [t, s, strength] as const);
  const found = stored.get(`${a},${b}`) ?? turned;
  if (!found) return undefined;
  return {
    matched: {
      pairs: found.map(([first, second, strength]) => ({ first, second, strength })),
      sum: null,
    },
    same: { pairs: found.map(([first]) => ({ first, second: first, strength: null })), sum: null },
    from: 'stored',
  };
}

/** Why a pair cannot be opened, and what would open it. */
export function whyNot(layer: ShownLayer): string {
  const { features } = layer.entry;
  if (features?.images)
    return `Features of ${features.images.length} images were kept, as those of all are larger than the cap. Make the study with a larger --pair-features to open every pair; pairs that retrieval found can be opened in any case.`;
  return 'The study keeps no features of this layer: only pairs that retrieval found can be opened. Make it with --pair-features 32M, or more, to open every pair.';
}
