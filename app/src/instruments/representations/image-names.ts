import type { ImageRow } from '#src/study/representations-section.ts';
import { findNamed } from '../../kit/search/find-named.ts';

/** The label in words where it has some. */
export function labelOf(row: ImageRow): string | undefined {
  return row.labelName ?? row.label ?? undefined;
}

/** A short name for each image: what it shows and what its file is called, "goldfish 12"; else the file's name. */
export function imageNames(rows: readonly ImageRow[]): string[] {
  return rows.map((row) => {
    const file = row.name
      .split('/')
      .at(-1)!
      .replace(/\.[A-Za-z0-9]{2,5}$/, '');
    const label = labelOf(row);
    if (label === undefined) return file;
    const rest =
      row.label !== null && file.startsWith(row.label) ? file.slice(row.label.length).replace(/^[_\s-]+/, '') : file;
    return rest === '' || rest.toLowerCase() === label.toLowerCase() ? label : `${label} ${rest}`;
  });
}

/** Images whose name, label, file or number has the text in it, best first. */
export function findImages(rows: readonly ImageRow[], names: readonly string[], text: string, limit = 12): number[] {
  const namesOf = (i: number) => [names[i]!, rows[i]!.name, rows[i]!.label ?? '', String(rows[i]!.index)];
  return findNamed([...rows.keys()], namesOf, text, limit).map(({ item }) => item);
}
