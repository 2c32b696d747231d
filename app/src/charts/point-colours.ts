import { type ColourTable, TABLE_SIZE } from '../kit/theme/colour-maps.ts';
import { contrast, formatHex, parseHex } from '../kit/theme/oklab.ts';
import type { Palette } from '../kit/theme/palette.ts';

/** What a point must stand out by against the page: WCAG's ratio for graphics. */
const LEAST_CONTRAST = 3;

/**
 * The part of a colour table that can be seen on the page, from the quietest to the loudest: a share of 1 is dark on a
 * light page and light on a dark one, so that the eye is led alike in both.
 */
export function loudColours(table: ColourTable, palette: Palette): (share: number) => string {
  const ground = parseHex(palette.background);
  const seen = table.map((_, i) => i).filter((i) => contrast(table[i]!, ground) >= LEAST_CONTRAST);
  if (palette.scheme === 'light') seen.reverse();
  if (seen.length === 0) return () => palette.text;
  return (share) => formatHex(table[seen[Math.round(Math.min(1, Math.max(0, share)) * (seen.length - 1))]!]!);
}

/** The colours of a legend from quiet to loud. */
export function loudStops(table: ColourTable, palette: Palette, count = 16): string[] {
  const colour = loudColours(table, palette);
  return Array.from({ length: Math.min(count, TABLE_SIZE) }, (_, i) => colour(i / (count - 1)));
}
