import type { CollageRow } from '#src/study/concepts-section.ts';
import type { Figure } from '../../../kit/export/panel.ts';
import { element, escapeText, svgDocument, textWidth } from '../../../kit/export/svg.ts';
import { FONT } from '../../../kit/theme/font.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import { fixed } from '../../../kit/ui/numbers.ts';
import { conceptTitle } from '../concept-search.ts';
import { type Concept, type ConceptsData, importanceOf, other, similarityOf } from '../concepts-data.ts';
import { patchBox } from '../patch-box.ts';
import { COLLAGE_KINDS, KIND_LOOKS, kindMark } from './collage-kinds.ts';

const MARGIN = 24;
const HEAD = 62;
const TILE = 96;
const GAP = 10;
const FRAME = 4;
const LABEL = 26;
const VALUES = 18;
const DASHES = { top: undefined, under: '9 5', over: undefined } as const;

/** The three collages of a concept, one below the other, with their patches within the picture. */
export async function collageFigure(
  data: ConceptsData,
  concept: Concept,
  rows: readonly CollageRow[],
  name: string | undefined,
  palette: Palette,
): Promise<Figure> {
  const most = Math.max(1, ...rows.map(({ patches }) => patches.length));
  const title = name ?? conceptTitle(data, concept);
  const importance = importanceOf(concept);
  const subtitle = `${name ? `${conceptTitle(data, concept)}, ` : ''}predicted from ${data.shortNames[other(concept.model)]}: similarity ${fixed(similarityOf(concept))}${importance === null ? '' : `, importance ${fixed(importance)}`}`;
  const line = TILE + LABEL + VALUES + GAP + 6;
  const needed = Math.max(textWidth(title, `600 15px ${FONT}`), textWidth(subtitle, `12px ${FONT}`), 460);
  const width = Math.max(most * (TILE + GAP) - GAP, needed) + 2 * MARGIN;
  const height = HEAD + COLLAGE_KINDS.length * line + MARGIN;
  const text = (x: number, y: number, content: string, style: Record<string, string | number> = {}): string =>
    element('text', { x, y, fill: palette.text, ...style }, escapeText(content));
  const body = [
    text(MARGIN, MARGIN + 8, title, { 'font-size': 15, 'font-weight': 600 }),
    text(MARGIN, MARGIN + 26, subtitle, { fill: palette.muted }),
  ];
  const [own, another] = [data.shortNames[concept.model], data.shortNames[other(concept.model)]];
  for (const [k, kind] of COLLAGE_KINDS.entries()) {
    const look = KIND_LOOKS[kind];
    const top = HEAD + k * line;
    body.push(
      kindMark(kind, MARGIN + 6, top + 12, 5, 'none'),
      text(MARGIN + 18, top + 16, look.title, { 'font-weight': 600 }),
      text(MARGIN + 24 + textWidth(look.title, `600 12px ${FONT}`), top + 16, look.meaning(own, another), {
        fill: palette.muted,
      }),
    );
    const patches = rows.find((row) => row.kind === kind)?.patches ?? [];
    if (patches.length === 0) body.push(text(MARGIN, top + LABEL + 20, 'none', { fill: palette.muted }));
    for (const [i, patch] of patches.entries()) {
      const [x, y] = [MARGIN + i * (TILE + GAP), top + LABEL];
      const inner = { x: x + FRAME, y: y + FRAME, width: TILE - 2 * FRAME, height: TILE - 2 * FRAME };
      const address = await patchAddress(data, patch.image, patch.patch);
      body.push(
        address
          ? element('image', { href: address, preserveAspectRatio: 'none', ...inner })
          : text(x + 8, y + 30, data.images[patch.image]?.name ?? String(patch.image), { 'font-size': 10 }),
        element('rect', {
          x: x + FRAME / 2,
          y: y + FRAME / 2,
          width: TILE - FRAME,
          height: TILE - FRAME,
          rx: 3,
          fill: 'none',
          stroke: look.colour,
          'stroke-width': FRAME,
          'stroke-dasharray': DASHES[kind],
        }),
        // The frame of what is predicted too high is a double one, on the page as in the picture.
        kind === 'over'
          ? element('rect', {
              x: x + FRAME / 2,
              y: y + FRAME / 2,
              width: TILE - FRAME,
              height: TILE - FRAME,
              rx: 3,
              fill: 'none',
              stroke: palette.background,
              'stroke-width': 1.2,
            })
          : '',
        text(x + TILE / 2, y + TILE + 13, `${fixed(patch.real)} → ${fixed(patch.predicted)}`, {
          fill: palette.muted,
          'font-size': 11,
          'text-anchor': 'middle',
        }),
      );
    }
  }
  return { svg: svgDocument(width, height, palette.background, FONT, body), width, height };
}

/** A patch at its own pixels as a `data:` address; undefined where there is no picture. */
async function patchAddress(data: ConceptsData, image: number, patch: number): Promise<string | undefined> {
  const path = data.picturePath(image);
  if (!path) return undefined;
  const bitmap = await data.pictures.bitmap(path);
  const scale = bitmap.width / (data.section.sampler.side ?? bitmap.width);
  const { x, y, size } = patchBox(data.section.sampler, patch) ?? { x: 0, y: 0, size: bitmap.width / scale };
  const canvas = document.createElement('canvas');
  // Enlarged here rather than by whoever shows the figure, so that it looks alike everywhere.
  canvas.width = canvas.height = Math.max(TILE * 2, Math.round(size * scale));
  const cut = document.createElement('canvas');
  cut.width = cut.height = Math.max(1, Math.round(size * scale));
  cut
    .getContext('2d')!
    .drawImage(bitmap, x * scale, y * scale, size * scale, size * scale, 0, 0, cut.width, cut.height);
  canvas.getContext('2d')!.drawImage(cut, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png');
}
