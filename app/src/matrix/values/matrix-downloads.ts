import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { csvBlob } from '../../kit/export/csv.ts';
import type { ExportablePanel } from '../../kit/export/panel.ts';
import type { PanelMatrix } from './panel-matrix.ts';

/** The values of a map in the order of the study, as NumPy array and as table with the names of the classes. */
export function matrixDownloads(
  stem: string,
  matrix: PanelMatrix,
  classes: readonly { index: number; name: string; synset: string | null }[],
): ExportablePanel['data'] {
  return namedMatrixDownloads(
    stem,
    matrix,
    ['class', 'name'],
    classes.map(({ index, name, synset }) => [synset ?? String(index), name]),
  );
}

/** The same with any two columns before the values; the first names the columns too. */
export function namedMatrixDownloads(
  stem: string,
  matrix: PanelMatrix,
  heading: readonly [string, string],
  rows: readonly (readonly [string, string | null])[],
): ExportablePanel['data'] {
  return [
    {
      label: 'NumPy',
      name: `${stem}.npy`,
      make: async () => {
        const { rows: count, cols, data } = await matrix.matrix();
        return new Blob([encodeNpy(data, [count, cols])], { type: 'application/octet-stream' });
      },
    },
    {
      label: 'CSV',
      name: `${stem}.csv`,
      make: async () => {
        const { cols, data } = await matrix.matrix();
        return csvBlob(
          [...heading, ...rows.map(([id]) => id)],
          rows.map(([id, name], i) => [
            id,
            name,
            ...Array.from(data.subarray(i * cols, (i + 1) * cols), (x) => Number(x.toPrecision(7))),
          ]),
        );
      },
    },
  ];
}
