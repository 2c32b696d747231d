import { UsageError } from '../../base/errors.ts';
import type { Matrix32 } from '../../tensor/matrix.ts';
import { chosen, type FigureContext, type FigureKind, sourceLine } from '../figure.ts';
import { clip, type Drawing } from '../kit/drawing.ts';
import { drawColourBar, drawHeatMap, evenDomain } from '../kit/heat-map.ts';
import { type OrderedClasses, offDiagonalRange, orderedClasses, readMatrix } from './class-matrices.ts';

/** A map of a panel: similarities, or what a difference is of. */
export interface MapPanel {
  title: string;
  matrix: Matrix32;
}

const GAP = 14;

/** Maps in a grid, all in one colour scale; the diagonal has none. Returns where they end. */
export async function drawMaps(
  d: Drawing,
  top: number,
  panels: readonly MapPanel[],
  classes: OrderedClasses,
  context: FigureContext,
  options: { domain: readonly [number, number]; label: string; map?: 'sequential' | 'diverging' },
): Promise<number> {
  const { order, groups } = classes;
  const columns = Math.min(panels.length, panels.length <= 3 ? panels.length : Math.ceil(Math.sqrt(panels.length)));
  const named = panels.length === 1 && groups.length > 0 ? 96 : 0;
  const side = Math.min(520, (d.right - d.left - named - GAP * (columns - 1)) / columns);
  let bottom = top;
  for (const [p, { title, matrix }] of panels.entries()) {
    const x = d.left + named + (p % columns) * (side + GAP);
    const y = top + 16 + Math.floor(p / columns) * (side + 30);
    d.text(x, y - 5, clip(title, side / 1.15), { bold: true });
    const at = (i: number, j: number): number =>
      i === j ? Number.NaN : matrix.data[order[i]! * matrix.cols + order[j]!]!;
    const grid = { rows: order.length, cols: order.length, at };
    await drawHeatMap(d, x, y, side, side, grid, {
      domain: options.domain,
      encode: context.encode,
      ...(options.map ? { map: options.map } : {}),
    });
    if (named > 0)
      for (const { name, start, end } of groups) {
        const [from, to] = [y + (start / order.length) * side, y + (end / order.length) * side];
        d.line(x - 5, from + 1, x - 5, to - 1, { width: 1.5 });
        d.text(x - 9, (from + to) / 2 + 3, clip(name, named - 12, 10), { size: 10, anchor: 'end' });
      }
    bottom = Math.max(bottom, y + side);
  }
  return drawColourBar(d, d.left + named, bottom + 12, Math.min(260, side), options.domain, options.label, options.map);
}

const lacksMap: FigureKind['lacks'] = ({ instruments: { classes } }) =>
  !classes
    ? 'it has no classes section'
    : classes.models.some(({ matrix }) => matrix !== null)
      ? undefined
      : classes.models.length === 0
        ? 'it has published values alone, no networks'
        : 'its models are too large for maps';

export const classMap: FigureKind = {
  id: 'class-map',
  instrument: 'classes',
  title: 'Class similarity maps of networks, alone, side by side or in a grid',
  choices: ['models', 'order'],
  lacks: lacksMap,
  async draw(context) {
    const section = context.manifest.instruments.classes!;
    const { models, left } = mapped(context);
    const panels = await Promise.all(
      models.map(async ({ name, matrix }) => ({ title: name, matrix: await readMatrix(context, matrix) })),
    );
    const classes = await orderedClasses(context, section);
    const d = context.drawing();
    const top = d.heading(
      panels.length === 1 ? `Class similarity in ${panels[0]!.title}` : 'Class similarity',
      `Cosine of class templates (NCSM), ${classes.rows.length} classes; ${classes.orderName}; the diagonal is left out.${left}`,
    );
    const domain = offDiagonalRange(panels.map(({ matrix }) => matrix));
    const end = await drawMaps(d, top, panels, classes, context, { domain, label: 'cosine similarity' });
    return d.finish(end, 'Class similarity', sourceLine(context.manifest, 'classes'));
  },
};

