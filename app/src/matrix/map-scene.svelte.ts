import type { ClassOrder } from './class-order.ts';
import { type GroupNode, nestGroups } from './group-bands.ts';
import type { Cell } from './map-geometry.ts';
import { fitViewport, type Viewport } from './viewport.ts';

/** What several maps share so that they move as one. */
export interface MapScene {
  readonly n: number;
  readonly order: ClassOrder;
  readonly groups: readonly GroupNode[];
  viewport: Viewport;
  /** Under the pointer. */
  hover: Cell | undefined;
  hoverGroup: GroupNode | undefined;
}

export function createMapScene(order: () => ClassOrder): MapScene {
  const groups = $derived(nestGroups(order().groups, order().classAt.length));
  let viewport = $state.raw<Viewport>(fitViewport(order().classAt.length));
  let hover = $state.raw<Cell | undefined>();
  let hoverGroup = $state.raw<GroupNode | undefined>();
  return {
    get n() {
      return order().classAt.length;
    },
    get order() {
      return order();
    },
    get groups() {
      return groups;
    },
    get viewport() {
      return viewport;
    },
    set viewport(next) {
      viewport = next;
    },
    get hover() {
      return hover;
    },
    set hover(next) {
      if (next?.row !== hover?.row || next?.col !== hover?.col) hover = next;
    },
    get hoverGroup() {
      return hoverGroup;
    },
    set hoverGroup(next) {
      hoverGroup = next;
    },
  };
}
