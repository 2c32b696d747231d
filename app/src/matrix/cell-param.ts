import type { Cell } from './map-geometry.ts';

/** "657,744" of a matrix of n rows and columns; undefined where the text is not that. */
export function parseCell(text: string | undefined, n: number): Cell | undefined {
  const match = /^(\d{1,6}),(\d{1,6})$/.exec(text ?? '');
  if (!match) return undefined;
  const [row, col] = [Number(match[1]), Number(match[2])];
  return row < n && col < n ? { row, col } : undefined;
}