export const referenceMap: FigureKind = {
  id: 'reference-map',
  instrument: 'classes',
  title: 'Similarity of classes by the references alone (WNCSM)',
  choices: ['order'],
  lacks: ({ instruments: { classes } }) =>
    classes?.references.some(({ matrix }) => matrix !== null) ? undefined : 'it has no reference with a matrix',
  async draw(context) {
    const section = context.manifest.instruments.classes!;
    const references = section.references.filter(({ matrix }) => matrix !== null);
    const panels = await Promise.all(
      references.map(async ({ title, matrix }) => ({ title, matrix: await readMatrix(context, matrix!) })),
    );
    const classes = await orderedClasses(context, section);
    const d = context.drawing();
    const top = d.heading(
      'Semantic similarity of the classes',
      `${classes.rows.length} classes; ${classes.orderName}.`,
    );
    const domain = offDiagonalRange(panels.map(({ matrix }) => matrix));
    const end = await drawMaps(d, top, panels, classes, context, { domain, label: 'similarity' });
    return d.finish(end, 'Semantic similarity', sourceLine(context.manifest, 'classes'));
  },
};

export const classDifference: FigureKind = {
  id: 'class-difference',
  instrument: 'classes',
  title: 'Difference of two class similarity maps, or of a network and the reference, each scaled to 0 … 1',
  choices: ['models', 'order'],
  lacks: (manifest) => {
    const lack = lacksMap(manifest);
    if (lack) return lack;
    const { models, references } = manifest.instruments.classes!;
    return models.length > 1 || references.length > 0 ? undefined : 'it has one model and no reference';
  },
  async draw(context) {
    const section = context.manifest.instruments.classes!;
    const { models } = mapped(context);
    if ((context.choices.models?.length ?? 0) > 2)
      throw new UsageError(`A difference is of two models, or of one and the reference; found ${models.length}.`);
    const classes = await orderedClasses(context, section);
    const first = models[0]!;
    const a = await readMatrix(context, first.matrix);
    const second = models[1];
    const reference = section.references[0];
    const other = second?.matrix ?? reference?.matrix;
    if (!other) throw new UsageError('A difference needs two models, or one and a reference.');
    const b = await readMatrix(context, other);
    const [x, y] = [scaled(a), scaled(b)];
    const data = x.map((value, k) => value - y[k]!);
    const d = context.drawing();
    const otherName = second?.name ?? reference!.title;
    const top = d.heading(
      `${first.name} minus ${otherName}`,
      `Difference of similarities, each scaled to 0 … 1 by its own off-diagonal values; ${classes.orderName}.`,
    );
    const panels = [{ title: `${first.name} − ${otherName}`, matrix: { rows: a.rows, cols: a.cols, data } }];
    const end = await drawMaps(d, top, panels, classes, context, {
      domain: evenDomain(data),
      label: `blue: more alike in ${otherName}; orange: in ${first.name}`,
      map: 'diverging',
    });
    return d.finish(end, 'Difference of class similarities', sourceLine(context.manifest, 'classes'));
  },
};

/** The models that are shown, each with its map; those that have none are told of unless they were asked for. */
function mapped({ manifest, choices }: FigureContext) {
  const shown = chosen(manifest.instruments.classes!.models, choices.models, 'model');
  const models = shown.flatMap(({ name, matrix }) => (matrix === null ? [] : [{ name, matrix }]));
  const without = shown.filter(({ matrix }) => matrix === null);
  if (choices.models?.length && without.length > 0)
    throw new UsageError(`The study has no map of ${without[0]!.name}: it has too many classes.`);
  return { models, left: without.length > 0 ? ` Without a map: ${without.map(({ name }) => name).join(', ')}.` : '' };
}

function scaled(matrix: Matrix32): Float32Array {
  const [low, high] = offDiagonalRange([matrix]);
  return matrix.data.map((value) => (value - low) / (high - low));
}
