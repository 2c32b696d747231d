import { domainAround, linearAxis, logAxis, logDomain } from '../../../../charts/axis.ts';
import { pointNames } from '../../../../charts/point-names.ts';
import { element, escapeText } from '../../../../kit/export/svg.ts';
import { modelColour, type Palette } from '../../../../kit/theme/palette.ts';
import { MEASURE_TITLES, type Measure } from '../../models/measures.ts';
import { KIND_TITLES, type ModelKind, type PopulationModel, parametersText } from '../population-model.ts';

export const TRAITS = ['parameters', 'accuracy'] as const;
export type Trait = (typeof TRAITS)[number];
export const TRAIT_TITLES: Record<Trait, string> = { parameters: 'parameters', accuracy: 'accuracy' };

const KINDS: readonly (ModelKind | null)[] = ['cnn', 'vit', 'hybrid', null];

/** A model in the plot, in pixels. */
export interface ScatterMark {
  model: PopulationModel;
  x: number;
  y: number;
}

export interface Scatter {
  marks: ScatterMark[];
  /** SVG elements without the document around them. */
  body: string[];
}

/** Alignment of each model against a trait, with its interval and what chance gives; size on a logarithmic axis. */
export function drawScatter(
  models: readonly PopulationModel[],
  measure: Measure,
  trait: Trait,
  { width, height }: { width: number; height: number },
  palette: Palette,
): Scatter {
  const points = models.flatMap((model) => {
    const x = model.member[trait];
    const y = model.alignment?.[measure];
    return x === null || x === undefined || y === null || y === undefined ? [] : [{ model, x, y }];
  });
  const interval = (model: PopulationModel) => model.alignment?.interval?.[measure] ?? null;
  const chance = (model: PopulationModel) => model.alignment?.chance[measure]?.mean;
  const [left, right, top, bottom] = [50, width - 14, 28, height - 40];
  const [lowest, highest] = domainAround(
    points.flatMap(({ model, y }) => {
      const range = interval(model);
      return [y, chance(model) ?? y, range?.low ?? y, range?.high ?? y];
    }),
  );
  const yAxis = linearAxis([lowest, highest], [bottom, top]);
  const xs = points.map(({ x }) => x);
  const xAxis =
    trait === 'parameters'
      ? logAxis(xs.length === 0 ? [1e6, 1e7] : logDomain(xs, 1.25), [left, right], parametersText)
      : linearAxis(domainAround(xs), [left, right]);

  const text = (x: number, y: number, content: string, style: Record<string, string | number> = {}): string =>
    element('text', { x, y, fill: palette.muted, 'font-size': 11, ...style }, escapeText(content));
  const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, width = 1): string =>
    element('line', { x1, y1, x2, y2, stroke, 'stroke-width': width });
  const body: string[] = [];
  for (const { value, label } of yAxis.ticks) {
    const y = yAxis.place(value);
    body.push(line(left, y, right, y, palette.border), text(left - 7, y + 4, label, { 'text-anchor': 'end' }));
  }
  for (const { value, label } of xAxis.ticks) {
    const x = xAxis.place(value);
    body.push(
      line(x, bottom, x, bottom + 4, palette.outline),
      text(x, bottom + 17, label, { 'text-anchor': 'middle' }),
    );
  }
  body.push(line(left, bottom, right, bottom, palette.outline));
  body.push(
    text(right, height - 6, trait === 'parameters' ? 'parameters, logarithmic' : 'accuracy', { 'text-anchor': 'end' }),
    text(left - 36, 12, `SSAD ${MEASURE_TITLES[measure]}; grey dashes: by chance`),
  );
  const marks = points.map(({ model, x, y }): ScatterMark => ({ model, x: xAxis.place(x), y: yAxis.place(y) }));
  for (const { model, x } of marks) {
    const mean = chance(model);
    if (mean !== undefined) body.push(line(x - 4, yAxis.place(mean), x + 4, yAxis.place(mean), palette.outline, 1.5));
  }
  for (const { model, x, y } of marks) {
    const range = interval(model);
    const colour = kindColour(palette, model.member.kind);
    if (range)
      body.push(
        element('g', { opacity: 0.55 }, line(x, yAxis.place(range.low), x, yAxis.place(range.high), colour, 1.5)),
      );
    // Values that are not ours are hollow.
    const [fill, stroke] = model.model ? [colour, palette.background] : [palette.background, colour];
    body.push(kindMark(model.member.kind, x, y, fill, stroke));
  }
  body.push(
    ...pointNames(
      marks.map(({ model, x, y }) => ({ name: model.shortName, x, y })),
      5,
      palette,
      width,
    ),
  );
  return { marks, body };
}

export function kindColour(palette: Palette, kind: ModelKind | null): string {
  const at = KINDS.indexOf(kind);
  return kind === null ? palette.muted : modelColour(palette, at);
}

/** A circle, square, triangle or diamond: the kind can be told without its colour. */
export function kindMark(kind: ModelKind | null, x: number, y: number, fill: string, stroke: string): string {
  const style = { fill, stroke, 'stroke-width': 1.2 };
  if (kind === 'cnn') return element('circle', { cx: x, cy: y, r: 4.6, ...style });
  if (kind === 'vit') return element('rect', { x: x - 4.2, y: y - 4.2, width: 8.4, height: 8.4, ...style });
  const points = (list: readonly (readonly [number, number])[]): string =>
    list.map(([dx, dy]) => `${(x + dx).toFixed(1)},${(y + dy).toFixed(1)}`).join(' ');
  if (kind === 'hybrid')
    return element('polygon', {
      points: points([
        [0, -5.6],
        [5.4, 4],
        [-5.4, 4],
      ]),
      ...style,
    });
  return element('polygon', {
    points: points([
      [0, -5.4],
      [5.4, 0],
      [0, 5.4],
      [-5.4, 0],
    ]),
    ...style,
  });
}

/** The kinds that occur, for a legend. */
export function kindsOf(models: readonly PopulationModel[]): (ModelKind | null)[] {
  return KINDS.filter((kind) => models.some(({ member }) => member.kind === kind));
}

export function kindTitle(kind: ModelKind | null): string {
  return kind === null ? 'not said' : KIND_TITLES[kind];
}
