import type { SimilarityKernel } from '#src/measures/representations/similarity-kernels.ts';
import { compute } from '../../../kit/compute/compute.ts';
import { heldPanel, type PanelMatrix, rawPanel } from '../../../matrix/values/panel-matrix.ts';
import { KERNEL_TITLES } from '../kernel-titles.ts';
import {
  layerTitle,
  matrixPath,
  type RepresentationsData,
  type ShownLayer,
  type Side,
} from '../representations-data.ts';
import { differencePanel } from './difference-panel.ts';

/** What one map shows. */
export interface MapSpec {
  id: string;
  kind: 'similarity' | 'difference';
  title: string;
  subtitle: string;
  /** For readings: "semantic", "spatial", "difference". */
  short: string;
  /** One matrix, or the two whose difference it is. */
  paths: readonly [string] | readonly [string, string];
  /** Differences of values for matrices in the same units, else of ranks. */
  ranks: boolean;
  model: string | undefined;
}

export const SIDE_TITLES: Readonly<Record<Side, string>> = { semantic: 'Semantic', spatial: 'Spatial' };
const SIDE_NOTES: Readonly<Record<Side, string>> = { semantic: 'matched places', spatial: 'same places' };

/** Both similarities of a layer, and what matching changes. */
export function sidePanels(layer: ShownLayer, kernel: SimilarityKernel): MapSpec[] {
  const one = (side: Side): MapSpec => ({
    id: `${layer.key}/${side}/${kernel}`,
    kind: 'similarity',
    title: SIDE_TITLES[side],
    subtitle: `${SIDE_NOTES[side]}, ${KERNEL_TITLES[kernel].toLowerCase()}`,
    short: side,
    paths: [matrixPath(layer, side, kernel)!],
    ranks: false,
    model: undefined,
  });
  const [semantic, spatial] = [one('semantic'), one('spatial')];
  return [
    semantic,
    spatial,
    {
      id: `${layer.key}/change/${kernel}`,
      kind: 'difference',
      title: 'Difference',
      subtitle: 'semantic − spatial',
      short: 'difference',
      paths: [semantic.paths[0], spatial.paths[0]],
      ranks: false,
      model: undefined,
    },
  ];
}

/** One similarity of two layers, and the difference of ranks, as their values are on different scales. */
export function layerPanels(
  data: RepresentationsData,
  layers: readonly [ShownLayer, ShownLayer],
  side: Side,
  kernel: SimilarityKernel,
): MapSpec[] {
  const [a, b] = layers.map(
    (layer): MapSpec => ({
      id: `${layer.key}/${side}/${kernel}`,
      kind: 'similarity',
      title: layerTitle(data, layer),
      subtitle: `${side}, ${KERNEL_TITLES[kernel].toLowerCase()}`,
      short: layerTitle(data, layer),
      paths: [matrixPath(layer, side, kernel)!],
      ranks: false,
      model: layer.model.id,
    }),
  ) as [MapSpec, MapSpec];
  return [
    a,
    b,
    {
      id: `${a.id}|${b.id}`,
      kind: 'difference',
      title: 'Difference of ranks',
      subtitle: `${a.title} − ${b.title}`,
      short: 'difference of ranks',
      paths: [a.paths[0], b.paths[0]],
      ranks: true,
      model: undefined,
    },
  ];
}

/** Loads maps, each once. */
export function createPanelLoader({ source }: RepresentationsData): (spec: MapSpec) => Promise<PanelMatrix> {
  const held = new Map<string, Promise<PanelMatrix>>();
  const load = async ({ paths: [first, second], ranks }: MapSpec): Promise<PanelMatrix> => {
    if (second === undefined)
      return rawPanel(
        await source.display(first),
        () => source.matrix(first),
        (i) => source.row(first, i),
      );
    const [a, b] = await Promise.all([source.matrix(first), source.matrix(second)]);
    return ranks
      ? heldPanel(await compute({ kind: 'difference', a, b }), 'difference', { low: -1, high: 1 })
      : differencePanel(a, b);
  };
  return (spec) => {
    let panel = held.get(spec.id);
    if (!panel) {
      panel = load(spec);
      held.set(spec.id, panel);
      panel.catch(() => held.delete(spec.id));
    }
    return panel;
  };
}
