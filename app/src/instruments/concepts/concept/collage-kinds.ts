import type { CollageRow } from '#src/study/concepts-section.ts';
import { element } from '../../../kit/export/svg.ts';

export type CollageKind = CollageRow['kind'];

/** In the order of the page. */
export const COLLAGE_KINDS: readonly CollageKind[] = ['top', 'under', 'over'];

interface KindLook {
  title: string;
  /** What it says, given the names of both models. */
  meaning: (own: string, other: string) => string;
  /** Of Okabe and Ito's palette, which readers who see no red or no green tell apart. */
  colour: string;
}

export const KIND_LOOKS: Readonly<Record<CollageKind, KindLook>> = {
  top: {
    title: 'Strongest',
    meaning: (own) => `the concept itself, where ${own} shows it most`,
    colour: '#009E73',
  },
  under: {
    title: 'Under-predicted',
    meaning: (own, other) => `${own} shows it, ${other} does not notice`,
    colour: '#0072B2',
  },
  over: {
    title: 'Over-predicted',
    meaning: (_, other) => `${other} takes it for the concept, and it is not`,
    colour: '#D55E00',
  },
};

/** The mark of a kind: a dot, a triangle down (predicted too low), a triangle up (too high). */
export function kindMark(kind: CollageKind, x: number, y: number, r: number, stroke: string): string {
  const style = { fill: KIND_LOOKS[kind].colour, stroke, 'stroke-width': 1 };
  if (kind === 'top') return element('circle', { cx: x, cy: y, r, ...style });
  const up = kind === 'over' ? -1 : 1;
  const points = [
    [0, r * 1.25 * up],
    [r * 1.15, -r * 0.85 * up],
    [-r * 1.15, -r * 0.85 * up],
  ].map(([dx, dy]) => `${(x + dx!).toFixed(1)},${(y + dy!).toFixed(1)}`);
  return element('polygon', { points: points.join(' '), ...style });
}
