import { pointDensity } from '#src/statistics/density.ts';
import { type Axis, linearAxis } from '../../../charts/axis.ts';
import type { PlacedPoint } from '../../../charts/placed-point.ts';
import { drawFrame, type PlotBox, plotLine, plotText } from '../../../charts/plot-frame.ts';
import { loudColours } from '../../../charts/point-colours.ts';
import { element } from '../../../kit/export/svg.ts';
import type { ColourTable } from '../../../kit/theme/colour-maps.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import { fixed } from '../../../kit/ui/numbers.ts';
import {
  type Baseline,
  type Concept,
  type ConceptsData,
  importanceOf,
  type ModelIndex,
  other,
  similarityOf,
} from '../concepts-data.ts';

/** A concept with the figures it is drawn by; without a head it has no importance. */
export interface SimilarityPoint {
  concept: Concept;
  x: number;
  y: number | null;
  density: number;
}

/** The points of one model's concepts. Those without a similarity, or without an importance among others, have no place. */
export function similarityPoints(data: ConceptsData, model: ModelIndex, from: Baseline): SimilarityPoint[] {
  const ranked = data.hasImportance(model);
  const points = data.concepts.flatMap((concept) => {
    if (concept.model !== model) return [];
    const x = similarityOf(concept, from);
    const y = importanceOf(concept);
    return x === null || (ranked && y === null) ? [] : [{ concept, x, y, density: 0 }];
  });
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y ?? 0);
  const density = ranked ? pointDensity(xs, ys) : new Float64Array(points.length);
  return points.map((point, i) => ({ ...point, density: density[i]! }));
}

export interface SimilarityRange {
  x: readonly [number, number];
  y: readonly [number, number];
}

/** One range for both panels, so that they can be compared. */
export function sharedRange(points: readonly SimilarityPoint[]): SimilarityRange {
  const lowest = (values: number[], start: number): number => values.reduce((a, b) => Math.min(a, b), start);
  const highest = (values: number[], start: number): number => values.reduce((a, b) => Math.max(a, b), start);
  const xs = points.map(({ x }) => x);
  const ys = points.flatMap(({ y }) => y ?? []);
  return { x: [lowest(xs, 0) - 0.04, 1.04], y: [lowest(ys, 0) - 0.07, highest(ys, 1) + 0.06] };
}

export interface SimilarityFigure {
  points: PlacedPoint[];
  body: string[];
  box: PlotBox;
  x: Axis;
  /** Undefined where concepts are stacked for want of an importance. */
  y: Axis | undefined;
}

export interface SimilarityDrawing {
  data: ConceptsData;
  model: ModelIndex;
  from: Baseline;
  points: readonly SimilarityPoint[];
  range: SimilarityRange;
  /** Largest density of both panels. */
  densest: number;
  passes: (concept: Concept) => boolean;
  table: ColourTable;
  palette: Palette;
  width: number;
  height: number;
}

const RADIUS = 4.2;

/** Similarity to the right, importance upwards; thresholds, the mean and what chance gives behind the points. */
export function drawSimilarity(drawing: SimilarityDrawing): SimilarityFigure {
  const { data, model, from, points, range, densest, passes, table, palette, width, height } = drawing;
  const ranked = data.hasImportance(model);
  const box = { left: 42, right: width - 12, top: 28, bottom: height - 40 };
  const x = linearAxis(range.x, [box.left, box.right], 6);
  const y = ranked ? linearAxis(range.y, [box.bottom, box.top], 5) : undefined;
  const whose = from === 'self' ? `its own ${data.shortNames[model]}` : data.shortNames[other(model)];
  const body = drawFrame(
    box,
    { x, y, xTitle: `similarity: predicted from ${whose} →`, yTitle: ranked ? 'importance' : 'concepts, stacked' },
    palette,
  );
  body.push(...references(drawing, box, x, y));
  const placed: (PlacedPoint & { point: SimilarityPoint; radius: number })[] = [];
  if (y) {
    for (const point of points)
      placed.push({ key: point.concept.key, x: x.place(point.x), y: y.place(point.y!), point, radius: RADIUS });
  } else placed.push(...stacked(points, x, box));
  const colour = loudColours(table, palette);
  // The densest are drawn last, as otherwise the many lie under the few.
  for (const { x: px, y: py, point, radius } of [...placed].sort((a, b) => a.point.density - b.point.density)) {
    const fill = y ? colour(densest > 0 ? point.density / densest : 0.5) : palette.accent;
    const quiet = passes(point.concept) ? 0.85 : 0.12;
    body.push(pointMark(point.concept, px, py, radius, fill, quiet, from));
  }
  placed.sort((a, b) => a.x - b.x || b.y - a.y);
  return { points: placed.map(({ key, x: px, y: py }) => ({ key, x: px, y: py })), body, box, x, y };
}

