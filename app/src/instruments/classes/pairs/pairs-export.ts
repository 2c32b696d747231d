import { listPanel } from '../../../kit/export/list-panel.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import { fixed } from '../../../kit/ui/numbers.ts';
import type { ClassesData } from '../classes-data.ts';
import { relationLabel } from '../relation-labels.ts';
import type { ListedPair } from './pair-list.ts';

/** The picture shows the first of the pairs, as a page can hold them; the data has them all. */
const ROWS_IN_PICTURE = 30;

/** The list of pairs as it is filtered and sorted. */
export function pairsExport(
  data: ClassesData,
  model: string,
  referenceTitle: string | undefined,
  pairs: readonly ListedPair[],
  command: string,
): ExportablePanel {
  const title = `Closest pairs, ${model}`;
  return listPanel(
    { id: 'pairs', title, rank: 2, command },
    () => ({
      title: 'Closest pairs',
      subtitle: model,
      columns: [
        { title: '#', number: true },
        { title: 'class' },
        { title: 'neighbour' },
        { title: 'similarity', number: true },
        ...(referenceTitle ? [{ title: 'WordNet rank', number: true }, { title: 'relation' }] : []),
      ],
      rows: pairs.map(({ row, place, rank }) => [
        String(place),
        data.names[row.class]!,
        data.names[row.neighbour]!,
        fixed(row.similarity, 3),
        ...(referenceTitle ? [rank === null ? '–' : String(rank), relationLabel(row)?.text ?? ''] : []),
      ]),
    }),
    ROWS_IN_PICTURE,
    {
      columns: [
        'place',
        'class',
        'class id',
        'neighbour',
        'neighbour id',
        'similarity',
        'reference rank',
        'mutual',
        'relation',
        'gap',
        'why',
      ],
      rows: () =>
        pairs.map(({ row, place, rank }) => [
          place,
          data.classes[row.class]!.name,
          data.classes[row.class]!.synset ?? row.class,
          data.classes[row.neighbour]!.name,
          data.classes[row.neighbour]!.synset ?? row.neighbour,
          row.similarity,
          rank,
          row.mutual ? 'yes' : 'no',
          row.explanation?.kind ?? null,
          row.explanation?.gap ?? null,
          row.relations?.map(({ text }) => text).join('; ') ?? null,
        ]),
    },
  );
}
