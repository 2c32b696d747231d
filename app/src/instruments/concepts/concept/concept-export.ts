import type { CollageRow } from '#src/study/concepts-section.ts';
import { csvBlob } from '../../../kit/export/csv.ts';
import { fileName } from '../../../kit/export/download.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import { titled } from '../../../kit/export/titled-figure.ts';
import { conceptTitle } from '../concept-search.ts';
import { type Concept, type ConceptsData, other } from '../concepts-data.ts';
import { collageFigure } from './collage-figure.ts';
import { drawRealPredicted, type RealPredicted } from './real-predicted-figure.ts';
import { drawStrip, stripRows } from './similarity-strip.ts';

const baseName = (data: ConceptsData, { of, model, entry }: Concept): string =>
  fileName(`${of.id} ${data.shortNames[model]} ${entry.index}`);

/** The three pictures of a concept, and the patches in them as a table. */
export function collagePanel(
  data: ConceptsData,
  concept: Concept,
  rows: readonly CollageRow[],
  name: string | undefined,
): ExportablePanel {
  return {
    id: 'collages',
    title: `Collages of ${conceptTitle(data, concept)}`,
    rank: 1,
    figure: (palette) => collageFigure(data, concept, rows, name, palette),
    data: [
      {
        label: 'CSV',
        name: `collages-${baseName(data, concept)}.csv`,
        make: () =>
          csvBlob(
            ['kind', 'place', 'image', 'image name', 'patch', 'real', 'predicted'],
            rows.flatMap(({ kind, patches }) =>
              patches.map(({ image, patch, real, predicted }, i) => [
                kind,
                i + 1,
                image,
                data.images[image]?.name ?? null,
                patch,
                real,
                predicted,
              ]),
            ),
          ),
      },
    ],
    command: data.section.command,
  };
}

export function scatterPanel(
  data: ConceptsData,
  concept: Concept,
  values: RealPredicted,
  rows: readonly CollageRow[],
  from: string,
): ExportablePanel {
  const { perImage } = data.section.sampler;
  return {
    id: 'real-predicted',
    title: `Real against predicted, ${conceptTitle(data, concept)}`,
    rank: 2,
    figure: (palette) => {
      const size = { width: 480, height: 440 };
      return titled(
        { title: conceptTitle(data, concept), subtitle: `predicted from ${from}` },
        { ...size, body: drawRealPredicted(values, rows, { ...size, from }, palette).body },
        palette,
      );
    },
    data: [
      {
        label: 'CSV',
        name: `coefficients-${baseName(data, concept)}.csv`,
        make: () =>
          csvBlob(
            ['image', 'image name', 'patch', 'real', 'predicted'],
            Array.from(values.real, (real, row) => {
              const image = concept.of.evaluationImages[Math.floor(row / perImage)]!;
              return [image, data.images[image]?.name ?? null, row % perImage, real, values.predicted[row]!];
            }),
          ),
      },
    ],
    command: data.section.command,
  };
}

/** The similarity of a concept against its ceiling and chance, and all its figures as JSON. */
export function factsPanel(data: ConceptsData, concept: Concept): ExportablePanel {
  return {
    id: 'concept-figures',
    title: `Similarity of ${conceptTitle(data, concept)}`,
    rank: 3,
    figure: (palette) =>
      titled(
        { title: conceptTitle(data, concept), subtitle: 'similarity, with intervals and folds' },
        drawStrip(stripRows(data, concept), 460, palette),
        palette,
      ),
    data: [
      {
        label: 'JSON',
        name: `concept-${baseName(data, concept)}.json`,
        make: () =>
          new Blob(
            [
              `${JSON.stringify(
                {
                  class: concept.of.id,
                  model: data.names[concept.model],
                  other: data.names[other(concept.model)],
                  ...concept.entry,
                },
                null,
                2,
              )}\n`,
            ],
            { type: 'application/json' },
          ),
      },
    ],
    command: data.section.command,
  };
}
