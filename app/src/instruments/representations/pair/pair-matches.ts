import type { AssignOptions } from '#src/measures/representations/matching/assign-options.ts';
import { MATCHING_METHODS } from '#src/measures/representations/matching/matching-methods.ts';
import type { NormOrder } from '#src/measures/representations/matching/norm-order.ts';
import { compute } from '../../../kit/compute/compute.ts';
import { type RepresentationsData, type ShownLayer, storedMatches } from '../representations-data.ts';
import { featureRow, type PairMatches, type PlacePairs } from './place-pairs.ts';

/** The options of the study's matching, for the library. */
export function matchingOptions({ section }: RepresentationsData, layer: ShownLayer): AssignOptions {
  const { batchSize, topk, normOrder, gap, prototypes } = section.options;
  const own = layer.entry.method ?? section.method;
  return {
    method: MATCHING_METHODS.find((name) => name === own) ?? 'optimal',
    ...(typeof batchSize === 'number' && { batchSize }),
    ...(typeof topk === 'number' && { topk }),
    ...(typeof gap === 'number' && { gap }),
    ...(typeof prototypes === 'number' && { prototypes }),
    ...((normOrder === 'ascending' || normOrder === 'descending') && { normOrder: normOrder as NormOrder }),
    ...(layer.entry.extent && { extent: layer.entry.extent }),
  };
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
    const options = matchingOptions(data, layer);
    const { matched, same } = await compute({
      kind: 'match-pair',
      // A row may lie within a larger array, which is not to be copied to the worker as a whole.
      a: x.slice(),
      b: y.slice(),
      positions,
      channels,
      options,
    });
    const pairs = (found: typeof matched): PlacePairs => ({
      pairs: Array.from(found.first, (first, i) => ({
        first,
        second: found.second[i]!,
        strength: found.affinity[i]!,
      })),
      sum: found.value,
    });
    const bounded = options.method === 'prototypes' ? { bound: matched.dualBound } : {};
    return { matched: { ...pairs(matched), ...bounded }, same: pairs(same), from: features.bits };
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
