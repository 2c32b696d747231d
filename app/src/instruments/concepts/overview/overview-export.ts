import { csvBlob } from '../../../kit/export/csv.ts';
import { fileName } from '../../../kit/export/download.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import { titled } from '../../../kit/export/titled-figure.ts';
import { other } from '../concepts-data.ts';
import { CONCEPT_COLUMNS, conceptCells } from '../list/concept-columns.ts';
import { drawSimilarity, type SimilarityDrawing } from './similarity-figure.ts';

/** One panel of the overview: as picture with its filter, and the figures of all its concepts. */
export function similarityPanel(drawing: SimilarityDrawing): ExportablePanel {
  const { data, model, from } = drawing;
  const whose = from === 'self' ? 'itself' : data.names[other(model)];
  const title = `Concepts of ${data.names[model]}`;
  return {
    id: `similarity-${model}`,
    title: `${title} by similarity`,
    rank: 1 + model,
    figure: (palette) => {
      const size = { width: 640, height: 460 };
      return titled(
        { title, subtitle: `predicted from ${whose}` },
        { ...size, body: drawSimilarity({ ...drawing, ...size, palette }).body },
        palette,
      );
    },
    data: [
      {
        label: 'CSV',
        name: `concepts-${fileName(data.names[model])}.csv`,
        make: () =>
          csvBlob(
            CONCEPT_COLUMNS,
            drawing.points.map(({ concept }) => conceptCells(data, concept)),
          ),
      },
    ],
    command: data.section.command,
  };
}
