import { UsageError } from '../../base/errors.ts';
import { readStudyTable } from '../../study/read-study.ts';
import { drawMaps } from '../classes/class-maps.ts';
import { offDiagonalRange, orderedClasses, readMatrix } from '../classes/class-matrices.ts';
import { type FigureContext, type FigureKind, sourceLine } from '../figure.ts';
import { drawAxes, drawLegend, extent } from '../kit/axes.ts';
import { drawLineChart, type Series } from '../kit/line-chart.ts';
import { lacksTraining, type RunCurves, runCurves, seriesOf } from './curves.ts';

const MAPS = 6;
const HISTOGRAMS = 4;

/** So many of a list, its ends among them; of one, the last. */
function spread<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  if (count === 1) return list.slice(-1);
  return Array.from({ length: count }, (_, k) => list[Math.round((k * (list.length - 1)) / (count - 1))]!);
}

/** The epochs asked for, each of which the run must have; spread over the run where none was. */
export function epochsOf(
  { choices }: FigureContext,
  { run }: RunCurves,
  known: readonly number[],
  count: number,
): number[] {
  if (!choices.epochs?.length) return spread(known, count);
  const missing = choices.epochs.find((epoch) => !known.includes(epoch));
  if (missing !== undefined)
    throw new UsageError(`${run.name} has nothing of epoch ${missing} to draw.`, {
      hint: `It has ${spread(known, 12).join(', ')}${known.length > 12 ? ' …' : ''}.`,
    });
  return [...choices.epochs];
}

export const epochMaps: FigureKind = {
  id: 'epoch-maps',
  instrument: 'training',
  title: 'Class similarity maps over chosen epochs',
  choices: ['runs', 'epochs', 'order'],
  lacks: ({ instruments: { training } }) =>
    training?.runs.some(({ matrices }) => matrices.some(({ ncsm, tncsm_test }) => ncsm ?? tncsm_test))
      ? undefined
      : 'it keeps no class similarity of epochs',
  async draw(context) {
    const section = context.manifest.instruments.training!;
    const runs = await runCurves(context);
    const classes = await orderedClasses(context, section);
    const panels = await Promise.all(
      runs.flatMap((entry) => {
        const kept = entry.run.matrices.filter(({ ncsm, tncsm_test }) => ncsm ?? tncsm_test);
        const epochs = epochsOf(
          context,
          entry,
          kept.map(({ epoch }) => epoch),
          runs.length > 1 ? 3 : MAPS,
        );
        return epochs.map(async (epoch) => {
          const { ncsm, tncsm_test } = kept.find((other) => other.epoch === epoch)!;
          const title = `epoch ${epoch}${runs.length > 1 ? `, ${entry.run.id}` : ''}`;
          return { title, matrix: await readMatrix(context, (ncsm ?? tncsm_test)!) };
        });
      }),
    );
    const d = context.drawing();
    const top = d.heading(
      runs.length === 1 ? `How similarity grew in ${runs[0]!.run.name}` : 'How similarity grew',
      `Class similarity at chosen epochs, all in one scale; ${classes.orderName}.`,
    );
    const domain = offDiagonalRange(panels.map(({ matrix }) => matrix));
    const end = await drawMaps(d, top, panels, classes, context, { domain, label: 'cosine similarity' });
    return d.finish(end, 'Class similarity over epochs', sourceLine(context.manifest, 'training'));
  },
};

