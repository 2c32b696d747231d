import type { AtlasEntryRow } from '#src/study/concepts/atlas-section.ts';
import { csvBlob } from '../../../kit/export/csv.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import { tableFigure } from '../../../kit/export/table-figure.ts';
import { fixed } from '../../../kit/ui/numbers.ts';
import { type AtlasData, classesText } from './atlas-data.ts';

/** The matrix as it is shown, to be taken along. */
export function atlasPanel({ section, names, className }: AtlasData, rows: readonly AtlasEntryRow[]): ExportablePanel {
  return {
    id: 'atlas',
    title: 'Models and concepts',
    rank: 1,
    figure: (palette) =>
      tableFigure(
        {
          title: 'Which networks have which concept?',
          subtitle: '● has it, with its importance; else the similarity given the network',
          columns: [
            { title: '#', number: true },
            { title: 'classes' },
            ...names.map((title) => ({ title, number: true })),
            { title: 'ceiling', number: true },
          ],
          rows: rows.map((entry) => [
            String(entry.entry),
            classesText(entry, className),
            ...entry.cells.map(({ concepts, importance, similarity }) =>
              concepts.length > 0 ? `● ${importance === null ? '' : fixed(importance)}` : fixed(similarity),
            ),
            fixed(entry.ceiling),
          ]),
        },
        palette,
      ),
    data: [
      {
        label: 'CSV',
        name: 'atlas.csv',
        make: () =>
          csvBlob(
            [
              ...['entry', 'classes', 'ceiling'],
              ...names.flatMap((name) => [`${name} concepts`, `${name} importance`, `${name} similarity`]),
            ],
            rows.map(({ entry, classes, ceiling, cells }) => [
              ...[entry, classes.map(className).join(' | '), ceiling],
              ...cells.flatMap((cell) => [
                cell.concepts.map((own) => `${own.class}/${own.concept}`).join(' '),
                cell.importance,
                cell.similarity,
              ]),
            ]),
          ),
      },
      {
        label: 'JSON',
        name: 'atlas.json',
        make: () => new Blob([`${JSON.stringify(rows, null, 2)}\n`], { type: 'application/json' }),
      },
    ],
    command: section.command,
  };
}
