import { element, escapeText } from '../../../kit/export/svg.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import type { PlacePair } from './place-pairs.ts';

/** Two pictures beside one another with lines between places. */
export interface PairScene {
  /** Data addresses; undefined where the study has no picture. */
  pictures: readonly [string | undefined, string | undefined];
  names: readonly [string, string];
  extent: { height: number; width: number };
  /** Those that are drawn, strongest first. */
  pairs: readonly PlacePair[];
  /** Drawn above the others. */
  marked: PlacePair | undefined;
}

export interface PairLayout {
  width: number;
  height: number;
  /** Width and height of a picture, and where the second one begins. */
  side: number;
  tall: number;
  second: number;
}

/** Two pictures with room for lines between them, as wide as there is room. */
export function layoutPair(width: number, extent: PairScene['extent']): PairLayout {
  const gap = Math.max(36, Math.min(110, width * 0.17));
  const side = Math.max(40, Math.min(320, (width - gap) / 2));
  const tall = (side * extent.height) / extent.width;
  return { width: 2 * side + gap, height: tall, side, tall, second: side + gap };
}

/** The middle of a place, in pixels. */
export function placeMiddle(
  { side, tall, second }: PairLayout,
  { height, width }: PairScene['extent'],
  place: number,
  of: 'first' | 'second',
): readonly [x: number, y: number] {
  const row = Math.floor(place / width);
  const col = place % width;
  return [(of === 'first' ? 0 : second) + ((col + 0.5) / width) * side, ((row + 0.5) / height) * tall];
}

/** The pair whose line passes a point, if one is near. */
export function pairAt(scene: PairScene, layout: PairLayout, x: number, y: number, near = 7): PlacePair | undefined {
  let best: PlacePair | undefined;
  let least = near;
  for (const pair of scene.pairs) {
    const [x1, y1] = placeMiddle(layout, scene.extent, pair.first, 'first');
    const [x2, y2] = placeMiddle(layout, scene.extent, pair.second, 'second');
    const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
    const along = Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length));
    const distance = Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1));
    if (distance < least) {
      least = distance;
      best = pair;
    }
  }
  return best;
}

/** "row 3, column 5" from 1, as people count. */
export function placeName({ width }: PairScene['extent'], place: number): string {
  return `row ${Math.floor(place / width) + 1}, column ${(place % width) + 1}`;
}

/** The figure as SVG elements: what the screen shows is what is exported. */
export function drawPair(scene: PairScene, layout: PairLayout, palette: Palette): string[] {
  const { side, tall, second } = layout;
  const body: string[] = [];
  scene.pictures.forEach((picture, i) => {
    const x = i === 0 ? 0 : second;
    body.push(element('rect', { x, y: 0, width: side, height: tall, fill: palette.sunken }));
    if (picture)
      body.push(element('image', { x, y: 0, width: side, height: tall, href: picture, preserveAspectRatio: 'none' }));
    else
      body.push(
        element(
          'text',
          { x: x + side / 2, y: tall / 2, 'text-anchor': 'middle', 'font-size': 12, fill: palette.muted },
          escapeText(scene.names[i]!),
        ),
      );
  });
  const strongest = Math.max(...scene.pairs.map(({ strength }) => Math.abs(strength ?? 0)), 1e-12);
  // The weakest first, so that the strongest lie above them.
  for (const pair of [...scene.pairs].reverse()) if (pair !== scene.marked) body.push(...line(pair, strongest, false));
  if (scene.marked) body.push(...line(scene.marked, strongest, true));
  return body;

  function line(pair: PlacePair, most: number, marked: boolean): string[] {
    const [x1, y1] = placeMiddle(layout, scene.extent, pair.first, 'first');
    const [x2, y2] = placeMiddle(layout, scene.extent, pair.second, 'second');
    const share = pair.strength === null ? 0.4 : Math.abs(pair.strength) / most;
    const colour = marked ? palette.warning : palette.accent;
    const width = (marked ? 2.2 : 0.9) + 1.9 * share;
    const opposed = pair.strength !== null && pair.strength < 0;
    const [cellWidth, cellHeight] = [side / scene.extent.width, tall / scene.extent.height];
    const d = `M${x1.toFixed(1)} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}`;
    const cell = (x: number, y: number, stroke: string, w: number): string =>
      element('rect', {
        x: x - cellWidth / 2,
        y: y - cellHeight / 2,
        width: cellWidth,
        height: cellHeight,
        fill: 'none',
        stroke,
        'stroke-width': w,
      });
    // Outlines of all places would hide the pictures.
    const cells = marked;
    return [
      // A ground of the page's colour keeps the line readable on any picture.
      element('path', { d, stroke: palette.background, 'stroke-width': width + 1.8, opacity: marked ? 0.95 : 0.55 }),
      ...(cells
        ? [cell(x1, y1, palette.background, 2.6), cell(x2, y2, palette.background, 2.6)].map((part) =>
            element('g', { opacity: 0.6 }, part),
          )
        : []),
      ...(cells ? [cell(x1, y1, colour, marked ? 2 : 1.1), cell(x2, y2, colour, marked ? 2 : 1.1)] : []),
      element('path', {
        d,
        stroke: colour,
        'stroke-width': width,
        opacity: marked ? 1 : 0.55 + 0.45 * share,
        'stroke-dasharray': opposed ? '3 3' : undefined,
      }),
      ...[
        [x1, y1],
        [x2, y2],
      ].map(([cx, cy]) =>
        element('circle', { cx, cy, r: 1.4 + width / 2, fill: colour, stroke: palette.background, 'stroke-width': 1 }),
      ),
    ];
  }
}
