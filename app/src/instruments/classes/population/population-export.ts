import type { RankingRow } from '#src/study/classes-section.ts';
import { type CsvCell, csvBlob } from '../../../kit/export/csv.ts';
import { listPanel } from '../../../kit/export/list-panel.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import { element, escapeText } from '../../../kit/export/svg.ts';
import { tableFigure } from '../../../kit/export/table-figure.ts';
import { titled } from '../../../kit/export/titled-figure.ts';
import { fixed } from '../../../kit/ui/numbers.ts';
import type { ClassesData } from '../classes-data.ts';
import { MEASURE_TITLES, MEASURES, type Measure } from '../models/measures.ts';
import { alignmentCells, alignmentColumns } from '../models/models-export.ts';
import {
  drawScatter,
  kindColour,
  kindMark,
  kindsOf,
  kindTitle,
  TRAITS,
  type Trait,
} from './alignment/scatter-figure.ts';
import { groupTitle, type PopulationModel, parametersText } from './population-model.ts';

/** The SSAD table in its order: picture, and everything that is known of each network as CSV. */
export function alignmentPanel(
  data: ClassesData,
  models: readonly PopulationModel[],
  pairs: ReadonlyMap<string, RankingRow>,
  referenceTitle: string,
): ExportablePanel {
  const pairText = (model: PopulationModel): string => {
    const row = pairs.get(model.id);
    return row ? `${data.names[row.class]} – ${data.names[row.neighbour]}` : '–';
  };
  const hasPublished = models.some(({ member }) => member.published);
  return {
    id: 'population-alignment',
    title: 'Alignment of the population',
    rank: 1,
    figure: (palette) =>
      tableFigure(
        {
          title: 'Semantic alignment',
          subtitle: `with ${referenceTitle}; by chance in brackets${hasPublished ? ', published value behind the bar' : ''}`,
          columns: [
            { title: 'model' },
            { title: 'kind' },
            { title: 'parameters', number: true },
            { title: 'accuracy', number: true },
            ...MEASURES.map((measure) => ({ title: MEASURE_TITLES[measure], number: true })),
            { title: 'most similar pair' },
          ],
          rows: models.map((model) => [
            model.name,
            model.member.kind ?? '–',
            parametersText(model.member.parameters),
            String(model.member.accuracy ?? '–'),
            ...MEASURES.map((measure) => {
              const published = model.member.published?.[measure];
              return `${fixed(model.alignment?.[measure], 3)} (${fixed(model.alignment?.chance[measure]?.mean, 3)})${published === undefined ? '' : ` | ${fixed(published, 3)}`}`;
            }),
            pairText(model),
          ]),
        },
        palette,
      ),
    data: [
      {
        label: 'CSV',
        name: 'population-alignment.csv',
        make: () =>
          csvBlob(
            [
              'id',
              'source',
              'family',
              'kind',
              'parameters',
              'accuracy',
              ...MEASURES.flatMap((measure) => [...alignmentColumns(measure), `${measure} published`]),
              'most similar pair',
            ],
            models.map((model) => [
              model.name,
              model.member.source,
              model.member.family,
              model.member.kind,
              model.member.parameters,
              model.member.accuracy,
              ...MEASURES.flatMap((measure) => [
                ...alignmentCells(model.alignment, measure),
                model.member.published?.[measure] ?? null,
              ]),
              pairText(model),
            ]),
          ),
      },
    ],
    command: data.section.command,
  };
}

/** Both scatter plots side by side, and the correlations as data. */
export function scatterPanel(data: ClassesData, models: readonly PopulationModel[], measure: Measure): ExportablePanel {
  const population = data.section.population!;
  const size = { width: 460, height: 300 };
  return {
    id: 'population-scatter',
    title: `SSAD ${MEASURE_TITLES[measure]} against size and accuracy`,
    rank: 2,
    figure: (palette) => {
      const body = TRAITS.map((trait: Trait, i) =>
        element(
          'g',
          { transform: `translate(${i * (size.width + 20)} 0)` },
          ...drawScatter(models, measure, trait, size, palette).body,
        ),
      );
      let x = 50;
      for (const kind of kindsOf(models)) {
        body.push(
          kindMark(kind, x, size.height + 16, kindColour(palette, kind), palette.background),
          element('text', { x: x + 10, y: size.height + 20, fill: palette.text }, escapeText(kindTitle(kind))),
        );
        x += 90;
      }
      return titled(
        { title: 'Alignment against size and accuracy', subtitle: `SSAD ${MEASURE_TITLES[measure]}` },
        { width: 2 * size.width + 20, height: size.height + 26, body },
        palette,
      );
    },
    data: [
      {
        label: 'CSV of the correlations',
        name: 'population-correlations.csv',
        make: () =>
          csvBlob(
            ['models', 'SSAD measure', 'with', 'n', 'Pearson', 'p', 'Spearman', 'p', 'Kendall', 'p'],
            population.correlations.flatMap((row) =>
              MEASURES.flatMap((name) =>
                TRAITS.map((trait) => {
                  const { n, pearson, spearman, kendall } = row[name][trait];
                  return [
                    groupTitle(row.group, population.hybrids),
                    name,
                    trait,
                    n,
                    ...[pearson, spearman, kendall].flatMap((found) => [found?.value ?? null, found?.p ?? null]),
                  ];
                }),
              ),
            ),
          ),
      },
    ],
    command: data.section.command,
  };
}

/** The picture shows the first rows of a table, as a page can hold them. */
const ROWS_IN_PICTURE = 45;

/** A plain table as a panel: the picture shows its first rows, the data has them all. */
export function tablePanel(
  panel: Pick<ExportablePanel, 'id' | 'title' | 'command'> & { rank: number; subtitle: string },
  columns: readonly { title: string; number?: boolean }[],
  rows: readonly (readonly CsvCell[])[],
  digits = 4,
): ExportablePanel {
  const { subtitle, ...rest } = panel;
  const shown = (value: CsvCell): string =>
    value === null
      ? '–'
      : typeof value === 'string'
        ? value
        : Number.isInteger(value)
          ? String(value)
          : fixed(value, digits);
  return listPanel(
    rest,
    () => ({ title: panel.title, subtitle, columns, rows: rows.map((row) => row.map(shown)) }),
    ROWS_IN_PICTURE,
    { columns: columns.map(({ title }) => title), rows: () => rows },
  );
}
