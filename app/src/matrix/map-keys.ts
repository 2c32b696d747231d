import type { Cell } from './map-geometry.ts';
import type { MapScene } from './map-scene.svelte.ts';
import { fitViewport, type Viewport, zoomAt } from './viewport.ts';

/** What a key does to a map: a new cell, a new view, or nothing (undefined). */
export interface MapMove {
  cell?: Cell;
  viewport?: Viewport;
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Cells that an arrow moves by while Shift is held. */
const STRIDE = 10;

/** Arrows move the cell, Home and End go to the ends of the row (with Ctrl of the diagonal), + and − zoom, 0 fits. */
export function moveCell(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  scene: MapScene,
  selected: Cell | undefined,
): MapMove | undefined {
  if (event.altKey || event.metaKey) return undefined;
  const { n, order, viewport } = scene;
  const middle = (start: number): number => Math.min(n - 1, Math.floor(start + viewport.span / 2));
  const row = selected ? order.positionOf[selected.row]! : middle(viewport.y);
  const col = selected ? order.positionOf[selected.col]! : middle(viewport.x);
  const at = (r: number, c: number): MapMove => {
    const keep = (position: number): number => order.classAt[Math.min(n - 1, Math.max(0, position))]!;
    return { cell: { row: keep(r), col: keep(c) } };
  };
  const step = STEPS[event.key];
  if (step && !event.ctrlKey) {
    if (!selected) return at(row, col);
    const stride = event.shiftKey ? STRIDE : 1;
    return at(row + step[0] * stride, col + step[1] * stride);
  }
  if (event.key === 'Home') return event.ctrlKey ? at(0, 0) : at(row, 0);
  if (event.key === 'End') return event.ctrlKey ? at(n - 1, n - 1) : at(row, n - 1);
  if (event.ctrlKey) return undefined;
  const zoom = (factor: number): MapMove => {
    const share = (position: number, start: number): number =>
      selected ? Math.min(1, Math.max(0, (position + 0.5 - start) / viewport.span)) : 0.5;
    return { viewport: zoomAt(viewport, n, factor, share(col, viewport.x), share(row, viewport.y)) };
  };
  if (event.key === '+' || event.key === '=') return zoom(1.4);
  if (event.key === '-' || event.key === '_') return zoom(1 / 1.4);
  if (event.key === '0') return { viewport: fitViewport(n) };
  return undefined;
}
