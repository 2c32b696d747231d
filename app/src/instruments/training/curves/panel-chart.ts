import type { ChartBand, ChartLine, LineChart } from '../../../charts/line-chart.ts';
import { modelColour, type Palette } from '../../../kit/theme/palette.ts';
import type { TrainingData, TrainingRun } from '../training-data.ts';
import { hasCurve } from '../training-data.ts';
import type { CurvePanel } from './curve-panels.ts';

/** The colour of a run, the same in every view and picture. */
export function runColour(palette: Palette, data: TrainingData, run: TrainingRun): string {
  return modelColour(palette, data.runs.indexOf(run));
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
): LineChart {
  const lines = runs.flatMap((run) => {
    const colour = runColour(palette, data, run);
    const line = (name: string, style: ChartLine['style']): ChartLine[] =>
      hasCurve(run, name) ? [{ epochs: run.curves.epochs, values: run.curves.values[name]!, colour, style }] : [];
    return [
      ...panel.curves.flatMap(({ name, dashed }) => line(name, dashed ? 'dashed' : 'solid')),
      ...(panel.chance ? line(panel.chance, 'faint') : []),
    ];
  });
  const marks =
    panel.id === 'lr'
      ? runs.flatMap((run) =>
          run.entry.learningRateChanges.map(({ epoch }) => ({ epoch, colour: runColour(palette, data, run) })),
        )
      : chosen.entry.learningRateChanges.map(({ epoch }) => ({ epoch, colour: runColour(palette, data, chosen) }));
  return { lines, bands, marks, epochs, log: panel.log ?? false };
}
