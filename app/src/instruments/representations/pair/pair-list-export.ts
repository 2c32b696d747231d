import { fileName } from '../../../kit/export/download.ts';
import { listPanel } from '../../../kit/export/list-panel.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import { fixed } from '../../../kit/ui/numbers.ts';
import { layerTitle, type RepresentationsData, type ShownLayer } from '../representations-data.ts';

/** A list of pairs of images, with numbers of each, as a table. */
export function pairListExport(
  data: RepresentationsData,
  layer: ShownLayer,
  title: string,
  columns: readonly string[],
  pairs: readonly { row: number; col: number; values: readonly number[] }[],
): ExportablePanel {
  return listPanel(
    { id: `pairs-${fileName(title)}`, title, rank: 8, command: data.section.command },
    () => ({
      title,
      subtitle: layerTitle(data, layer),
      columns: [
        { title: 'image' },
        { title: 'and image' },
        ...columns.map((column) => ({ title: column, number: true })),
      ],
      rows: pairs.map(({ row, col, values }) => [
        data.names[row]!,
        data.names[col]!,
        ...values.map((value) => fixed(value, 3)),
      ]),
    }),
    pairs.length,
    {
      columns: ['first', 'second', ...columns],
      rows: () => pairs.map(({ row, col, values }) => [data.images[row]!.name, data.images[col]!.name, ...values]),
    },
  );
}
