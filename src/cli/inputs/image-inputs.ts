import { resolve } from 'node:path';
import { findImages } from '../../activations/images/image-folder.ts';
import { readPicture } from '../../activations/images/images-from-folder.ts';
import type { ImageInput } from '../../analyses/representations/options.ts';
import { createRandom } from '../../statistics/random.ts';
import type { CliIo } from '../terminal/io.ts';
import { tellPassedOver } from './passed-over.ts';

/** An image of the command line, with where its file is. */
export type NamedImage = ImageInput & { path: string };

/** The pictures of `--images`, or a random part of them in their order where `sample` says so. */
export async function readImages(
  path: string,
  sample: number | undefined,
  seed: number,
  io: CliIo,
): Promise<NamedImage[]> {
  const { folder, samples, ...rest } = await findImages(resolve(io.cwd, path));
  tellPassedOver(path, rest, io);
  const images = samples.map((entry): NamedImage => {
    const file = resolve(folder, entry.name);
    return { ...entry, path: file, load: () => readPicture(file, entry.name) };
  });
  if (sample === undefined || sample >= images.length) return images;
  const chosen = [...createRandom(seed).permutation(images.length).subarray(0, sample)].sort((a, b) => a - b);
  return chosen.map((index) => images[index]!);
}
