import { meanOf } from '../../../measures/concepts/regress/concept-similarity.ts';
import type { ConceptsSection } from '../../../study/concepts-section.ts';
import type { ClassRecord, LayerCell } from '../one-class/class-record.ts';

const PARTS = ['both', 'first', 'second', 'mean', 'max'] as const satisfies readonly (keyof LayerCell)[];

/** The layer map averaged over the classes that have a cell; null where none was asked for. */
export function joinLayerMaps(
  records: readonly ClassRecord[],
  layers: [string[], string[]],
): ConceptsSection['layerMap'] {
  const maps = records.flatMap(({ layerMap }) => (layerMap ? [layerMap] : []));
  if (maps.length === 0) return null;
  const cells = <T>(of: (found: LayerCell[]) => T): T[][] =>
    layers[0].map((_, i) => layers[1].map((_, j) => of(maps.map((map) => map[i]![j]!))));
  const part = (name: (typeof PARTS)[number]) => cells((found) => meanOf(found.map((cell) => cell[name])));
  return {
    layers,
    both: part('both'),
    first: part('first'),
    second: part('second'),
    mean: part('mean'),
    max: part('max'),
    classes: cells((found) => found.filter(({ mean }) => mean !== null).length),
  };
}

/** The curves of a sweep averaged over classes; null where none was asked for. */
export function joinSweeps(records: readonly ClassRecord[]): ConceptsSection['sweeps'] {
  const sweeps = records.flatMap((record) => (record.sweeps ? [record.sweeps] : []));
  if (sweeps.length === 0) return null;
  const values = <T>(all: readonly T[]): T[] => [...new Set(all)];
  const components = values(sweeps.flatMap((sweep) => sweep.components.map(({ nComponents }) => nComponents)));
  const alphas = values(sweeps.flatMap((sweep) => sweep.alpha.map(({ alpha }) => alpha)));
  return {
    components: components.map((nComponents) => {
      const points = sweeps.flatMap((sweep) => sweep.components.filter((point) => point.nComponents === nComponents));
      return {
        nComponents,
        models: [0, 1].map((m) => ({
          cross: meanOf(points.map(({ models }) => models[m]!.cross)),
          self: meanOf(points.map(({ models }) => models[m]!.self)),
          relativeError: meanOf(points.map(({ models }) => models[m]!.relativeError)),
          stability: meanOf(points.map(({ models }) => models[m]!.stability)),
        })),
      };
    }),
    alpha: alphas.map((alpha) => {
      const points = sweeps.flatMap((sweep) => sweep.alpha.filter((point) => point.alpha === alpha));
      return {
        alpha,
        models: [0, 1].map((m) => ({
          cross: meanOf(points.map(({ models }) => models[m]!.cross)),
          self: meanOf(points.map(({ models }) => models[m]!.self)),
          features: meanOf(points.map(({ models }) => models[m]!.features)),
        })),
      };
    }),
  };
}
