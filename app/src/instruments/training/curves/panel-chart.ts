import type { ChartBand, ChartLine, LineChart } from '../../../charts/line-chart.ts';
import { smoothed } from '../../../charts/smooth.ts';
import { modelColour, type Palette } from '../../../kit/theme/palette.ts';
import type { TrainingData, TrainingRun } from '../training-data.ts';
import { hasCurve } from '../training-data.ts';
import type { CurvePanel } from './curve-panels.ts';

/** The colour of a run, the same in every view and picture. */
export function runColour(palette: Palette, data: TrainingData, run: TrainingRun): string {
  return modelColour(palette, data.runs.indexOf(run));
}

/** How curves are drawn: the weight of the values before in a moving average, and logarithmic axes where values are positive. */
export interface CurveLook {
  smooth?: number;
  log?: boolean;
}

/**
 * The epoch of a run that is read where `wanted` is pointed at or chosen: within what is shown of the epochs, and of a run
 * that ended before its last; undefined for a run that has none there.
 */
export function readEpoch(
  epochs: readonly number[],
  wanted: number,
  [first, last]: readonly [number, number],
): number | undefined {
  const within = epochs.filter((epoch) => epoch >= first && epoch <= last);
  if (wanted < first) return within[0];
  const end = within.at(-1);
  return end === undefined || wanted > end ? end : wanted;
}

/** A panel's chart of the given runs. */
export function panelChart(
  panel: CurvePanel,
  data: TrainingData,
  runs: readonly TrainingRun[],
  chosen: TrainingRun,
  bands: readonly ChartBand[],
  epochs: readonly [number, number],
  palette: Palette,
  { smooth = 0, log = false }: CurveLook = {},
): LineChart {
  const lines = runs.flatMap((run) => {
    const colour = runColour(palette, data, run);
    // What lies beyond the epochs that are looked at neither shows nor stretches the axis.
    const within = run.curves.epochs.flatMap((epoch, i) => (epoch >= epochs[0] && epoch <= epochs[1] ? [i] : []));
    const line = (name: string, style: ChartLine['style'], weight = 0): ChartLine[] => {
      if (!hasCurve(run, name)) return [];
      const values = weight > 0 ? smoothed(run.curves.values[name]!, weight) : run.curves.values[name]!;
      return [
        {
          epochs: within.map((i) => run.curves.epochs[i]!),
          values: within.map((i) => values[i] ?? null),
          colour,
          style,
        },
      ];
    };
    return [
      ...(smooth > 0 ? panel.curves.flatMap(({ name }) => line(name, 'ghost')) : []),
      ...panel.curves.flatMap(({ name, dashed }) => line(name, dashed ? 'dashed' : 'solid', smooth)),
      ...(panel.chance ? line(panel.chance, 'faint') : []),
    ];
  });
  const marks =
    panel.id === 'lr'
      ? runs.flatMap((run) =>
          run.entry.learningRateChanges.map(({ epoch }) => ({ epoch, colour: runColour(palette, data, run) })),
        )
      : chosen.entry.learningRateChanges.map(({ epoch }) => ({ epoch, colour: runColour(palette, data, chosen) }));
  const shown = marks.filter(({ epoch }) => epoch >= epochs[0] && epoch <= epochs[1]);
  const isPositive = lines.every(({ values }) => values.every((value) => value === null || value > 0));
  return { lines, bands, marks: shown, epochs, log: (panel.log ?? false) || (log && isPositive) };
}
