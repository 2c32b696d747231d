import type { OrderGroup } from '#src/study/classes-section.ts';
import type { Viewport } from './viewport.ts';

/** A group with the smaller groups inside it. */
export interface GroupNode extends OrderGroup {
  children: GroupNode[];
}

/**
 * Nests the groups of an order. Groups that hold everything are left out, and of several groups with the same classes
 * only the most specific stays.
 */
export function nestGroups(groups: readonly OrderGroup[], n: number): GroupNode[] {
  const bySize = [...groups]
    .filter((group) => group.end - group.start < n)
    .sort((a, b) => a.start - b.start || b.end - a.end || a.depth - b.depth);
  const roots: GroupNode[] = [];
  const open: GroupNode[] = [];
  for (const group of bySize) {
    while (open.length > 0 && open.at(-1)!.end <= group.start) open.pop();
    const parent = open.at(-1);
    if (parent && parent.start === group.start && parent.end === group.end) {
      Object.assign(parent, { name: group.name, synset: group.synset, depth: group.depth });
      continue;
    }
    const node = { ...group, children: [] };
    (parent ? parent.children : roots).push(node);
    open.push(node);
  }
  return roots;
}

/** A group may take at most this share of the view: in the outer band, and in the inner one. */
const OUTER_SHARE = 0.45;
const INNER_SHARE = 0.14;

/**
 * The groups to draw along one side: an outer band of the largest groups that take at most its share of the view, and
 * an inner band of those within them, so that finer groups come in as one zooms. `start` is the first position in view.
 */
export function groupBands(
  roots: readonly GroupNode[],
  start: number,
  span: number,
): [outer: GroupNode[], inner: GroupNode[]] {
  const outer = largestGroups(roots, start, span, OUTER_SHARE);
  // Groups that hold none others, such as labels, lie next to the map.
  if (roots.every(({ children }) => children.length === 0)) return [[], outer];
  return [outer, outer.flatMap(({ children }) => largestGroups(children, start, span, INNER_SHARE))];
}

/** The largest groups in view that take at most `share` of it. */
export function largestGroups(nodes: readonly GroupNode[], start: number, span: number, share: number): GroupNode[] {
  return nodes.flatMap((node) => {
    if (node.end <= start || node.start >= start + span) return [];
    return node.end - node.start <= share * span ? [node] : largestGroups(node.children, start, span, share);
  });
}

/** The groups that hold the whole of [start, end), outermost first. */
export function groupsAround(roots: readonly GroupNode[], start: number, end: number): GroupNode[] {
  const path: GroupNode[] = [];
  let nodes = roots;
  for (;;) {
    const around = nodes.find((node) => node.start <= start && node.end >= end);
    if (!around) return path;
    path.push(around);
    nodes = around.children;
  }
}

/** A view that shows a group along both sides, with a little air. */
export function groupViewport(group: OrderGroup): Viewport {
  const air = Math.max(0.5, (group.end - group.start) * 0.02);
  return { x: group.start - air, y: group.start - air, span: group.end - group.start + 2 * air };
}

export interface PlacedLabel {
  text: string;
  /** Middle along the side, in pixels. */
  at: number;
  width: number;
}

/**
 * Chooses the labels of a band that fit without touching one another, larger groups first. A label may be wider than
 * its bar, but not leave the map.
 */
export function placeLabels(
  band: readonly GroupNode[],
  toPixels: (position: number) => number,
  side: number,
  measure: (text: string) => number,
  gap = 6,
): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  const bars = band
    .map((group) => {
      const from = Math.max(0, toPixels(group.start));
      const to = Math.min(side, toPixels(group.end));
      return { group, from, to };
    })
    .sort((a, b) => b.to - b.from - (a.to - a.from));
  for (const { group, from, to } of bars) {
    const width = measure(group.name);
    if (to - from < 5 || width > Math.max(3 * (to - from), 26)) continue;
    const at = Math.min(side - width / 2, Math.max(width / 2, (from + to) / 2));
    if (at - width / 2 > to || at + width / 2 < from || width > side) continue;
    if (placed.some((other) => Math.abs(other.at - at) < (other.width + width) / 2 + gap)) continue;
    placed.push({ text: group.name, at, width });
  }
  return placed;
}
