import { UsageError } from '../../base/errors.ts';
import { withMinus } from '../../base/number-text.ts';
import { MEASURE_TITLES } from '../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import { neighbours } from '../../measures/class-similarity/neighbours.ts';
import { chosen, type FigureKind, sourceLine } from '../figure.ts';
import { drawAxes, drawLegend, extent } from '../kit/axes.ts';
import { clip } from '../kit/drawing.ts';
import { drawColourBar, drawHeatMap } from '../kit/heat-map.ts';
import { drawTable } from '../kit/table.ts';
import { measureOf } from './alignment.ts';
import { classNamed, orderedClasses, readMatrix } from './class-matrices.ts';

const TOP = 5;

export const networkMap: FigureKind = {
  id: 'networks',
  instrument: 'classes',
  title: 'Alignment between networks (NSAD) as a map, with a dendrogram for populations',
  choices: ['measure'],
  lacks: ({ instruments: { classes } }) => (classes && classes.models.length > 1 ? undefined : 'it has one model'),
  async draw(context) {
    const section = context.manifest.instruments.classes!;
    const measure = measureOf(context);
    const clustering = section.population?.clustering[measure];
    const order = clustering?.order ?? section.models.map((_, i) => i);
    const values = section.nsad[measure];
    const d = context.drawing();
    const top = d.heading(
      'Do the networks agree?',
      `NSAD, ${MEASURE_TITLES[measure]}${clustering ? '; ordered by average linkage on 1 − NSAD' : ''}.`,
    );
    const labels = 130;
    const tree = clustering && clustering.merges.length > 0 ? 90 : 0;
    const side = Math.min(480, d.right - d.left - labels - tree);
    const cell = side / order.length;
    const [x, y] = [d.left + labels, top + 10];
    const off = order.flatMap((i) => order.flatMap((j) => (i === j ? [] : (values[i]![j] ?? []))));
    const domain: [number, number] =
      new Set(off).size > 1 ? [Math.min(...off), Math.max(...off)] : [Math.min(0, ...off), Math.max(1, ...off)];
    const at = (i: number, j: number): number => (i === j ? Number.NaN : (values[order[i]!]![order[j]!] ?? Number.NaN));
    await drawHeatMap(
      d,
      x,
      y,
      side,
      side,
      { rows: order.length, cols: order.length, at },
      { domain, encode: context.encode },
    );
    order.forEach((index, i) => {
      const size = Math.min(11, cell);
      d.text(x - 6, y + (i + 0.5) * cell + size / 3, clip(section.models[index]!.name, labels - 8, size), {
        anchor: 'end',
        size,
      });
    });
    if (clustering && tree > 0) {
      const highest = Math.max(...clustering.merges.map(({ height }) => height), 1e-9);
      const across = (height: number): number => x + side + 6 + (height / highest) * (tree - 12);
      const down = (leaf: number): number => y + (leaf + 0.5) * cell;
      for (const { from, to, fromHeight, toHeight, height } of clustering.merges)
        d.path(
          [
            [across(fromHeight), down(from)],
            [across(height), down(from)],
            [across(height), down(to)],
            [across(toHeight), down(to)],
          ],
          { stroke: d.theme.muted, width: 1 },
        );
      d.text(x + side + 6, y - 4, '1 − NSAD', { size: 9, fill: d.theme.muted });
    }
    const end = drawColourBar(d, x, y + side + 12, Math.min(240, side), domain, `NSAD, ${MEASURE_TITLES[measure]}`);
    return d.finish(end, 'NSAD', sourceLine(context.manifest, 'classes'));
  },
};

