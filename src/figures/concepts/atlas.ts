import { withMinus } from '../../base/number-text.ts';
import type { AtlasEntryRow, AtlasImageRow, AtlasSection } from '../../study/concepts/atlas-section.ts';
import type { CollageRow } from '../../study/concepts-section.ts';
import { readStudyFile, readStudyTable } from '../../study/read-study.ts';
import { type FigureContext, type FigureKind, sourceLine } from '../figure.ts';
import { clip, type Drawing } from '../kit/drawing.ts';
import { mapColour } from '../kit/theme.ts';
import { drawPatch, wantedClasses } from './concept-parts.ts';

/** Concepts that a figure shows, and pictures of each. */
const ROWS = 24;
const PICTURES = 4;
const SIDE = 34;
const HEIGHT = 42;
const LABELS = 150;

/** The models × concepts matrix with the patches that show each concept most. */
export const conceptAtlas: FigureKind = {
  id: 'atlas',
  instrument: 'concepts',
  title: 'The atlas: which networks have which concept, and how much it matters to them',
  choices: ['classes'],
  lacks: ({ instruments: { atlas } }) =>
    atlas ? undefined : 'it has no atlas of concepts; it takes three models or more',
  async draw(context) {
    const section = context.manifest.instruments.atlas!;
    const d = context.drawing();
    const all = await readStudyTable<AtlasEntryRow>(context.store, context.manifest, section.entries);
    const wanted = new Set(wantedClasses(section.classes, context.choices.classes).map(({ id }) => id));
    const entries = all.filter(({ classes }) => classes.some((id) => wanted.has(id)));
    const shown = entries.slice(0, ROWS);
    const top = d.heading(
      'Which networks have which concept?',
      `A disc: the network has the concept; its size and number are its importance there. A ring: it has none of its own, and represents the others' with this similarity, from pale to dark.${entries.length > ROWS ? ` ${ROWS} of ${entries.length} concepts, those that matter most first.` : ''}`,
    );
    const pictures = await entryPictures(context, section, shown);
    const hasPictures = pictures.some((some) => some.length > 0);
    const left = d.left + LABELS + (hasPictures ? PICTURES * (SIDE + 3) + 10 : 0);
    const width = (d.right - left) / section.models.length;
    section.models.forEach(({ name }, m) => {
      d.text(left + (m + 0.5) * width, top + 12, clip(name, width - 6), { anchor: 'middle', bold: true });
    });
    const names = new Map(section.classes.map(({ id, name }) => [id, name.split(',')[0]!]));
    let y = top + 22;
    for (const [i, { entry, classes, cells }] of shown.entries()) {
      if (i % 2 === 0) d.rect(d.left, y, d.right - d.left, HEIGHT, { fill: d.theme.band });
      d.text(d.left + 4, y + HEIGHT / 2 + 4, String(entry), { bold: true });
      d.text(d.left + 28, y + HEIGHT / 2 + 4, clip(classes.map((id) => names.get(id)!).join(', '), LABELS - 34));
      pictures[i]!.forEach((picture, k) => {
        const place = { x: d.left + LABELS + k * (SIDE + 3), y: y + (HEIGHT - SIDE) / 2, side: SIDE };
        drawPatch(d, place, picture, section.sampler);
      });
      cells.forEach((cell, m) => {
        drawCell(d, left + (m + 0.5) * width, y + HEIGHT / 2, cell);
      });
      y += HEIGHT;
    }
    return d.finish(y, 'Atlas of concepts', sourceLine(context.manifest, 'atlas'));
  },
};

interface Picture {
  png: Uint8Array;
  patch: number;
}

/** The strongest patches of each entry: in turn of the networks that have it. */
async function entryPictures(
  { manifest, store }: FigureContext,
  section: AtlasSection,
  entries: readonly AtlasEntryRow[],
): Promise<Picture[][]> {
  const images = await readStudyTable<AtlasImageRow>(store, manifest, section.images);
  const folder = section.images.replace(/[^/]*$/, '');
  const pictures: Picture[][] = [];
  for (const { cells } of entries) {
    const lists: CollageRow['patches'][] = [];
    for (const [m, { concepts }] of cells.entries()) {
      const own = concepts[0];
      if (!own) continue;
      const { models } = section.classes.find(({ id }) => id === own.class)!;
      const rows = await readStudyTable<CollageRow>(store, manifest, models[m]!.collages);
      lists.push(rows.find(({ concept }) => concept === own.concept)?.patches ?? []);
    }
    const turns = Array.from({ length: PICTURES }, (_, k) => lists[k % lists.length]?.[Math.floor(k / lists.length)]);
    pictures.push(
      await Promise.all(
        turns.flatMap((patch) => {
          const path = patch && images[patch.image]?.picture;
          return path
            ? [readStudyFile(store, manifest, folder + path).then((png) => ({ png, patch: patch.patch }))]
            : [];
        }),
      ),
    );
  }
  return pictures;
}

function drawCell(d: Drawing, x: number, y: number, cell: AtlasEntryRow['cells'][number]): void {
  const { concepts, importance, similarity } = cell;
  const label = (value: number | null): string => (value === null ? '–' : withMinus(value.toFixed(2)));
  if (concepts.length > 0) {
    d.circle(x - 12, y, 4 + 6 * Math.min(1, Math.max(0, importance ?? 0)), { fill: d.theme.series[0]! });
    d.text(x + 4, y + 4, importance === null ? '' : label(importance), { bold: true });
    return;
  }
  const [r, g, b] = mapColour('sequential', 1 - Math.max(0, similarity ?? 0));
  d.circle(x - 12, y, 6, { fill: 'none', stroke: `rgb(${r},${g},${b})`, width: 2.2 });
  d.text(x + 4, y + 4, label(similarity), { fill: d.theme.muted });
}
