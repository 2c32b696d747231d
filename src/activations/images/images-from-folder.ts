import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FormatError } from '../../base/errors.ts';
import type { LoadableImage } from '../model/extract-features.ts';
import { findImages } from './image-folder.ts';
import type { ImageSample } from './image-list.ts';

/**
 * The pictures of a folder (its sub-folders are labels) or of a list (.csv, .jsonl or .txt with paths), as analyses take
 * them; each is read when its turn comes. `findImages` also counts the files that are no pictures. Node only.
 *
 * @throws SourceError where nothing is; UsageError where no picture is found.
 */
export async function imagesFromFolder(path: string): Promise<(ImageSample & LoadableImage)[]> {
  const { folder, samples } = await findImages(path);
  return samples.map((sample) => ({ ...sample, load: () => readPicture(resolve(folder, sample.name), sample.name) }));
}

/** The bytes of a picture. @throws FormatError naming one that cannot be read, so that it can be left out by name. */
export async function readPicture(path: string, name: string): Promise<Uint8Array> {
  try {
    // A list may name a pipe, which waits for ever, or a device, which never ends.
    if (!(await stat(path)).isFile()) throw new Error('it is no file');
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new FormatError(`${name} cannot be read (${(cause as Error).message}).`, { cause });
  }
}
