import type { ChartBand } from '../../../charts/line-chart.ts';
import { drawLineChart, layoutLineChart } from '../../../charts/line-chart.ts';
import { csvBlob } from '../../../kit/export/csv.ts';
import { fileName } from '../../../kit/export/download.ts';
import type { ExportablePanel, Figure } from '../../../kit/export/panel.ts';
import { element, escapeText, svgDocument, textWidth } from '../../../kit/export/svg.ts';
import { FONT } from '../../../kit/theme/font.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import type { TrainingData, TrainingRun } from '../training-data.ts';
import type { CurvePanel } from './curve-panels.ts';
import { type CurveLook, panelChart, runColour } from './panel-chart.ts';

interface CurvesToExport {
  data: TrainingData;
  runs: readonly TrainingRun[];
  chosen: TrainingRun;
  bands: readonly ChartBand[];
  epochs: readonly [number, number];
  look?: CurveLook;
}

const MARGIN = 24;
const GAP = 26;
const HEAD = 24;

/** Panels as one figure, three beside one another, with the names of the runs below. */
export function curvesFigure(panels: readonly CurvePanel[], shown: CurvesToExport, palette: Palette): Figure {
  const columns = Math.min(3, panels.length);
  const [width, height] = panels.length === 1 ? [640, 300] : [360, 170];
  const body: string[] = [];
  panels.forEach((panel, i) => {
    const x = MARGIN + (i % columns) * (width + GAP);
    const y = MARGIN + Math.floor(i / columns) * (height + HEAD + GAP / 2);
    const chart = panelChart(
      panel,
      shown.data,
      shown.runs,
      shown.chosen,
      shown.bands,
      shown.epochs,
      palette,
      shown.look,
    );
    const kinds = panel.curves.map(({ label, dashed }) => (label ? `${dashed ? '- -' : '—'} ${label}` : '')).join('  ');
    const used = textWidth(panel.title, `600 13px ${FONT}`) + 8;
    const [asked, told] = [panel.question, kinds].map((text) => textWidth(text, `11px ${FONT}`));
    // The question gives way where there is no room for it beside the kinds of lines.
    const fits = used + asked! + told! + 12 < width;
    body.push(
      element(
        'text',
        { x, y: y + 12, fill: palette.text, 'font-size': 13, 'font-weight': 600 },
        escapeText(panel.title),
      ),
      element(
        'text',
        { x: x + used, y: y + 12, fill: palette.muted, 'font-size': 11 },
        escapeText(fits ? panel.question : ''),
      ),
      element(
        'text',
        { x: x + width, y: y + 12, fill: palette.muted, 'font-size': 11, 'text-anchor': 'end' },
        escapeText(kinds),
      ),
      element(
        'g',
        { transform: `translate(${x} ${y + HEAD})` },
        ...drawLineChart(chart, layoutLineChart(chart, width, height), palette),
      ),
    );
  });
  const rows = Math.ceil(panels.length / columns);
  const legendY = MARGIN + rows * (height + HEAD + GAP / 2) + 8;
  let legendX = MARGIN;
  for (const run of shown.runs) {
    body.push(
      element('rect', {
        x: legendX,
        y: legendY - 9,
        width: 10,
        height: 10,
        rx: 2.5,
        fill: runColour(palette, shown.data, run),
      }),
      element('text', { x: legendX + 15, y: legendY, fill: palette.text }, escapeText(run.name)),
    );
    legendX += textWidth(run.name, `12px ${FONT}`) + 36;
  }
  const full = Math.max(MARGIN * 2 + columns * (width + GAP) - GAP, legendX);
  const tall = legendY + MARGIN;
  return { svg: svgDocument(full, tall, palette.background, FONT, body), width: full, height: tall };
}

/** A panel, or all of them, as a picture and as its numbers: one row for each run and epoch. */
export function curvesExport(
  id: string,
  title: string,
  panels: readonly CurvePanel[],
  shown: CurvesToExport,
  rank: number,
): ExportablePanel {
  const names = panels.flatMap(({ curves, chance, density }) => [
    ...curves.map(({ name }) => name),
    ...(chance ? [chance] : []),
    ...(density ? [density] : []),
  ]);
  const columns = [...new Set(names)];
  return {
    id,
    title,
    rank,
    figure: (palette) => curvesFigure(panels, shown, palette),
    data: [
      {
        label: 'CSV',
        name: `${fileName(title)}.csv`,
        make: () =>
          csvBlob(
            ['run', 'epoch', ...columns],
            shown.runs.flatMap(({ id: run, curves }) =>
              curves.epochs.map((epoch, e) => [run, epoch, ...columns.map((name) => curves.values[name]?.[e] ?? null)]),
            ),
          ),
      },
    ],
    command: shown.data.section.command,
  };
}
