import { compute } from '../../../kit/compute/compute.ts';
import type { ColourRange } from '../../../kit/theme/colour-scale.ts';
import { resource } from '../../../kit/ui/resource.svelte.ts';
import { router } from '../../../kit/url/router.svelte.ts';
import {
  type ClassOrder,
  indexOrder,
  ORDER_NAMES,
  type OrderName,
  orderOf,
  wordnetOrder,
} from '../../../matrix/class-order.ts';
import { createMapScene, type MapScene } from '../../../matrix/map-scene.svelte.ts';
import type { TrainingContext } from '../training-context.ts';
import { hasKind, KINDS, type MatrixKind, rangeOverTime, tellingEpochs } from './matrix-kinds.ts';

/** How the maps over time are shown, as the address says. */
export interface TimeState {
  readonly kind: MatrixKind;
  readonly order: OrderName;
  readonly scene: MapScene;
  /** One map that the slider drives, or several epochs beside one another. */
  readonly several: boolean;
  /** The epochs of the small maps. */
  readonly epochs: readonly number[];
  /** The same colours for all epochs; undefined where each has its own, or while they are being found. */
  readonly range: ColourRange | undefined;
  readonly sharesColours: boolean;
  setEpochs(epochs: readonly number[]): void;
}

/** Call during component initialisation. */
export function createTimeState(training: TrainingContext): TimeState {
  const { selection } = training;
  const kind = $derived.by((): MatrixKind => {
    const wanted = KINDS.find((name) => name === router.params.matrix);
    return wanted && hasKind(training.data, selection.run, wanted)
      ? wanted
      : (KINDS.find((name) => hasKind(training.data, selection.run, name)) ?? 'ncsm');
  });
  const order = $derived.by((): OrderName => {
    const wanted = ORDER_NAMES.find((name) => name === router.params.order) ?? 'wordnet';
    return wanted === 'wordnet' && !training.data.orders.wordnet ? 'index' : wanted;
  });
  // The order is that of the last epoch, so that a class keeps its place while the slider moves.
  const lastMatrix = $derived(selection.run.entry.matrices.at(-1));
  const clustered = resource(
    () => (order === 'cluster' ? (lastMatrix?.ncsm ?? lastMatrix?.tncsm_test ?? undefined) : undefined),
    async () =>
      orderOf(
        await compute({
          kind: 'order',
          matrix: await training.data.source.matrix((lastMatrix!.ncsm ?? lastMatrix!.tncsm_test)!),
        }),
      ),
  );
  const byIndex = $derived(indexOrder(training.data.classes.length));
  const byWordNet = $derived(wordnetOrder(training.data.orders) ?? byIndex);
  const classOrder = $derived<ClassOrder>(
    order === 'index' ? byIndex : order === 'wordnet' ? byWordNet : (clustered.value ?? byWordNet),
  );
  const sharesColours = $derived(router.params.colours !== 'own');
  const shared = resource(
    () => (sharesColours ? `${selection.run.id}|${kind}|${selection.run.entry.matrices.length}` : undefined),
    () => rangeOverTime(training.data, selection.run, kind),
  );
  const several = $derived(router.params.layout === 'several');
  const kept = $derived(selection.run.entry.matrices.map(({ epoch }) => epoch));
  const epochs = $derived.by(() => {
    const named = (router.params.epochs ?? '')
      .split(',')
      .map(Number)
      .filter((epoch) => kept.includes(epoch));
    return router.params.epochs && named.length > 0 ? named : tellingEpochs(kept);
  });
  const scene = createMapScene(() => classOrder);
  return {
    get kind() {
      return kind;
    },
    get order() {
      return order;
    },
    scene,
    get several() {
      return several;
    },
    get epochs() {
      return epochs;
    },
    get range() {
      return sharesColours ? shared.value : undefined;
    },
    get sharesColours() {
      return sharesColours;
    },
    setEpochs: (next) => router.set({ epochs: [...new Set(next)].sort((a, b) => a - b).join(',') }, { replace: true }),
  };
}
