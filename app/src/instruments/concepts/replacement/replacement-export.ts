import { csvBlob } from '../../../kit/export/csv.ts';
import { fileName } from '../../../kit/export/download.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import { titled } from '../../../kit/export/titled-figure.ts';
import { type ConceptsData, importanceOf, type ModelIndex } from '../concepts-data.ts';
import { drawEffect, EFFECT_TITLES, type EffectDrawing } from './replacement-figure.ts';

/** One effect of the replacement against the loss of similarity. */
export function effectPanel(data: ConceptsData, model: ModelIndex, drawing: EffectDrawing): ExportablePanel {
  const { short, long } = EFFECT_TITLES[drawing.effect];
  const title = `${short} of ${data.names[model]}`;
  return {
    id: `replacement-${model}-${drawing.effect}`,
    title,
    rank: 1 + model,
    figure: (palette) => {
      const size = { width: 520, height: 400 };
      return titled(
        { title, subtitle: `${long}; coloured by importance` },
        { ...size, body: drawEffect({ ...drawing, ...size, palette }).body },
        palette,
      );
    },
    data: [
      {
        label: 'CSV',
        name: `replacement-${fileName(data.names[model])}-${drawing.effect}.csv`,
        make: () =>
          csvBlob(
            ['class', 'concept', 'delta similarity', `delta ${drawing.effect}`, 'importance'],
            drawing.points.map(({ concept, x, y }) => [
              concept.of.id,
              concept.entry.index,
              x,
              y,
              importanceOf(concept),
            ]),
          ),
      },
    ],
    command: data.section.command,
  };
}
