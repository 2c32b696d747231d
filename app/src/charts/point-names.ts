import { element, escapeText, textWidth } from '../kit/export/svg.ts';
import type { Palette } from '../kit/theme/palette.ts';

const FONT = 11;
/** The page's own font may be wider than the one measured. */
const FONT_SAFETY = 1.06;

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/**
 * Names beside their points, in pixels, where they cover neither a name nor a point; those before have precedence.
 * @param radius of the points
 * @param width of the drawing, which names do not leave
 */
export function pointNames(
  placed: readonly { name: string; x: number; y: number }[],
  radius: number,
  palette: Palette,
  width: number,
): string[] {
  const taken: Box[] = placed.map(({ x, y }) => ({
    left: x - radius,
    right: x + radius,
    top: y - radius,
    bottom: y + radius,
  }));
  const out: string[] = [];
  for (const { name, x, y } of placed) {
    const long = textWidth(name, `${FONT}px sans-serif`) * FONT_SAFETY;
    const at = [x + radius + 3, x - radius - 3 - long].find((left) => {
      const box = { left, right: left + long, top: y - FONT / 2, bottom: y + FONT / 2 };
      return left >= 2 && box.right <= width - 2 && !taken.some((other) => overlap(box, other));
    });
    if (at === undefined) continue;
    taken.push({ left: at, right: at + long, top: y - FONT / 2, bottom: y + FONT / 2 });
    out.push(element('text', { x: at, y: y + 4, fill: palette.text, 'font-size': FONT }, escapeText(name)));
  }
  return out;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
