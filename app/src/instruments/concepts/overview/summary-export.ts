import { csvBlob } from '../../../kit/export/csv.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import { tableFigure } from '../../../kit/export/table-figure.ts';
import { fixed } from '../../../kit/ui/numbers.ts';
import { GROUP_TITLES, GROUPS } from '../concept-groups.ts';
import type { ConceptsData } from '../concepts-data.ts';

/** "0.52 to 0.63", or nothing where there is no interval. */
export function interval({ low, high }: { low: number | null; high: number | null }): string {
  return low === null || high === null ? '' : `${fixed(low)} to ${fixed(high)}`;
}

/** The summary as a table, and all of its numbers as JSON. */
export function summaryPanel(data: ConceptsData): ExportablePanel {
  const { summary } = data.section;
  const withInterval = (figure: { value: number | null; low: number | null; high: number | null }): string =>
    `${fixed(figure.value)}${interval(figure) === '' ? '' : ` (${interval(figure)})`}`;
  return {
    id: 'concepts-summary',
    title: 'The pair in figures',
    rank: 3,
    figure: (palette) =>
      tableFigure(
        {
          title: `${data.names[0]} and ${data.names[1]}`,
          subtitle: `shared by importance ${withInterval(summary.score)}, MMCS ${fixed(summary.maxSimilarity)}, CKA ${fixed(summary.cka.unbiased)}`,
          columns: [
            { title: 'concepts of' },
            { title: 'count', number: true },
            { title: 'from the other', number: true },
            { title: 'from itself', number: true },
            { title: 'shuffled', number: true },
            { title: 'random network', number: true },
            ...GROUPS.map((group) => ({ title: GROUP_TITLES[group], number: true })),
          ],
          rows: summary.models.map((row, model) => [
            data.names[model as 0 | 1],
            String(row.concepts),
            withInterval(row.cross.mean),
            withInterval(row.self.mean),
            fixed(row.null.shuffled),
            fixed(row.null.randomNetwork),
            ...GROUPS.map((group) => String(row.groups?.[group] ?? '–')),
          ]),
        },
        palette,
      ),
    data: [
      {
        label: 'JSON',
        name: 'concepts-summary.json',
        make: () => new Blob([`${JSON.stringify(summary, null, 2)}\n`], { type: 'application/json' }),
      },
      {
        label: 'CSV',
        name: 'concepts-summary.csv',
        make: () =>
          csvBlob(
            [
              'model',
              'concepts',
              'missing',
              'cross mean',
              'low',
              'high',
              'cross median',
              'weighted mean',
              'self mean',
              ...GROUPS,
            ],
            summary.models.map((row, model) => [
              data.names[model as 0 | 1],
              row.concepts,
              row.missing,
              row.cross.mean.value,
              row.cross.mean.low,
              row.cross.mean.high,
              row.cross.median,
              row.cross.weightedMean.value,
              row.self.mean.value,
              ...GROUPS.map((group) => row.groups?.[group] ?? ''),
            ]),
          ),
      },
    ],
    command: data.section.command,
  };
}
