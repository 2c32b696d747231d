import { type GroupNode, groupViewport } from './group-bands.ts';
import { type Cell, cellAt, type MapGeometry } from './map-geometry.ts';
import { groupAt } from './map-overlay.ts';
import type { MapScene } from './map-scene.svelte.ts';
import { clampViewport, isFit, panBy, zoomAt } from './viewport.ts';

/** A pointer may wander this far and still be a click. */
const CLICK_SLACK = 4;
const DOUBLE_CLICK_ZOOM = 2.2;

export interface MapGestureTarget {
  scene: () => MapScene;
  geometry: () => MapGeometry;
  onSelect: (cell: Cell) => void;
}

/** Wheel, drag, double click, pinch and hover on a map. Returns the way to stop listening. */
export function listenToGestures(element: HTMLElement, target: MapGestureTarget): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let moved = 0;
  let pinch: { distance: number; x: number; y: number } | undefined;

  const local = (event: MouseEvent): { x: number; y: number } => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const shares = (point: { x: number; y: number }): [number, number] => {
    const { left, top, side } = target.geometry();
    const within = (value: number): number => Math.min(1, Math.max(0, value));
    return [within((point.x - left) / side), within((point.y - top) / side)];
  };
  const groupUnder = (point: { x: number; y: number }): GroupNode | undefined => {
    const scene = target.scene();
    return groupAt(target.geometry(), scene.viewport, scene.groups, point.x, point.y);
  };

  const onWheel = (event: WheelEvent): void => {
    const scene = target.scene();
    // Scrolling out of a map that already shows everything scrolls the page.
    if (event.deltaY > 0 && isFit(scene.viewport, scene.n) && !event.ctrlKey) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
    const factor = Math.exp(-Math.max(-120, Math.min(120, pixels)) * (event.ctrlKey ? 0.01 : 0.0022));
    scene.viewport = zoomAt(scene.viewport, scene.n, factor, ...shares(local(event)));
  };

  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, local(event));
    element.setPointerCapture(event.pointerId);
    moved = pointers.size > 1 ? CLICK_SLACK + 1 : 0;
    pinch = pinchOf(pointers);
  };

  const onMove = (event: PointerEvent): void => {
    const scene = target.scene();
    const point = local(event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      scene.hover = cellAt(target.geometry(), scene.viewport, scene.order, point.x, point.y);
      scene.hoverGroup = scene.hover ? undefined : groupUnder(point);
      return;
    }
    pointers.set(event.pointerId, point);
    moved += Math.hypot(point.x - before.x, point.y - before.y);
    const cellsPerPixel = scene.viewport.span / target.geometry().side;
    if (pointers.size === 1) {
      if (moved <= CLICK_SLACK) return;
      scene.hover = undefined;
      const [dx, dy] = [(before.x - point.x) * cellsPerPixel, (before.y - point.y) * cellsPerPixel];
      scene.viewport = panBy(scene.viewport, scene.n, dx, dy);
      return;
    }
    const next = pinchOf(pointers);
    if (pinch && next) {
      const zoomed = zoomAt(scene.viewport, scene.n, next.distance / pinch.distance, ...shares(next));
      const [dx, dy] = [(pinch.x - next.x) * cellsPerPixel, (pinch.y - next.y) * cellsPerPixel];
      scene.viewport = panBy(zoomed, scene.n, dx, dy);
    }
    pinch = next;
  };

  const onUp = (event: PointerEvent): void => {
    if (!pointers.delete(event.pointerId)) return;
    pinch = pinchOf(pointers);
    if (event.type !== 'pointerup' || moved > CLICK_SLACK || pointers.size > 0) return;
    const scene = target.scene();
    const point = local(event);
    const cell = cellAt(target.geometry(), scene.viewport, scene.order, point.x, point.y);
    if (cell) target.onSelect(cell);
    const group = cell ? undefined : groupUnder(point);
    if (group) scene.viewport = clampViewport(groupViewport(group), scene.n);
  };

  const onLeave = (): void => {
    const scene = target.scene();
    scene.hover = undefined;
    scene.hoverGroup = undefined;
  };

  const onDoubleClick = (event: MouseEvent): void => {
    const scene = target.scene();
    const point = local(event);
    if (cellAt(target.geometry(), scene.viewport, scene.order, point.x, point.y))
      scene.viewport = zoomAt(scene.viewport, scene.n, DOUBLE_CLICK_ZOOM, ...shares(point));
  };

  const listeners: [string, (event: never) => void][] = [
    ['wheel', onWheel],
    ['pointerdown', onDown],
    ['pointermove', onMove],
    ['pointerup', onUp],
    ['pointercancel', onUp],
    ['pointerleave', onLeave],
    ['dblclick', onDoubleClick],
  ];
  for (const [name, listener] of listeners)
    element.addEventListener(name, listener as EventListener, { passive: false });
  return () => {
    for (const [name, listener] of listeners) element.removeEventListener(name, listener as EventListener);
  };
}

function pinchOf(pointers: ReadonlyMap<number, { x: number; y: number }>) {
  if (pointers.size !== 2) return undefined;
  const [a, b] = [...pointers.values()] as [{ x: number; y: number }, { x: number; y: number }];
  return { distance: Math.max(8, Math.hypot(a.x - b.x, a.y - b.y)), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
