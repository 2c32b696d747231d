import type { DuplicateRow, PicturesSection, TileRow } from '#src/study/pictures-section.ts';
import type { StudySource } from '../data/study-source.ts';

/** The pictures of a study: which tile shows what, and the sheets that tiles lie on. */
export interface ClassPictures {
  section: PicturesSection;
  /** The tiles of a class, in order; none where it has no picture. */
  tilesOf(index: number): readonly number[];
  nameOf(tile: number): string;
  /** Pictures of two classes that show the same: of a pair of classes, or all. */
  duplicates: readonly DuplicateRow[];
  duplicatesOf(a: number, b: number): readonly DuplicateRow[];
  /** Address of the sheet that a tile lies on, good while the page is. */
  sheetOf(tile: number): Promise<string>;
}

const loaded = new WeakMap<StudySource, Map<string, Promise<ClassPictures>>>();

/** Reads the tables of pictures, each once. Errors are the library's. */
export function picturesOf(source: StudySource, section: PicturesSection): Promise<ClassPictures> {
  const known = loaded.get(source) ?? new Map<string, Promise<ClassPictures>>();
  loaded.set(source, known);
  const held = known.get(section.tiles) ?? load(source, section);
  known.set(section.tiles, held);
  held.catch(() => known.delete(section.tiles));
  return held;
}

async function load(source: StudySource, section: PicturesSection): Promise<ClassPictures> {
  const [tiles, duplicates] = await Promise.all([
    source.table<TileRow>(section.tiles),
    source.table<DuplicateRow>(section.duplicates.table),
  ]);
  const byClass = new Map<number, number[]>();
  tiles.forEach((row, tile) => {
    if (!row.shown || row.class === null) return;
    byClass.set(row.class, [...(byClass.get(row.class) ?? []), tile]);
  });
  const sheets = new Map<string, Promise<string>>();
  return {
    section,
    tilesOf: (index) => byClass.get(index) ?? [],
    nameOf: (tile) => tiles[tile]?.name ?? '',
    duplicates,
    duplicatesOf: (a, b) =>
      duplicates.filter((row) => {
        const [x, y] = [row.a.class, row.b.class];
        return (x === a && y === b) || (x === b && y === a);
      }),
    sheetOf: (tile) => {
      const path = section.sheets[Math.floor(tile / section.perSheet)]!;
      const held =
        sheets.get(path) ??
        source
          .bytes(path)
          .then((bytes) => URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/png' })));
      sheets.set(path, held);
      held.catch(() => sheets.delete(path));
      return held;
    },
  };
}
