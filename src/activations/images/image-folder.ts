import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SourceError, UsageError } from '../../base/errors.ts';
import { type ImageSample, parseImageList } from './image-list.ts';

const EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif']);
const LISTS = new Set(['.csv', '.jsonl', '.txt']);

/** Pictures of a folder or a list. */
export interface ImageCollection {
  /** What sample names are relative to. */
  folder: string;
  samples: ImageSample[];
  /** Files whose names are not those of pictures, by extension: how many. */
  ignored: Record<string, number>;
  /** How many symbolic links were followed, to pictures and to folders. */
  links: number;
  /** Ways that lead back to a folder that they go through, or to one that it lies in; they are not followed. */
  loops: string[];
}

/**
 * Finds the pictures of a folder (sub-folders are labels, at any depth the first one counts; names in order) or of a list
 * (see `parseImageList`; paths are relative to the list) in Node. Symbolic links are followed and keep their own names; one
 * of a picture's name that leads nowhere is listed, so that it is named as one that cannot be read.
 *
 * @throws SourceError where nothing is or a folder cannot be read; UsageError where no picture is found.
 */
export async function findImages(path: string): Promise<ImageCollection> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new SourceError(`${path} cannot be read.`, { hint: 'Check the path of the images.', cause });
  });
  const collection = info.isDirectory() ? await fromFolder(path) : await fromList(path);
  if (collection.samples.length > 0) return collection;
  const others = Object.entries(collection.ignored).map(
    ([extension, count]) => `${count} ${extension || 'without extension'}`,
  );
  throw new UsageError(`${path} holds no images${others.length > 0 ? ` (found ${others.join(', ')})` : ''}.`, {
    hint: `Looked for ${[...EXTENSIONS].join(' ')}.`,
  });
}

async function fromFolder(folder: string): Promise<ImageCollection> {
  const ignored: Record<string, number> = {};
  const names: string[] = [];
  const loops: string[] = [];
  let links = 0;
  const note = (name: string, path: string): void => {
    if (name.startsWith('.')) return;
    const extension = extensionOf(name);
    if (EXTENSIONS.has(extension)) names.push(path);
    else ignored[extension] = (ignored[extension] ?? 0) + 1;
  };
  /** `above`: the real paths of the folders that the way here goes through. False for a way that leads back to one. */
  const walk = async (within: string, above: readonly string[]): Promise<boolean> => {
    const place = join(folder, within);
    const [entries, here] = await Promise.all([readdir(place, { withFileTypes: true }), realpath(place)]).catch(
      (cause: unknown) => {
        throw new SourceError(`${place} cannot be read (${(cause as Error).message}).`, { cause });
      },
    );
    if (above.some((folder) => holds(here, folder))) {
      loops.push(within);
      return false;
    }
    const way = [...above, here];
    for (const entry of entries) {
      const path = within === '' ? entry.name : `${within}/${entry.name}`;
      const target = entry.isSymbolicLink() ? await stat(join(folder, path)).catch(() => undefined) : entry;
      const isFollowed = target?.isDirectory() ? await walk(path, way) : target?.isFile();
      if (!target || target.isFile()) note(entry.name, path);
      if (isFollowed && entry.isSymbolicLink()) links++;
    }
    return true;
  };
  await walk('', []);
  // By code units, so that the order is the same on every machine.
  names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const samples = names.map((name): ImageSample => {
    const slash = name.indexOf('/');
    return slash < 0 ? { name } : { name, label: name.slice(0, slash) };
  });
  return { folder: resolve(folder), samples, ignored, links, loops: loops.sort() };
}

/** Whether a real path is a folder itself or lies in it. */
function holds(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

async function fromList(path: string): Promise<ImageCollection> {
  if (!LISTS.has(extensionOf(path)))
    return {
      folder: resolve(dirname(path)),
      samples: EXTENSIONS.has(extensionOf(path)) ? [{ name: basename(path) }] : [],
      ignored: {},
      links: 0,
      loops: [],
    };
  if (!(await stat(path)).isFile()) throw new SourceError(`${path}: is no file.`);
  const samples = parseImageList(await readFile(path, 'utf8'), basename(path));
  return { folder: resolve(dirname(path)), samples, ignored: {}, links: 0, loops: [] };
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot).toLowerCase();
}
