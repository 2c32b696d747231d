import { encodeNpy } from 'semblance';
import { csvBlob } from '../export/csv.ts';
import type { ExportablePanel } from '../export/panel.ts';
import type { PanelMatrix } from './panel-matrix.ts';

/** The values of a map in the order of the study, as NumPy array and as table with the names of the classes. */
export function matrixDownloads(
  stem: string,
  matrix: PanelMatrix,
  classes: readonly { index: number; name: string; synset: string | null }[],
): ExportablePanel['data'] {
  return [
    {
      label: 'NumPy',
      name: `${stem}.npy`,
      make: async () => {
        const { rows, cols, data } = await matrix.matrix();
        return new Blob([encodeNpy(data, [rows, cols])], { type: 'application/octet-stream' });
      },
    },
    {
      label: 'CSV',
      name: `${stem}.csv`,
      make: async () => {
        const { cols, data } = await matrix.matrix();
        const ids = classes.map((row) => row.synset ?? String(row.index));
        return csvBlob(
          ['class', 'name', ...ids],
          classes.map((row, i) => [
            ids[i]!,
            row.name,
            ...Array.from(data.subarray(i * cols, (i + 1) * cols), (x) => Number(x.toPrecision(7))),
          ]),
        );
      },
    },
  ];
}
