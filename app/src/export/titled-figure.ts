import { FONT } from '../matrix/map-overlay.ts';
import type { Palette } from '../theme/palette.ts';
import type { Figure } from './panel.ts';
import { element, escapeText, svgDocument, textWidth } from './svg.ts';

const MARGIN = 24;
const TITLE = 40;

/** Wraps a drawing in a document with a title line above it. */
export function titled(
  { title, subtitle }: { title: string; subtitle: string },
  { width, height, body }: { width: number; height: number; body: readonly string[] },
  palette: Palette,
): Figure {
  const head = [
    element(
      'text',
      { x: MARGIN, y: MARGIN + 10, fill: palette.text, 'font-size': 15, 'font-weight': 600 },
      escapeText(title),
    ),
    element(
      'text',
      { x: MARGIN + textWidth(title, `600 15px ${FONT}`) + 10, y: MARGIN + 10, fill: palette.muted },
      escapeText(subtitle),
    ),
  ];
  const needed = textWidth(title, `600 15px ${FONT}`) + textWidth(subtitle, `12px ${FONT}`) + 10;
  const full = { width: Math.max(width, needed) + 2 * MARGIN, height: height + TITLE + 2 * MARGIN - 8 };
  const inner = element('g', { transform: `translate(${MARGIN} ${MARGIN + TITLE - 8})` }, ...body);
  return { svg: svgDocument(full.width, full.height, palette.background, FONT, [...head, inner]), ...full };
}
