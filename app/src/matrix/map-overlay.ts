import type { ColourTable } from '../kit/theme/colour-maps.ts';
import { type ColourRange, colourIndex } from '../kit/theme/colour-scale.ts';
import { FONT } from '../kit/theme/font.ts';
import { luminance } from '../kit/theme/oklab.ts';
import type { Palette } from '../kit/theme/palette.ts';
import type { ClassOrder } from './class-order.ts';
import { type GroupNode, groupBands, placeLabels } from './group-bands.ts';
import { BAR, bandPlaces, type Cell, type MapGeometry } from './map-geometry.ts';
import type { Viewport } from './viewport.ts';

/** Everything that is drawn over the pixels of a map. */
export interface OverlayScene {
  geometry: MapGeometry;
  viewport: Viewport;
  order: ClassOrder;
  groups: readonly GroupNode[];
  names: readonly string[];
  palette: Palette;
  /** Under the pointer, and chosen; class indices. */
  hover: Cell | undefined;
  selected: Cell | undefined;
  hoverGroup: GroupNode | undefined;
  /** Names along the left edge are drawn in the first of several maps only. */
  rowLabels: boolean;
  /** For the numbers in large cells; NaN where there is no value. */
  valueAt: (row: number, col: number) => number;
  range: ColourRange;
  table: ColourTable;
  format: (value: number) => string;
}

/** Names come in between these cell sizes, in pixels. */
const LABELS_FROM = 9;
const LABELS_FULL = 12;
/** Numbers are written into cells at least this wide. */
const NUMBERS_FROM = 34;

const widths = new Map<string, number>();
function textWidth(context: CanvasRenderingContext2D, text: string): number {
  const key = `${context.font}|${text}`;
  let width = widths.get(key);
  if (width === undefined) widths.set(key, (width = context.measureText(text).width));
  return width;
}

export function drawOverlay(context: CanvasRenderingContext2D, scene: OverlayScene): void {
  const { geometry, viewport } = scene;
  context.clearRect(0, 0, geometry.width, geometry.height);
  drawGroups(context, scene);
  context.save();
  context.beginPath();
  context.rect(geometry.left, geometry.top, geometry.side, geometry.side);
  context.clip();
  const pixelsPerCell = geometry.side / viewport.span;
  if (pixelsPerCell >= NUMBERS_FROM) drawNumbers(context, scene, pixelsPerCell);
  if (scene.selected) drawCrosshair(context, scene, scene.selected, true);
  if (scene.hover && !sameCell(scene.hover, scene.selected)) drawCrosshair(context, scene, scene.hover, false);
  if (pixelsPerCell >= LABELS_FROM) drawNames(context, scene, pixelsPerCell);
  context.restore();
}

const sameCell = (a: Cell, b: Cell | undefined): boolean => a.row === b?.row && a.col === b.col;

function drawGroups(context: CanvasRenderingContext2D, scene: OverlayScene): void {
  const { geometry, viewport, palette, groups, hoverGroup } = scene;
  if (geometry.left === 0) return;
  const { left, top, side } = geometry;
  context.font = `10.5px ${FONT}`;
  const scale = side / viewport.span;
  for (const axis of ['x', 'y'] as const) {
    const start = viewport[axis];
    const toPixels = (position: number): number => (position - start) * scale;
    const bands = groupBands(groups, start, viewport.span);
    const places = bandPlaces(axis === 'x' || geometry.namesLeft);
    for (const [b, band] of bands.entries()) {
      const { bar, names } = places[b]!;
      for (const group of band) {
        const from = Math.max(0, toPixels(group.start));
        const to = Math.min(side, toPixels(group.end));
        if (to - from < 1) continue;
        const length = Math.max(1, to - from - 1);
        const hovered = group.start === hoverGroup?.start && group.end === hoverGroup.end;
        context.fillStyle = hovered ? palette.accent : palette.outline;
        context.globalAlpha = hovered ? 1 : b === 0 ? 0.6 : 0.4;
        if (axis === 'x') context.fillRect(left + from, top + side + bar, length, BAR);
        else context.fillRect(left - bar - BAR, top + from, BAR, length);
      }
      context.globalAlpha = 1;
      if (names === undefined) continue;
      context.fillStyle = palette.muted;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      for (const label of placeLabels(band, toPixels, side, (text) => textWidth(context, text))) {
        if (axis === 'x') context.fillText(label.text, left + label.at, top + side + names);
        else {
          context.save();
          context.translate(left - names, top + label.at);
          context.rotate(-Math.PI / 2);
          context.fillText(label.text, 0, 0);
          context.restore();
        }
      }
    }
  }
}

/** A line through the row and one through the column, each with a light and a dark half so that it shows on any colour. */
function drawCrosshair(context: CanvasRenderingContext2D, scene: OverlayScene, cell: Cell, chosen: boolean): void {
  const { geometry, viewport, order } = scene;
  const { left, top, side } = geometry;
  const scale = side / viewport.span;
  const row = (order.positionOf[cell.row]! - viewport.y) * scale;
  const col = (order.positionOf[cell.col]! - viewport.x) * scale;
  const size = Math.max(scale, 1);
  const middleY = top + row + scale / 2;
  const middleX = left + col + scale / 2;
  context.lineWidth = 1;
  const line = (colour: string, shift: number): void => {
    context.strokeStyle = colour;
    context.beginPath();
    if (scale > 14) {
      // Large cells: the lines run along the sides of the row and the column, and leave the cells free.
      for (const y of [top + row - shift, top + row + size + shift]) strokeAcross(context, left, left + side, y);
      for (const x of [left + col - shift, left + col + size + shift]) strokeDown(context, top, top + side, x);
    } else {
      strokeAcross(context, left, left + side, middleY + shift);
      strokeDown(context, top, top + side, middleX + shift);
    }
    context.stroke();
  };
  context.globalAlpha = chosen ? 0.55 : 0.4;
  line('#000000', 1);
  context.globalAlpha = chosen ? 0.95 : 0.7;
  line('#ffffff', 0);
  context.globalAlpha = 1;
  const box = Math.max(7, size + 2);
  context.strokeStyle = '#000000';
  context.lineWidth = 3;
  context.strokeRect(middleX - box / 2, middleY - box / 2, box, box);
  context.strokeStyle = '#ffffff';
  context.lineWidth = 1.5;
  context.strokeRect(middleX - box / 2, middleY - box / 2, box, box);
}