/** A dot; a hollow diamond where the prediction is constant and the similarity 0 by that. */
function pointMark(
  { entry }: Concept,
  x: number,
  y: number,
  r: number,
  fill: string,
  opacity: number,
  from: Baseline,
): string {
  if (entry.similarity[from].constant !== 'prediction') return element('circle', { cx: x, cy: y, r, fill, opacity });
  const d = `M${x.toFixed(1)} ${(y - r - 1).toFixed(1)}l${r + 1} ${r + 1}l${-r - 1} ${r + 1}l${-r - 1} ${-r - 1}z`;
  return element('path', { d, fill: 'none', stroke: fill, 'stroke-width': 1.8, opacity });
}

/** Without an importance: dots of like similarity stand upon one another. */
function stacked(points: readonly SimilarityPoint[], x: Axis, box: PlotBox) {
  const count = (step: number): Map<number, number> => {
    const columns = new Map<number, number>();
    for (const point of points) {
      const column = Math.round(x.place(point.x) / step);
      columns.set(column, (columns.get(column) ?? 0) + 1);
    }
    return columns;
  };
  const step = 2 * RADIUS + 1;
  const tallest = Math.max(1, ...count(step).values());
  const rise = Math.min(step, (box.bottom - box.top - 8) / tallest);
  const heights = new Map<number, number>();
  return [...points]
    .sort((a, b) => a.x - b.x)
    .map((point) => {
      const column = Math.round(x.place(point.x) / step);
      const below = heights.get(column) ?? 0;
      heights.set(column, below + 1);
      return {
        key: point.concept.key,
        x: column * step,
        y: box.bottom - (below + 0.5) * rise - 1,
        point,
        radius: Math.max(1.5, Math.min(RADIUS, rise / 2 + 1)),
      };
    });
}

/** The levels that a similarity is read against, with their values, for the drawing and its legend. */
export interface ReferenceLevel {
  name: string;
  value: number;
  dashes: string | undefined;
}

export function referenceLevels(data: ConceptsData, model: ModelIndex, from: Baseline): ReferenceLevel[] {
  const summary = data.section.summary.models[model];
  const levels: [string, number | null, string | undefined][] = [
    ['mean', summary[from].mean.value, undefined],
    ['shuffled pairs', summary.null.shuffled, '1.5 3'],
    ['random network', summary.null.randomNetwork, '6 3 1.5 3'],
  ];
  return levels.flatMap(([name, value, dashes]) => (value === null ? [] : [{ name, value, dashes }]));
}

function references({ data, model, from, palette }: SimilarityDrawing, box: PlotBox, x: Axis, y: Axis | undefined) {
  const { thresholds } = data.section.summary;
  const body: string[] = [];
  const at = x.place(thresholds.similarity);
  if (from === 'cross' && y) {
    const level = y.place(thresholds.importance);
    const dashed = { 'stroke-dasharray': '4 3', opacity: 0.75 };
    body.push(
      element('rect', {
        x: box.left,
        y: box.top,
        width: at - box.left,
        height: level - box.top,
        fill: palette.warning,
        opacity: 0.06,
      }),
      plotLine(at, box.top, at, box.bottom, palette.outline, dashed),
      plotLine(box.left, level, box.right, level, palette.outline, dashed),
    );
  }
  for (const { value, dashes } of referenceLevels(data, model, from))
    body.push(
      plotLine(x.place(value), box.top, x.place(value), box.bottom, palette.muted, {
        'stroke-width': 1.4,
        'stroke-dasharray': dashes,
        opacity: 0.85,
      }),
    );
  if (from === 'cross' && y)
    body.push(
      plotText(palette, box.left + 6, box.top + 13, 'not shared, important', {
        'font-weight': 600,
        stroke: palette.background,
        'stroke-width': 4,
        'paint-order': 'stroke',
      }),
    );
  return body;
}

/** "Similarity 0.31, importance 0.80". */
export function spokenFigures(concept: Concept, from: Baseline): string {
  const importance = importanceOf(concept);
  return `${from === 'self' ? 'self-similarity' : 'similarity'} ${fixed(similarityOf(concept, from))}${importance === null ? '' : `, importance ${fixed(importance)}`}`;
}
