import type { RetrievalEntry } from '#src/study/representations-section.ts';
import { csvBlob } from '../../../kit/export/csv.ts';
import { fileName } from '../../../kit/export/download.ts';
import type { ExportablePanel, Figure } from '../../../kit/export/panel.ts';
import { element, escapeText, svgDocument } from '../../../kit/export/svg.ts';
import { FONT } from '../../../kit/theme/font.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import { layerTitle, type RepresentationsData, type ShownLayer } from '../representations-data.ts';
import { BY_TITLES } from './retrieval-rows.ts';

/** One search of a layer. */
export interface GallerySearch {
  layer: ShownLayer;
  entry: RetrievalEntry;
}

const MARGIN = 24;
const TILE = 84;
const ROW = TILE + 34;
const HEAD = 150;

/** The gallery of one query as a picture and as a table. */
export function galleryExport(
  data: RepresentationsData,
  query: number,
  searches: readonly GallerySearch[],
): ExportablePanel {
  const title = `Alike to ${data.names[query]}`;
  const lists = () =>
    Promise.all(
      searches.map(async ({ entry }) => [...(await data.source.row(entry.found, query))].filter((image) => image >= 0)),
    );
  return {
    id: 'gallery',
    title,
    rank: 0,
    figure: async (palette) => drawGallery(data, query, searches, await lists(), palette),
    data: [
      {
        label: 'CSV',
        name: `${fileName(title)}.csv`,
        make: async () => {
          const found = await lists();
          return csvBlob(
            ['query', 'model', 'layer', 'by', 'kernel', 'rank', 'image', 'label', 'same label'],
            searches.flatMap(({ layer, entry }, s) =>
              found[s]!.map((image, i) => [
                data.images[query]!.name,
                layer.model.name,
                layer.entry.name,
                entry.by,
                entry.kernel,
                i + 1,
                data.images[image]!.name,
                data.images[image]!.label,
                data.labels[query] === undefined ? null : data.labels[image] === data.labels[query] ? 1 : 0,
              ]),
            ),
          );
        },
      },
    ],
    command: data.section.command,
  };
}

async function drawGallery(
  data: RepresentationsData,
  query: number,
  searches: readonly GallerySearch[],
  found: readonly (readonly number[])[],
  palette: Palette,
): Promise<Figure> {
  const most = Math.max(1, ...found.map(({ length }) => length));
  const body: string[] = [];
  const text = (x: number, y: number, content: string, style: Record<string, string | number>): void => {
    body.push(element('text', { x, y, 'font-size': 11.5, fill: palette.muted, ...style }, escapeText(content)));
  };
  const tile = async (image: number, x: number, y: number): Promise<void> => {
    const same = image !== query && data.labels[query] !== undefined && data.labels[image] === data.labels[query];
    const picture = await data.picture(image);
    body.push(element('rect', { x, y, width: TILE, height: TILE, rx: 4, fill: palette.sunken }));
    if (picture) body.push(element('image', { x, y, width: TILE, height: TILE, href: picture }));
    if (same)
      body.push(
        element('rect', {
          x: x - 2,
          y: y - 2,
          width: TILE + 4,
          height: TILE + 4,
          rx: 5,
          fill: 'none',
          stroke: palette.accent,
          'stroke-width': 2,
        }),
      );
    const label = data.labels[image] ?? data.names[image]!;
    const short = label.length > 14 ? `${label.slice(0, 13)}…` : label;
    text(x, y + TILE + 14, `${same ? '✓ ' : ''}${short}`, same ? { fill: palette.text, 'font-weight': 600 } : {});
  };
  text(MARGIN, MARGIN + 10, `Alike to ${data.names[query]}`, {
    fill: palette.text,
    'font-size': 15,
    'font-weight': 600,
  });
  await tile(query, MARGIN, MARGIN + 28);
  text(MARGIN + TILE + 14, MARGIN + 44, 'query', {});
  text(MARGIN + TILE + 14, MARGIN + 62, '✓ and frame: same label', {});
  const top = MARGIN + 28 + ROW + 10;
  for (const [s, { layer, entry }] of searches.entries()) {
    const y = top + s * ROW;
    text(MARGIN, y + 14, BY_TITLES[entry.by], { fill: palette.text, 'font-weight': 600, 'font-size': 12.5 });
    text(MARGIN, y + 30, layerTitle(data, layer).slice(-22), {});
    if (entry.kernel) text(MARGIN, y + 45, entry.kernel, {});
    for (const [i, image] of found[s]!.entries()) await tile(image, MARGIN + HEAD + i * (TILE + 12), y);
  }
  const width = 2 * MARGIN + HEAD + most * (TILE + 12);
  const height = top + searches.length * ROW + MARGIN;
  return { svg: svgDocument(width, height, palette.background, FONT, body), width, height };
}
