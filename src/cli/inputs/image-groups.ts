import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { readPicture } from '../../activations/images/images-from-folder.ts';
import type { GroupedImage } from '../../analyses/representations/invariance/image-groups.ts';
import { FormatError, SourceError } from '../../base/errors.ts';
import { parseDelimited } from '../../formats/csv/parse-delimited.ts';
import type { NamedImage } from './image-inputs.ts';

/**
 * The groups of `--groups`: CSV with the columns image, group and perhaps place.
 *
 * @throws SourceError where there is no such file; FormatError naming the row that is not as it should be.
 */
export async function readGroups(path: string, cwd: string): Promise<GroupedImage[]> {
  const file = resolve(cwd, path);
  if (!(await stat(file).catch(() => undefined))?.isFile())
    throw new SourceError(`${path} cannot be read: there is no such file.`, { hint: 'Check the path of --groups.' });
  const name = basename(file);
  const [header, ...rows] = parseDelimited(await readFile(file, 'utf8'), ',', name);
  const column = (title: string): number => (header ?? []).findIndex((cell) => cell.toLowerCase() === title);
  const [image, group, place] = ['image', 'group', 'place'].map(column);
  if (image! < 0 || group! < 0)
    throw new FormatError(
      `${name}: the first row must name the columns image and group; found ${JSON.stringify((header ?? []).join(','))}.`,
    );
  return rows.map((cells, i) => {
    const where = `${name}, row ${i + 2}`;
    const cell = (at: number): string => cells[at]?.trim() ?? '';
    if (cell(image!) === '' || cell(group!) === '') throw new FormatError(`${where} has no image or no group.`);
    if (place! < 0) return { image: cell(image!), group: cell(group!) };
    const value = Number(cell(place!));
    if (cell(place!) === '' || !Number.isFinite(value))
      throw new FormatError(`${where}: the place is ${JSON.stringify(cell(place!))}; a number was expected.`);
    return { image: cell(image!), group: cell(group!), place: value };
  });
}

/** The pictures that a list of groups names, by paths from where the list is. */
export function picturesOfGroups(groups: readonly GroupedImage[], path: string, cwd: string): NamedImage[] {
  const folder = dirname(resolve(cwd, path));
  return [...new Set(groups.map(({ image }) => image))].map((name) => {
    const file = resolve(folder, name);
    return { name, path: file, load: () => readPicture(file, name) };
  });
}
