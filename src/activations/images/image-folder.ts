import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
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
}

/**
 * Finds the pictures of a folder (sub-folders are labels, at any depth the first one counts; names in order) or of a list
 * (see `parseImageList`; paths are relative to the list) in Node.
 *
 * @throws SourceError where nothing is; UsageError where no picture is found.
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
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const ignored: Record<string, number> = {};
  const names: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue;
    const extension = extensionOf(entry.name);
    if (!EXTENSIONS.has(extension)) ignored[extension] = (ignored[extension] ?? 0) + 1;
    else names.push(relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  }
  // By code units, so that the order is the same on every machine.
  names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const samples = names.map((name): ImageSample => {
    const slash = name.indexOf('/');
    return slash < 0 ? { name } : { name, label: name.slice(0, slash) };
  });
  return { folder: resolve(folder), samples, ignored };
}

async function fromList(path: string): Promise<ImageCollection> {
  if (!LISTS.has(extensionOf(path)))
    return {
      folder: resolve(dirname(path)),
      samples: EXTENSIONS.has(extensionOf(path)) ? [{ name: basename(path) }] : [],
      ignored: {},
    };
  const samples = parseImageList(await readFile(path, 'utf8'), basename(path));
  return { folder: resolve(dirname(path)), samples, ignored: {} };
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot).toLowerCase();
}
