import { clip, type Drawing, textWidth } from './drawing.ts';

export interface TableColumn {
  title: string;
  number?: boolean;
}

/** A table with rules as in print; columns share the width by their contents. Returns where it ends. */
export function drawTable(
  d: Drawing,
  top: number,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): number {
  const row = 17;
  const wanted = columns.map(
    ({ title }, c) => Math.max(textWidth(title), ...rows.map((cells) => textWidth(cells[c] ?? ''))) + 14,
  );
  const room = d.right - d.left;
  const total = wanted.reduce((a, b) => a + b, 0);
  const widths = wanted.map((width) => (total > room ? (width * room) / total : width));
  const starts = widths.map((_, c) => d.left + widths.slice(0, c).reduce((a, b) => a + b, 0));
  const end = d.left + widths.reduce((a, b) => a + b, 0);
  const cell = (c: number, y: number, text: string, muted: boolean): void => {
    const number = columns[c]!.number;
    d.text(number ? starts[c]! + widths[c]! - 8 : starts[c]!, y, clip(text, widths[c]! - 6), {
      ...(number ? { anchor: 'end' as const } : {}),
      ...(muted ? { fill: d.theme.muted } : {}),
    });
  };
  let y = top + 14;
  d.line(d.left, y - 13, end, y - 13, { width: 1.2 });
  columns.forEach(({ title }, c) => {
    cell(c, y, title, true);
  });
  d.line(d.left, y + 6, end, y + 6, { width: 0.6 });
  for (const cells of rows) {
    y += row;
    cells.forEach((text, c) => {
      cell(c, y + 3, text, false);
    });
  }
  d.line(d.left, y + 10, end, y + 10, { width: 1.2 });
  return y + 14;
}
