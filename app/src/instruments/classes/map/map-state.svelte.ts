import type { ColourRange } from '../../../kit/theme/colour-scale.ts';
import { router } from '../../../kit/url/router.svelte.ts';
import { ORDER_NAMES, type OrderName } from '../../../matrix/class-order.ts';
import type { ClassesData } from '../classes-data.ts';
import { DIFFERENCE, SCALES, type Scale } from './panel-specs.ts';

export const LAYOUTS = ['one', 'compare', 'all'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** How the map view shows what it shows, as its address says. */
export interface MapState {
  readonly order: OrderName;
  readonly scale: Scale;
  readonly layout: Layout;
  /** Ids of what stands beside the model, in order. */
  readonly beside: readonly string[];
  /** "own": each map its own range; "shared": one for all networks; or a range that was typed in. */
  readonly range: 'own' | 'shared' | ColourRange;
}

/** "-0.1,0.5". */
export function parseRange(text: string | undefined): ColourRange | undefined {
  const parts = text?.split(',').map(Number);
  return parts?.length === 2 && parts.every(Number.isFinite) && parts[0]! < parts[1]!
    ? { low: parts[0]!, high: parts[1]! }
    : undefined;
}

const oneOf = <T extends string>(allowed: readonly T[], value: string | undefined, fallback: T): T =>
  allowed.includes(value as T) ? (value as T) : fallback;

export function defaultOrder(data: ClassesData): OrderName {
  return data.orders.wordnet ? 'wordnet' : 'cluster';
}

export function defaultBeside(data: ClassesData): string[] {
  const first = data.references[0]?.id ?? data.models[1]?.id;
  return first ? [first, DIFFERENCE] : [];
}

export function createMapState(data: ClassesData): MapState {
  const order = $derived.by((): OrderName => {
    const wanted = oneOf(ORDER_NAMES, router.params.order, defaultOrder(data));
    return wanted === 'wordnet' && !data.orders.wordnet ? defaultOrder(data) : wanted;
  });
  const scale = $derived(oneOf(SCALES, router.params.scale, 'raw'));
  const layout = $derived(oneOf(LAYOUTS, router.params.layout, defaultBeside(data).length > 0 ? 'compare' : 'one'));
  const beside = $derived(router.params.beside?.split(',') ?? defaultBeside(data));
  const range = $derived<MapState['range']>(
    router.params.range === 'shared' ? 'shared' : (parseRange(router.params.range) ?? 'own'),
  );
  return {
    get order() {
      return order;
    },
    get scale() {
      return scale;
    },
    get layout() {
      return layout;
    },
    get beside() {
      return beside;
    },
    get range() {
      return range;
    },
  };
}
