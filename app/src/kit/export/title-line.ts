import { FONT } from '../theme/font.ts';
import type { Palette } from '../theme/palette.ts';
import { element, escapeText, textWidth } from './svg.ts';

interface Said {
  title: string;
  subtitle: string;
}

const GAP = 10;
const titleWidth = (title: string): number => textWidth(title, `600 15px ${FONT}`) + GAP;

/** How many pixels the title line of a picture takes. */
export function titleLineWidth({ title, subtitle }: Said): number {
  return titleWidth(title) + textWidth(subtitle, `12px ${FONT}`);
}

/** The title of a picture with the quiet subtitle beside it, on one line whose baseline is at y. */
export function titleLine({ title, subtitle }: Said, x: number, y: number, palette: Palette): string[] {
  return [
    element('text', { x, y, fill: palette.text, 'font-size': 15, 'font-weight': 600 }, escapeText(title)),
    element('text', { x: x + titleWidth(title), y, fill: palette.muted }, escapeText(subtitle)),
  ];
}
