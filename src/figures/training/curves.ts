import { UsageError } from '../../base/errors.ts';
import type { TrainingCurves } from '../../measures/training/curves.ts';
import { readStudyJson } from '../../study/read-study.ts';
import type { TrainingRunEntry } from '../../study/training-section.ts';
import { chosen, type FigureContext, type FigureKind, sourceLine } from '../figure.ts';
import { drawLineChart, type Series } from '../kit/line-chart.ts';
import { phaseBands } from './phase-bands.ts';

/** Shown where no curve was asked for. */
const DEFAULT_CURVES = ['sai.ncsm_scsm', 'idm.network.errorsOnly', 'wsi.max', 'accuracy'];

export interface RunCurves {
  run: TrainingRunEntry;
  curves: TrainingCurves;
}

export const lacksTraining: FigureKind['lacks'] = ({ instruments: { training } }) =>
  training ? undefined : 'it has no training section';

export async function runCurves(context: FigureContext): Promise<RunCurves[]> {
  const { manifest, store, choices } = context;
  const runs = chosen(manifest.instruments.training!.runs, choices.runs, 'run');
  return Promise.all(
    runs.map(async (run) => ({ run, curves: await readStudyJson<TrainingCurves>(store, manifest, run.curves) })),
  );
}

export function seriesOf({ run, curves }: RunCurves, curve: string, colour: string, name = run.name): Series {
  return { name, colour, points: curves.epochs.map((epoch, i) => [epoch, curves.values[curve]?.[i] ?? null] as const) };
}

export const curves: FigureKind = {
  id: 'curves',
  instrument: 'training',
  title: 'Curves of one or several runs on one axis, with phases and chance levels',
  choices: ['runs', 'curves'],
  lacks: lacksTraining,
  async draw(context) {
    const runs = await runCurves(context);
    const known = new Set(runs.flatMap((entry) => Object.keys(entry.curves.values)));
    const wanted = context.choices.curves ?? DEFAULT_CURVES.filter((name) => known.has(name));
    for (const name of wanted)
      if (!known.has(name))
        throw new UsageError(`There is no curve ${JSON.stringify(name)} in the runs.`, {
          hint: `They have ${[...known].slice(0, 20).join(', ')} …`,
        });
    if (wanted.length === 0)
      throw new UsageError(`The runs have none of the curves ${DEFAULT_CURVES.join(', ')}.`, {
        hint: known.size > 0 ? `Choose of ${[...known].slice(0, 20).join(', ')}.` : 'They have no curve at all.',
      });
    const d = context.drawing();
    const single = runs.length === 1 ? runs[0] : undefined;
    let y = d.heading(
      single ? single.run.name : 'Training runs',
      `Curves over the epochs; dotted: chance level${single ? '; shaded: phases' : ''}.`,
    );
    for (const [c, name] of wanted.entries()) {
      const series = runs.flatMap((entry, r): Series[] => {
        const colour = d.theme.series[r % d.theme.series.length]!;
        const chance = entry.curves.values[`${name}.chance`];
        return [
          seriesOf(entry, name, colour),
          ...(chance ? [{ ...seriesOf(entry, `${name}.chance`, colour), dash: '1.5 3', faint: true }] : []),
        ];
      });
      const epochs = single?.curves.epochs ?? [];
      y = drawLineChart(d, y, series, {
        x: 'epoch',
        y: name,
        height: wanted.length > 2 ? 150 : 230,
        legend: c === 0 && runs.length > 1,
        bands: single ? phaseBands(single.run.phases[name], epochs[0] ?? 0, epochs.at(-1) ?? 0) : [],
      });
    }
    return d.finish(y, 'Curves over the epochs', sourceLine(context.manifest, 'training'));
  },
};

export const lossAndRate: FigureKind = {
  id: 'loss-rate',
  instrument: 'training',
  title: 'Loss and learning rate of runs in one plot',
  choices: ['runs'],
  lacks: lacksTraining,
  async draw(context) {
    const runs = await runCurves(context);
    const d = context.drawing();
    let y = d.heading('Loss and learning rate', 'As the runs logged them; dashed: on the train split.');
    const of = (name: string, dash?: string): Series[] =>
      runs.flatMap((entry, r) =>
        entry.curves.values[name]?.some((value) => value !== null)
          ? [
              {
                ...seriesOf(entry, name, d.theme.series[r % d.theme.series.length]!),
                ...(dash ? { dash, name: `${entry.run.name}, train` } : {}),
              },
            ]
          : [],
      );
    const losses = [...of('valLoss'), ...of('loss', '5 3')];
    const rates = of('lr');
    if (losses.length + rates.length === 0)
      throw new UsageError('The runs logged neither loss nor learning rate.', {
        hint: 'metrics.jsonl gives them: {"epoch": 5, "valLoss": 1.6, "loss": 1.43, "lr": 0.01}.',
      });
    if (losses.length > 0) y = drawLineChart(d, y, losses, { x: 'epoch', y: 'loss', height: 200 });
    if (rates.length > 0)
      y = drawLineChart(d, y, rates, {
        x: 'epoch',
        y: 'learning rate',
        log: true,
        height: 120,
        legend: losses.length === 0,
      });
    return d.finish(y, 'Loss and learning rate', sourceLine(context.manifest, 'training'));
  },
};