export const typicalityCurves: FigureKind = {
  id: 'typicality',
  instrument: 'training',
  title: 'Typicality of right and wrong samples over the epochs',
  choices: ['runs'],
  lacks: lacksTraining,
  async draw(context) {
    const runs = await runCurves(context);
    const d = context.drawing();
    // What stands above chance is shown where every run says so.
    const isHeldAgainst = runs.every(({ curves }) =>
      Object.keys(curves.values).some((name) => /^typicality\..*\.excess$/.test(name)),
    );
    let y = d.heading(
      'Typicality',
      isHeldAgainst
        ? 'Cosine of the class templates of right (solid) and wrong samples (dashed) to those of all, less that of random parts of the same sizes.'
        : 'Cosine of the class templates of right (solid) and wrong samples (dashed) to those of all. The larger part is always the nearer: a run with templates of random parts shows the difference.',
    );
    let drawn = 0;
    for (const split of ['test', 'train'] as const) {
      const series = runs.flatMap((entry, r): Series[] => {
        const colour = d.theme.series[r % d.theme.series.length]!;
        const points = (kind: string) =>
          seriesOf(entry, `typicality.${split}.${kind}${isHeldAgainst ? '.excess' : ''}`, colour);
        const [right, wrong] = [points('correct'), points('wrong')];
        const joined = (list: Series): Series => ({
          ...list,
          points: list.points.filter(([, value]) => value !== null),
        });
        if (right.points.every(([, value]) => value === null)) return [];
        return [
          { ...joined(right), name: `${entry.run.name}, right` },
          { ...joined(wrong), name: `${entry.run.name}, wrong`, dash: '5 3' },
        ];
      });
      if (series.length === 0) continue;
      drawn++;
      y = drawLineChart(d, y, series, { x: 'epoch', y: `${split} split`, height: 180 });
    }
    if (drawn === 0)
      throw new UsageError('The runs have no class templates of right and wrong samples.', {
        hint: 'The loggers write them; see docs/training.md.',
      });
    return d.finish(y, 'Typicality', sourceLine(context.manifest, 'training'));
  },
};

interface MistakeRow {
  epoch: number;
  mistakes: Partial<Record<'test' | 'train', { edges: number[]; counts: number[]; mistakes: number }>>;
}

export const typicalityHistogram: FigureKind = {
  id: 'mistake-typicality',
  instrument: 'training',
  title: 'How typical mistakes look: cosine of wrong samples to their class, at several epochs',
  choices: ['runs', 'epochs'],
  lacks: lacksTraining,
  async draw(context) {
    const runs = await runCurves(context);
    const d = context.drawing();
    let y = d.heading(
      'How typical are the mistakes?',
      'Wrong test samples by their cosine to the template of their class.',
    );
    let drawn = 0;
    for (const entry of runs) {
      const rows = await readStudyTable<MistakeRow>(context.store, context.manifest, entry.run.records);
      const known = rows.filter(({ mistakes }) => mistakes.test);
      if (known.length === 0) continue;
      drawn++;
      const epochs = epochsOf(
        context,
        entry,
        known.map(({ epoch }) => epoch),
        HISTOGRAMS,
      );
      const sets = epochs.map((epoch) => ({ epoch, found: known.find((row) => row.epoch === epoch)!.mistakes.test! }));
      d.text(d.left, y + 14, entry.run.name, { size: 12, bold: true });
      const begin = drawLegend(
        d,
        y + 32,
        sets.map(({ epoch, found }, i) => ({
          name: `epoch ${epoch}: ${found.mistakes} mistakes`,
          colour: d.theme.series[i % d.theme.series.length]!,
        })),
      );
      const used = sets.flatMap(({ found }) =>
        found.edges.filter((_, k) => (found.counts[k] ?? 0) + (found.counts[k - 1] ?? 0) > 0),
      );
      const range = extent(used);
      if (!range) {
        d.text(d.left, begin + 14, 'Nothing is wrong at these epochs, so there is no cosine to show.', {
          fill: d.theme.muted,
        });
        y = begin + 34;
        continue;
      }
      const most = Math.max(...sets.flatMap(({ found }) => found.counts));
      const place = drawAxes(
        d,
        { x: d.left + 56, y: begin + 6, width: d.right - d.left - 66, height: 190 },
        { title: 'cosine to the class template', domain: range },
        { title: 'wrong samples', domain: [0, most] },
      );
      sets.forEach(({ found }, i) => {
        const steps = found.counts.flatMap((count, k): [number, number][] =>
          found.edges[k]! < range[0] || found.edges[k + 1]! > range[1]
            ? []
            : [
                [place.x(found.edges[k]!), place.y(count)],
                [place.x(found.edges[k + 1]!), place.y(count)],
              ],
        );
        d.path(steps, { stroke: d.theme.series[i % d.theme.series.length]!, width: 1.6 });
      });
      y = begin + 6 + 190 + 36;
    }
    if (drawn === 0) throw new UsageError('The runs have no cosines of samples to their class templates.');
    return d.finish(y, 'Typicality of mistakes', sourceLine(context.manifest, 'training'));
  },
};
