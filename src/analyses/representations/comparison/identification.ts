import { type Identified, identifyLayers } from '../../../measures/representations/comparison/layer-identification.ts';
import type { NumberMap } from '../../../measures/representations/comparison/mean-of-maps.ts';
import { bcaInterval } from '../../../statistics/bootstrap-interval.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { IdentifiedShare, LayerIdentification } from '../../../study/parts/layer-identification.ts';
import type { LayerComparison } from '../../../study/representations-section.ts';

const MEASURES = ['cka', 'ckaUnbiased', 'ckaMinibatch'] as const;
const RESAMPLES = 2000;

/** What one pair of networks gave, both directions together, by either similarity. */
interface PairResult {
  semantic: Identified;
  spatial: Identified;
}

/**
 * Which CKA tells the layers of networks apart: the layer identification test over every pair of models whose layers have the
 * same names in the same order, one group for each such list of names. Layers of one network depend on one another, so that
 * intervals are of a bootstrap over pairs of networks (BCa, 95 %); a single pair has none.
 */
export function layerIdentification(
  comparison: Omit<LayerComparison, 'differences' | 'identification'>,
): LayerIdentification[] {
  const places = new Map<string, number[]>();
  for (const [i, { model }] of comparison.layers.entries()) places.set(model, [...(places.get(model) ?? []), i]);
  const groups = new Map<string, string[]>();
  for (const [model, indices] of places) {
    const names = JSON.stringify(indices.map((i) => comparison.layers[i]!.layer));
    groups.set(names, [...(groups.get(names) ?? []), model]);
  }
  const found: LayerIdentification[] = [];
  for (const models of groups.values()) {
    const layers = places.get(models[0]!)!.length;
    if (models.length < 2 || layers < 2) continue;
    const pairs = models.flatMap((a, i) => models.slice(i + 1).map((b) => [places.get(a)!, places.get(b)!] as const));
    const draws = resampledPairs(pairs.length, comparison.rsa.seed);
    const measures: LayerIdentification['measures'] = {};
    for (const measure of MEASURES) {
      const sides = comparison[measure];
      if (!sides) continue;
      const both = (map: NumberMap, [a, b]: (typeof pairs)[number]): Identified => {
        const [there, back] = [identifyLayers(map, a, b), identifyLayers(map, b, a)];
        return { right: there.right + back.right, layers: there.layers + back.layers };
      };
      const results = pairs.map((pair) => ({
        semantic: both(sides.semantic, pair),
        spatial: both(sides.spatial, pair),
      }));
      measures[measure] = {
        semantic: withInterval(results, draws, (list) => share(list.map(({ semantic }) => semantic))),
        spatial: withInterval(results, draws, (list) => share(list.map(({ spatial }) => spatial))),
        difference: withInterval(
          results,
          draws,
          (list) => share(list.map(({ semantic }) => semantic)) - share(list.map(({ spatial }) => spatial)),
        ),
      };
    }
    found.push({ models, layers, pairs: pairs.length, chance: 1 / layers, measures });
  }
  return found;
}

/** NaN where no layer could be looked for. */
function share(results: readonly Identified[]): number {
  const sum = (key: keyof Identified): number => results.reduce((total, result) => total + result[key], 0);
  return sum('right') / sum('layers');
}

/** Pairs drawn with replacement, the same for every measure; none of a single pair. */
function resampledPairs(pairs: number, seed: number): Int32Array[] {
  if (pairs < 2) return [];
  const random = createRandom(seed);
  return Array.from({ length: RESAMPLES }, () => Int32Array.from({ length: pairs }, () => random.below(pairs)));
}

function withInterval(
  results: readonly PairResult[],
  draws: readonly Int32Array[],
  statistic: (results: readonly PairResult[]) => number,
): IdentifiedShare | null {
  const value = statistic(results);
  if (Number.isNaN(value)) return null;
  const jackknife = results.map((_, out) => statistic(results.filter((_, i) => i !== out)));
  // Pairs that all agree say nothing of others: an interval without width would claim that they do.
  const agree = results.every((result) => statistic([result]) === value);
  const interval = agree
    ? null
    : bcaInterval(
        value,
        draws.map((draw) => statistic(Array.from(draw, (i) => results[i]!))),
        jackknife,
      );
  return { value, low: interval?.low ?? null, high: interval?.high ?? null };
}
