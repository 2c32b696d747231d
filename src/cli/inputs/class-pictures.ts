import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { decodeImage } from '../../activations/images/decode-image.ts';
import { findImages, type ImageCollection } from '../../activations/images/image-folder.ts';
import { readPicture } from '../../activations/images/images-from-folder.ts';
import { type ClassPicture, PICTURE_OPTIONS, type PicturesRequest } from '../../analyses/common/picture-options.ts';
import { UnsupportedError } from '../../base/errors.ts';
import { encodePng } from '../../formats/png/encode-png.ts';
import { addOptionFlags, typedOptions } from '../arguments/option-flags.ts';
import { sharedPath } from '../terminal/command-line.ts';
import type { CliIo } from '../terminal/io.ts';
import { tellPassedOver } from './passed-over.ts';

/** The flags of pictures of classes. */
export interface PictureFlags {
  images?: string;
}

/** Adds `--images` and how many of them are kept and looked at. */
export function addPictureFlags(command: Command, help: string): Command {
  return addOptionFlags(command.option('--images <dir|list>', help), PICTURE_OPTIONS);
}

/** What has no effect without `--images`. */
export const PICTURE_OPTION_USE = { options: ['images-per-class', 'images-most'], needs: '--images' };

/**
 * What `--images` asks for; undefined without it. Files that are not pictures are listed.
 *
 * @param options.labelled Whether pictures are of use only where their classes are known.
 */
export async function readPicturesRequest(
  command: Command,
  { seed, labelled = false }: { seed?: number; labelled?: boolean },
  io: CliIo,
): Promise<PicturesRequest | undefined> {
  const { images } = command.opts<PictureFlags>();
  if (images === undefined) return undefined;
  const { pictures, ...rest } = await findClassPictures(images, io);
  tellPassedOver(images, rest, io);
  if (labelled) requireLabels(images, pictures);
  return {
    source: sharedPath(images, io.cwd),
    images: pictures,
    ...typedOptions(command, PICTURE_OPTIONS),
    ...(seed === undefined ? {} : { seed }),
    decode: decodeImage,
    encodePng,
  };
}

/** @throws UnsupportedError where nothing says of any picture which class it shows, as in a flat folder. */
export function requireLabels(path: string, pictures: readonly ClassPicture[]): void {
  if (pictures.length === 0 || pictures.some(({ label }) => label !== undefined)) return;
  throw new UnsupportedError(`${path}: holds ${pictures.length} pictures, and says of none which class it shows.`, {
    hint: `Put those of each class into a folder called by its name, WordNet id or number (${path.replace(/[/\\]+$/, '')}/cat/1.jpg), or give a list: CSV with the columns path,label. Which of them are alike to a network needs no classes: semblance representations MODEL.onnx --images ${path}`,
    file: path,
  });
}

/** The pictures of a folder or list, each with what tells it from a changed one. */
export async function findClassPictures(
  path: string,
  io: CliIo,
): Promise<{ pictures: ClassPicture[] } & Omit<ImageCollection, 'folder' | 'samples'>> {
  const { folder, samples, ...rest } = await findImages(resolve(io.cwd, path));
  const pictures: ClassPicture[] = [];
  for (const sample of samples) {
    const file = resolve(folder, sample.name);
    const found = await stat(file).catch(() => undefined);
    pictures.push({
      ...sample,
      ...(found && { stamp: `${found.size} ${found.mtimeMs}` }),
      load: () => readPicture(file, sample.name),
    });
  }
  return { pictures, ...rest };
}
