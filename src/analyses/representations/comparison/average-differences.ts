import { meanOfMaps, type NumberMap } from '../../../measures/representations/comparison/mean-of-maps.ts';
import type { LayerComparison, LayerDifference } from '../../../study/representations-section.ts';

const MEASURES = ['cka', 'ckaUnbiased', 'ckaMinibatch', 'rsa', 'mutualNeighbours'] as const;

/**
 * What matching changes in the maps of layers against layers, averaged over models: semantic − spatial of CKA, RSA and
 * mutual neighbours. Models with as many layers as one another are taken together, a layer by its place in depth:
 * `within`, every such model against itself, and `across`, every model of one group against every other model of the same
 * or another group. The maps of semantic against spatial CKA are averaged over the same models. (Method of Wald et al., appendix G, where the models are training runs that differ by their seed.)
 */
export function averageDifferences(
  comparison: Omit<LayerComparison, 'differences' | 'identification'>,
): LayerDifference[] {
  const places = new Map<string, number[]>();
  for (const [i, { model }] of comparison.layers.entries()) places.set(model, [...(places.get(model) ?? []), i]);
  const groups = new Map<number, string[]>();
  for (const [model, { length }] of places) groups.set(length, [...(groups.get(length) ?? []), model]);
  const depths = [...groups.keys()].sort((a, b) => a - b);
  const found: LayerDifference[] = [];
  const add = (kind: LayerDifference['kind'], pairs: readonly (readonly [string, string])[]): void => {
    if (pairs.length === 0) return;
    const measures: LayerDifference['measures'] = {};
    for (const measure of MEASURES) {
      const sides = comparison[measure];
      if (!sides) continue;
      measures[measure] = meanOfMaps(
        pairs.map(([a, b]) => difference(sides.semantic, sides.spatial, places.get(a)!, places.get(b)!)),
      );
    }
    const { semanticSpatial } = comparison;
    const crossed = (map: NumberMap) =>
      meanOfMaps(pairs.map(([a, b]) => places.get(a)!.map((i) => places.get(b)!.map((j) => map[i]![j]!))));
    found.push({
      kind,
      rows: [...new Set(pairs.map(([a]) => a))],
      columns: [...places.keys()].filter((model) => pairs.some(([, b]) => b === model)),
      pairs: pairs.length,
      measures,
      ...(semanticSpatial && {
        semanticSpatial: { biased: crossed(semanticSpatial.biased), unbiased: crossed(semanticSpatial.unbiased) },
      }),
    });
  };
  depths.forEach((depth, g) => {
    const rows = groups.get(depth)!;
    add(
      'within',
      rows.map((model) => [model, model] as const),
    );
    for (const other of depths.slice(g))
      add(
        'across',
        rows.flatMap((a) =>
          groups
            .get(other)!
            .filter((b) => b !== a)
            .map((b) => [a, b] as const),
        ),
      );
  });
  return found;
}

function difference(
  semantic: NumberMap,
  spatial: NumberMap,
  rows: readonly number[],
  columns: readonly number[],
): (number | null)[][] {
  const minus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b);
  return rows.map((i) => columns.map((j) => minus(semantic[i]![j]!, spatial[i]![j]!)));
}
