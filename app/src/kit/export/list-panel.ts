import { type CsvCell, csvBlob } from './csv.ts';
import { fileName } from './download.ts';
import type { ExportablePanel } from './panel.ts';
import { type TableFigure, tableFigure } from './table-figure.ts';

/** What a list or table is saved as: its first rows as a picture, and all of them as CSV. */
export function listPanel(
  panel: Pick<ExportablePanel, 'id' | 'title' | 'rank' | 'command'>,
  picture: () => TableFigure,
  most: number,
  csv: { columns: readonly string[]; rows: () => readonly (readonly CsvCell[])[] },
): ExportablePanel {
  return {
    ...panel,
    figure: (palette) => {
      const table = picture();
      const { rows, subtitle } = table;
      return tableFigure(
        rows.length > most
          ? { ...table, subtitle: `${subtitle}, the first ${most} of ${rows.length}`, rows: rows.slice(0, most) }
          : table,
        palette,
      );
    },
    data: [{ label: 'CSV', name: `${fileName(panel.title)}.csv`, make: () => csvBlob(csv.columns, csv.rows()) }],
  };
}