export const networkHistogram: FigureKind = {
  id: 'network-histogram',
  instrument: 'classes',
  title: 'Histograms of NSAD over all pairs, for all classes and a subtree',
  choices: ['measure'],
  lacks: ({ instruments: { classes } }) => (classes?.population ? undefined : 'it has no population'),
  async draw(context) {
    const { histograms } = context.manifest.instruments.classes!.population!;
    const measure = measureOf(context);
    const sets = [
      { name: 'all classes', found: histograms.all[measure] },
      ...(histograms.subtree
        ? [
            {
              name: `${histograms.subtree.name} (${histograms.subtree.classes} classes)`,
              found: histograms.subtree[measure],
            },
          ]
        : []),
    ];
    const range = extent(sets.flatMap(({ found }) => found.edges));
    if (!range) throw new UsageError(`No pair of networks has an NSAD (${MEASURE_TITLES[measure]}).`);
    const d = context.drawing();
    const top = d.heading(
      'How alike are the networks?',
      'Pairs of networks by their alignment; mean ± sd in the legend.',
    );
    const begin = drawLegend(
      d,
      top + 12,
      sets.map(({ name, found }, i) => ({
        name: `${name}: ${withMinus(found.mean?.toFixed(3) ?? '–')} ± ${found.sd?.toFixed(3) ?? '–'}`,
        colour: d.theme.series[i]!,
        mark: 'box' as const,
      })),
    );
    const most = Math.max(...sets.flatMap(({ found }) => found.counts), 1);
    const place = drawAxes(
      d,
      { x: d.left + 50, y: begin + 6, width: d.right - d.left - 60, height: 240 },
      { title: `NSAD, ${MEASURE_TITLES[measure]}`, domain: range },
      { title: 'pairs of networks', domain: [0, most] },
    );
    sets.forEach(({ found }, i) => {
      found.counts.forEach((count, k) => {
        const [from, to] = [place.x(found.edges[k]!), place.x(found.edges[k + 1]!)];
        if (count > 0)
          d.rect(from, place.y(count), to - from, place.y(0) - place.y(count), {
            fill: d.theme.series[i]!,
            opacity: 0.6,
          });
      });
    });
    return d.finish(begin + 6 + 240 + 36, 'NSAD', sourceLine(context.manifest, 'classes'));
  },
};

export const neighbourTable: FigureKind = {
  id: 'neighbours',
  instrument: 'classes',
  title: 'The five nearest classes of chosen ones in every network, beside the reference',
  choices: ['classes', 'models'],
  lacks: ({ instruments: { classes } }) =>
    classes?.models.some(({ matrix }) => matrix !== null) ? undefined : 'it has no model with a matrix',
  async draw(context) {
    const section = context.manifest.instruments.classes!;
    const classes = await orderedClasses({ ...context, choices: {} }, section);
    const wanted = context.choices.classes?.length ? context.choices.classes : [classes.rows[classes.order[0]!]!.name];
    const models = chosen(section.models, context.choices.models, 'model').filter(({ matrix }) => matrix !== null);
    const sources = await Promise.all([
      ...section.references
        .filter(({ matrix }) => matrix !== null)
        .map(async ({ title, matrix }) => ({ name: title, matrix: await readMatrix(context, matrix!) })),
      ...models.map(async ({ name, matrix }) => ({ name, matrix: await readMatrix(context, matrix!) })),
    ]);
    const d = context.drawing();
    let y = d.heading('Nearest classes', 'By similarity, nearest first; in brackets the similarity.');
    for (const name of wanted) {
      const index = classNamed(classes, name);
      d.text(d.left, y + 14, classes.names[index]!, { size: 12, bold: true });
      const rows = sources.map((source) => [
        source.name,
        ...neighbours(source.matrix, index, TOP).map(
          (found) => `${classes.names[found.class]} (${withMinus(found.similarity.toFixed(2))})`,
        ),
      ]);
      const columns = ['', ...Array.from({ length: TOP }, (_, k) => String(k + 1))].map((title) => ({ title }));
      y = drawTable(d, y + 18, columns, rows) + 10;
    }
    return d.finish(y, 'Nearest classes', sourceLine(context.manifest, 'classes'));
  },
};
