import type { ImageRow } from '#src/study/representations-section.ts';

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

/** Images whose name, label or file has the text in it; those that begin with it come first. */
export function findImages(rows: readonly ImageRow[], names: readonly string[], text: string, limit = 12): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const score = (row: ImageRow, i: number): number => {
    const places = [names[i]!, row.name, row.label ?? '', String(row.index)].map((name) =>
      name.toLowerCase().indexOf(wanted),
    );
    const best = Math.min(...places.map((at) => (at < 0 ? 3 : at === 0 ? 0 : 1)));
    return places[0] === 0 ? -1 : best;
  };
  return rows
    .map((row, i) => ({ i, score: score(row, i) }))
    .filter((found) => found.score < 3)
    .sort((a, b) => a.score - b.score || a.i - b.i)
    .slice(0, limit)
    .map(({ i }) => i);
}
