import { FormatError } from '../../base/errors.ts';
import { namedText } from '../../base/named-text.ts';

/** A picture and what is known about it. */
export interface ImageSample {
  /** Path relative to the folder, with forward slashes: the picture's name in every report. */
  name: string;
  /** Class, from the sub-folder or the list. */
  label?: string;
  /** How many instances of each kind of object it shows. */
  counts?: Readonly<Record<string, number>>;
  /** Pictures of the same group (video, scene) are not found for one another. */
  group?: string;
}

/**
 * Reads a list of pictures: JSON Lines with `{"path": …, "label": …, "counts": {…}, "group": …}`, or CSV with a header row
 * of these names, counts written as `cup:2;plate:1`; or plain lines of paths.
 *
 * @throws FormatError naming the line that cannot be read.
 */
export function parseImageList(text: string, fileName: string): ImageSample[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '');
  const first = lines[0]?.line.trim() ?? '';
  if (first.startsWith('{')) return lines.map(({ line, number }) => fromJson(line, `${fileName}, line ${number}`));
  const header = splitCsv(first).map((name) => name.trim().toLowerCase());
  if (!header.includes('path')) return lines.map(({ line }) => ({ name: line.trim() }));
  return lines.slice(1).map(({ line, number }) => fromCsv(header, splitCsv(line), `${fileName}, line ${number}`));
}

function fromJson(line: string, where: string): ImageSample {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new FormatError(`${where} is not JSON.`, { cause: error });
  }
  const { path, label, counts, group } = (value ?? {}) as Record<string, unknown>;
  if (typeof path !== 'string') throw new FormatError(`${where} has no "path".`);
  const sample: ImageSample = { name: path };
  const [labelText, groupText] = [namedText(label, `${where}: label`), namedText(group, `${where}: group`)];
  if (labelText !== undefined) sample.label = labelText;
  if (groupText !== undefined) sample.group = groupText;
  if (counts !== undefined && counts !== null) sample.counts = checkCounts(counts, where);
  return sample;
}

function checkCounts(counts: unknown, where: string): Record<string, number> {
  if (typeof counts !== 'object' || counts === null || Array.isArray(counts))
    throw new FormatError(`${where}: "counts" must be an object of numbers.`);
  for (const [name, count] of Object.entries(counts))
    if (!(typeof count === 'number' && count >= 0))
      throw new FormatError(
        `${where}: the count of ${name} is ${JSON.stringify(count)}; a number of at least 0 is needed.`,
      );
  return counts as Record<string, number>;
}

function fromCsv(header: readonly string[], cells: readonly string[], where: string): ImageSample {
  const cell = (name: string): string => cells[header.indexOf(name)]?.trim() ?? '';
  if (cell('path') === '') throw new FormatError(`${where} has no path.`);
  const sample: ImageSample = { name: cell('path') };
  if (cell('label') !== '') sample.label = cell('label');
  if (cell('group') !== '') sample.group = cell('group');
  if (cell('counts') !== '') {
    const entries = cell('counts')
      .split(';')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const [, name, count] = /^\s*(.+?)\s*:\s*(\d+)\s*$/.exec(part) ?? [];
        if (name === undefined)
          throw new FormatError(`${where}: counts are written as "cup:2;plate:1", not "${part}".`);
        return [name, Number(count)] as const;
      });
    sample.counts = Object.fromEntries(entries);
  }
  return sample;
}

/** Cells of one line; a quoted cell may hold commas and doubled quotes. */
function splitCsv(line: string): string[] {
  const cells: string[] = [];
  const pattern = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g;
  for (const [, quoted, plain] of line.matchAll(pattern)) cells.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
  return cells;
}
