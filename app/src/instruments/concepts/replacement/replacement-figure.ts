import { domainAround, linearAxis } from '../../../charts/axis.ts';
import type { PlacedPoint } from '../../../charts/placed-point.ts';
import { drawFrame, plotLine } from '../../../charts/plot-frame.ts';
import { loudColours } from '../../../charts/point-colours.ts';
import { element } from '../../../kit/export/svg.ts';
import type { ColourTable } from '../../../kit/theme/colour-maps.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import { type Concept, importanceOf } from '../concepts-data.ts';
import { gapOf } from '../list/concept-list.ts';

export const EFFECTS = ['l2', 'kl', 'match'] as const;
export type Effect = (typeof EFFECTS)[number];

export const EFFECT_TITLES: Readonly<Record<Effect, { short: string; long: string }>> = {
  l2: { short: 'Δ L2', long: 'how much farther the activations move' },
  kl: { short: 'Δ KL', long: 'how much farther the class distribution moves, in nats' },
  match: { short: 'Δ same class', long: 'change in how many patches keep it' },
};

export interface EffectPoint {
  concept: Concept;
  x: number;
  y: number;
}

/** Concepts with a loss of similarity and an effect of the replacement, both other minus self. */
export function effectPoints(concepts: readonly Concept[], effect: Effect): EffectPoint[] {
  return concepts.flatMap((concept) => {
    const x = gapOf(concept);
    const y = concept.entry.replacement.delta[effect];
    return x === null || y === null ? [] : [{ concept, x, y }];
  });
}

export interface EffectDrawing {
  points: readonly EffectPoint[];
  /** Points of both models, for one range. */
  all: readonly EffectPoint[];
  effect: Effect;
  passes: (concept: Concept) => boolean;
  table: ColourTable;
  palette: Palette;
  width: number;
  height: number;
}

/** Loss of similarity to the left, effect of the replacement upwards, coloured by importance. */
export function drawEffect(drawing: EffectDrawing): { points: PlacedPoint[]; body: string[] } {
  const { points, all, effect, passes, table, palette, width, height } = drawing;
  const box = { left: 48, right: width - 12, top: 26, bottom: height - 40 };
  const withZero = (values: number[]): readonly [number, number] => domainAround([0, ...values], 0.07);
  const x = linearAxis(withZero(all.map((point) => point.x)), [box.left, box.right], 5);
  const y = linearAxis(withZero(all.map((point) => point.y)), [box.bottom, box.top], 4);
  const body = drawFrame(box, { x, y, xTitle: 'Δ similarity →', yTitle: EFFECT_TITLES[effect].short }, palette);
  body.push(
    plotLine(x.place(0), box.top, x.place(0), box.bottom, palette.outline, { 'stroke-dasharray': '3 3' }),
    plotLine(box.left, y.place(0), box.right, y.place(0), palette.outline, { 'stroke-dasharray': '3 3' }),
  );
  const colour = loudColours(table, palette);
  const placed = points.map((point) => ({
    point,
    key: point.concept.key,
    x: x.place(point.x),
    y: y.place(point.y),
    importance: Math.abs(importanceOf(point.concept) ?? 0),
  }));
  for (const { point, x: cx, y: cy, importance } of [...placed].sort((a, b) => a.importance - b.importance))
    body.push(
      element('circle', {
        cx,
        cy,
        r: 4,
        fill: importanceOf(point.concept) === null ? palette.accent : colour(importance),
        opacity: passes(point.concept) ? 0.88 : 0.12,
      }),
    );
  placed.sort((a, b) => a.x - b.x);
  return { points: placed.map(({ key, x: px, y: py }) => ({ key, x: px, y: py })), body };
}
