import { FONT } from '../theme/font.ts';
import type { Palette } from '../theme/palette.ts';
import type { Figure } from './panel.ts';
import { element, svgDocument } from './svg.ts';
import { titleLine, titleLineWidth } from './title-line.ts';

const MARGIN = 24;
const TITLE = 40;

/** Wraps a drawing in a document with a title line above it. */
export function titled(
  said: { title: string; subtitle: string },
  { width, height, body }: { width: number; height: number; body: readonly string[] },
  palette: Palette,
): Figure {
  const head = titleLine(said, MARGIN, MARGIN + 10, palette);
  const full = { width: Math.max(width, titleLineWidth(said)) + 2 * MARGIN, height: height + TITLE + 2 * MARGIN - 8 };
  const inner = element('g', { transform: `translate(${MARGIN} ${MARGIN + TITLE - 8})` }, ...body);
  return { svg: svgDocument(full.width, full.height, palette.background, FONT, [...head, inner]), ...full };
}
