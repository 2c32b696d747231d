import type { Alignment } from '#src/study/classes-section.ts';
import { csvBlob } from '../../../kit/export/csv.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import { element, escapeText, svgDocument, textWidth } from '../../../kit/export/svg.ts';
import { tableFigure } from '../../../kit/export/table-figure.ts';
import type { SequentialName } from '../../../kit/theme/colour-maps.ts';
import { colourIndex } from '../../../kit/theme/colour-scale.ts';
import { FONT } from '../../../kit/theme/font.ts';
import { formatHex, luminance } from '../../../kit/theme/oklab.ts';
import { similarityTable } from '../../../kit/theme/palette.ts';
import { fixed } from '../../../kit/ui/numbers.ts';
import type { ClassesData } from '../classes-data.ts';
import { MEASURE_TITLES, MEASURES, type Measure } from './measures.ts';
import { nsadRange } from './nsad.ts';

/** One measure of an alignment in a data file: its value, chance level, interval and p-value. */
export function alignmentColumns(measure: Measure): string[] {
  return ['', 'chance mean', 'chance sd', 'z', 'interval low', 'interval high', 'Mantel p'].map((part) =>
    `${measure} ${part}`.trim(),
  );
}

export function alignmentCells(alignment: Alignment | undefined, measure: Measure): (number | null)[] {
  const chance = alignment?.chance[measure];
  const interval = alignment?.interval?.[measure];
  return [
    alignment?.[measure] ?? null,
    chance?.mean ?? null,
    chance?.sd ?? null,
    chance?.z ?? null,
    interval?.low ?? null,
    interval?.high ?? null,
    alignment?.mantel?.[measure] ?? null,
  ];
}

/** The table of alignments, each beside its chance level. */
export function modelsExport(data: ClassesData, reference: string): ExportablePanel {
  const title = data.references.find(({ id }) => id === reference)?.title ?? reference;
  return {
    id: 'models',
    title: 'Alignment of the models',
    rank: 1,
    figure: (palette) =>
      tableFigure(
        {
          title: 'Alignment',
          subtitle: `with ${title}; by chance in brackets`,
          columns: [
            { title: 'model' },
            { title: 'features', number: true },
            ...MEASURES.map((measure) => ({ title: MEASURE_TITLES[measure], number: true })),
          ],
          rows: data.models.map((model) => [
            model.name,
            String(model.head.features),
            ...MEASURES.map((measure) => {
              const alignment = model.alignment[reference];
              return `${fixed(alignment?.[measure], 3)} (${fixed(alignment?.chance[measure]?.mean, 3)})`;
            }),
          ]),
        },
        palette,
      ),
    data: [
      {
        label: 'CSV',
        name: 'alignment.csv',
        make: () =>
          csvBlob(
            ['id', 'model', 'file', 'sha256', 'features', ...MEASURES.flatMap((m) => alignmentColumns(m))],
            data.models.map((model) => [
              model.id,
              model.name,
              model.file,
              model.sha256,
              model.head.features,
              ...MEASURES.flatMap((measure) => alignmentCells(model.alignment[reference], measure)),
            ]),
          ),
      },
    ],
    command: data.section.command,
  };
}

/** The alignment between networks as a coloured table with its numbers. */
export function nsadExport(data: ClassesData, measure: Measure, colourMap: SequentialName): ExportablePanel {
  const values = data.section.nsad[measure];
  return {
    id: 'nsad',
    title: `Alignment between networks, ${MEASURE_TITLES[measure]}`,
    rank: 2,
    figure: (palette) => {
      const names = data.models.map(({ name }) => name);
      const cell = names.length > 14 ? 26 : 46;
      const gutter = Math.max(...names.map((name) => textWidth(name, `12px ${FONT}`))) + 12;
      const [left, top] = [24 + gutter, 64];
      const side = names.length * cell;
      const table = similarityTable(colourMap);
      const range = nsadRange(values);
      const text = (x: number, y: number, content: string, style: Record<string, string | number>): string =>
        element('text', { x, y, 'dominant-baseline': 'central', ...style }, escapeText(content));
      const body = [
        text(24, 32, 'Alignment between networks', { fill: palette.text, 'font-size': 15, 'font-weight': 600 }),
        text(24 + textWidth('Alignment between networks', `600 15px ${FONT}`) + 10, 32, MEASURE_TITLES[measure], {
          fill: palette.muted,
        }),
      ];
      names.forEach((name, i) => {
        const middle = (i + 0.5) * cell;
        body.push(text(left - 8, top + middle, name, { fill: palette.text, 'text-anchor': 'end' }));
        body.push(
          text(0, 0, name, {
            fill: palette.text,
            'text-anchor': 'end',
            transform: `translate(${left + middle} ${top + side + 8}) rotate(-90)`,
          }),
        );
        names.forEach((_, j) => {
          const value = values[i]![j]!;
          const rgb = value === null || i === j ? undefined : table[colourIndex(value, range)]!;
          const at = { x: left + j * cell + 1, y: top + i * cell + 1 };
          body.push(
            element('rect', {
              ...at,
              width: cell - 2,
              height: cell - 2,
              rx: 3,
              fill: rgb ? formatHex(rgb) : palette.sunken,
            }),
          );
          if (rgb)
            body.push(
              text(at.x + cell / 2 - 1, at.y + cell / 2 - 1, fixed(value), {
                fill: luminance(rgb) > 0.18 ? '#000000' : '#ffffff',
                'font-size': cell > 30 ? 12 : 8.5,
                'text-anchor': 'middle',
              }),
            );
        });
      });
      const width = Math.max(left + side + 24, 420);
      const height = top + side + gutter + 16;
      return { svg: svgDocument(width, height, palette.background, FONT, body), width, height };
    },
    data: [
      {
        label: 'CSV',
        name: `nsad-${measure}.csv`,
        make: () =>
          csvBlob(
            ['model', ...data.models.map(({ name }) => name)],
            data.models.map(({ name }, i) => [name, ...values[i]!]),
          ),
      },
    ],
    command: data.section.command,
  };
}
