import { compute } from '../../../kit/compute/compute.ts';
import { resource } from '../../../kit/ui/resource.svelte.ts';
import { router } from '../../../kit/url/router.svelte.ts';
import { type ClassOrder, indexOrder, orderOf } from '../../../matrix/class-order.ts';
import { createMapScene, type MapScene } from '../../../matrix/map-scene.svelte.ts';
import type { RepresentationsContext } from '../representations-context.ts';
import { matrixPath, type ShownLayer, SIDES, type Side } from '../representations-data.ts';
import { IMAGE_ORDERS, type ImageOrderName, labelOrder } from './image-order.ts';
import { layerPanels, type MapSpec, sidePanels } from './map-panels.ts';

/** How the maps are shown, as the address says. */
export interface ImageMapState {
  readonly order: ImageOrderName;
  /** Both similarities of one layer, or one similarity of two layers. */
  readonly compare: 'sides' | 'layers';
  /** Which similarity of the two layers. */
  readonly side: Side;
  readonly other: ShownLayer;
  readonly scene: MapScene;
  readonly specs: readonly MapSpec[];
}

/** Call during component initialisation, where the study has layers. */
export function createImageMapState({ data, selection }: RepresentationsContext): ImageMapState {
  const standard: ImageOrderName = data.labelled ? 'label' : 'cluster';
  const order = $derived.by((): ImageOrderName => {
    const wanted = IMAGE_ORDERS.find((name) => name === router.params.order) ?? standard;
    return wanted === 'label' && !data.labelled ? 'cluster' : wanted;
  });
  const compare = $derived(router.params.compare === 'layers' && data.layers.length > 1 ? 'layers' : 'sides');
  const side = $derived(SIDES.find((name) => name === router.params.side) ?? 'semantic');
  const layer = $derived(selection.layer!);
  const other = $derived(
    data.layers.find(({ key }) => key === router.params.other) ??
      data.layers.filter((candidate) => candidate !== layer).at(-1) ??
      layer,
  );
  const specs = $derived(
    compare === 'sides'
      ? sidePanels(layer, selection.kernel)
      : layerPanels(data, [layer, other], side, selection.kernel),
  );
  const byIndex = indexOrder(data.images.length);
  const byLabel = labelOrder(data.labels);
  const clusteredBy = $derived(matrixPath(layer, 'semantic', selection.kernel)!);
  const clustered = resource(
    () => (order === 'cluster' ? clusteredBy : undefined),
    async () => orderOf(await compute({ kind: 'order', matrix: await data.source.matrix(clusteredBy) })),
  );
  const shown = $derived<ClassOrder>(
    order === 'index' ? byIndex : order === 'label' ? byLabel : (clustered.value ?? byIndex),
  );
  const scene = createMapScene(() => shown);
  return {
    get order() {
      return order;
    },
    get compare() {
      return compare;
    },
    get side() {
      return side;
    },
    get other() {
      return other;
    },
    scene,
    get specs() {
      return specs;
    },
  };
}