function strokeAcross(context: CanvasRenderingContext2D, from: number, to: number, y: number): void {
  context.moveTo(from, Math.round(y) + 0.5);
  context.lineTo(to, Math.round(y) + 0.5);
}

function strokeDown(context: CanvasRenderingContext2D, from: number, to: number, x: number): void {
  context.moveTo(Math.round(x) + 0.5, from);
  context.lineTo(Math.round(x) + 0.5, to);
}

/** Class names along the left and the lower edge, on a veil so that they can be read over any colour. */
function drawNames(context: CanvasRenderingContext2D, scene: OverlayScene, pixelsPerCell: number): void {
  const { geometry, viewport, order, names, palette, rowLabels } = scene;
  const { left, top, side } = geometry;
  const n = order.classAt.length;
  const shown = Math.min(1, (pixelsPerCell - LABELS_FROM) / (LABELS_FULL - LABELS_FROM) + 0.25);
  const longest = Math.max(60, side * 0.3);
  context.font = `${Math.min(12, Math.max(9, pixelsPerCell - 2))}px ${FONT}`;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  const draw = (name: string, x: number, y: number, turned: boolean): void => {
    const text = shorten(context, name, longest);
    const width = textWidth(context, text) + 8;
    const height = Math.min(pixelsPerCell - 1, 16);
    context.save();
    context.translate(x, y);
    if (turned) context.rotate(-Math.PI / 2);
    context.globalAlpha = 0.86 * shown;
    context.fillStyle = palette.surface;
    context.fillRect(0, -height / 2, width, height);
    context.globalAlpha = shown;
    context.fillStyle = palette.text;
    context.fillText(text, 4, 0.5);
    context.restore();
  };
  const lowest = Math.min(n, Math.ceil(viewport.y + viewport.span));
  let taken = 0;
  if (rowLabels)
    for (let position = Math.floor(viewport.y); position < lowest; position++) {
      const name = names[order.classAt[position]!]!;
      taken = Math.max(taken, textWidth(context, shorten(context, name, longest)) + 8);
    }
  // Columns whose names would run into those of the rows go without.
  const last = Math.min(n, Math.ceil(viewport.x + viewport.span));
  for (let position = Math.floor(viewport.x); position < last; position++) {
    const at = (position + 0.5 - viewport.x) * pixelsPerCell;
    if (at > taken + 8) draw(names[order.classAt[position]!]!, left + at, top + side, true);
  }
  if (!rowLabels) return;
  for (let position = Math.floor(viewport.y); position < lowest; position++)
    draw(names[order.classAt[position]!]!, left, top + (position + 0.5 - viewport.y) * pixelsPerCell, false);
}

function shorten(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (textWidth(context, text) <= width) return text;
  let end = text.length - 1;
  while (end > 1 && textWidth(context, `${text.slice(0, end).trimEnd()}…`) > width) end--;
  return `${text.slice(0, end).trimEnd()}…`;
}

function drawNumbers(context: CanvasRenderingContext2D, scene: OverlayScene, pixelsPerCell: number): void {
  const { geometry, viewport, order, table, range } = scene;
  const n = order.classAt.length;
  context.font = `${Math.min(13, pixelsPerCell / 3.2)}px ${FONT}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const lastRow = Math.min(n, Math.ceil(viewport.y + viewport.span));
  const lastCol = Math.min(n, Math.ceil(viewport.x + viewport.span));
  for (let row = Math.floor(viewport.y); row < lastRow; row++)
    for (let col = Math.floor(viewport.x); col < lastCol; col++) {
      const value = scene.valueAt(order.classAt[row]!, order.classAt[col]!);
      if (Number.isNaN(value)) continue;
      context.fillStyle = luminance(table[colourIndex(value, range)]!) > 0.18 ? '#000000' : '#ffffff';
      context.fillText(
        scene.format(value),
        geometry.left + (col + 0.5 - viewport.x) * pixelsPerCell,
        geometry.top + (row + 0.5 - viewport.y) * pixelsPerCell,
      );
    }
}

/** The group whose bar lies under a point of the canvas. */
export function groupAt(
  geometry: MapGeometry,
  viewport: Viewport,
  groups: readonly GroupNode[],
  x: number,
  y: number,
): GroupNode | undefined {
  const { left, top, side } = geometry;
  if (left === 0) return undefined;
  const below = y - (top + side);
  const beside = left - x;
  const axis = below > 0 && x >= left ? 'x' : beside > 0 && y < top + side ? 'y' : undefined;
  if (!axis) return undefined;
  const away = axis === 'x' ? below : beside;
  const share = axis === 'x' ? (x - left) / side : (y - top) / side;
  const position = viewport[axis] + share * viewport.span;
  const [outer, inner] = groupBands(groups, viewport[axis], viewport.span);
  const band = away < bandPlaces(axis === 'x' || geometry.namesLeft)[0].bar - 1 ? inner : outer;
  return band?.find((group) => position >= group.start && position < group.end);
}
