import type { Figure } from '../kit/export/panel.ts';
import { element, escapeText, svgDocument, textWidth } from '../kit/export/svg.ts';
import { FONT } from '../kit/theme/font.ts';
import type { Palette } from '../kit/theme/palette.ts';
import { type DotPlot, drawDotPlot, layoutDotPlot } from './dot-plot.ts';

const MARGIN = 24;
const WIDTH = 720;

/** A plot of rows as a picture with its title and what its marks mean. */
export function dotPlotFigure(plot: DotPlot, title: string, legend: string, palette: Palette): Figure {
  const gutter = 14 + Math.max(...plot.rows.map((row) => textWidth(row.label, `12px ${FONT}`)));
  const layout = layoutDotPlot(plot, WIDTH, gutter);
  const width = WIDTH + 2 * MARGIN;
  const height = layout.height + 2 * MARGIN + 34;
  const body = [
    element(
      'text',
      { x: MARGIN, y: MARGIN + 10, fill: palette.text, 'font-size': 15, 'font-weight': 600 },
      escapeText(title),
    ),
    element('text', { x: MARGIN, y: MARGIN + 28, fill: palette.muted }, escapeText(legend)),
    element('g', { transform: `translate(${MARGIN} ${MARGIN + 34})` }, ...drawDotPlot(plot, layout, palette)),
  ];
  return { svg: svgDocument(width, height, palette.background, FONT, body), width, height };
}
