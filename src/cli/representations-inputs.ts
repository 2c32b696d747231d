import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { matchThreads } from '../analyses/representations/match-on-threads.ts';
import type {
  ImageInput,
  RepresentationModelInput,
  RepresentationsPlatform,
} from '../analyses/representations/options.ts';
import { FormatError, MissingRuntimeError, UsageError } from '../errors.ts';
import { decodeImage } from '../inference/decode-image.ts';
import type { RgbImage } from '../inference/image.ts';
import { findImages } from '../inference/image-folder.ts';
import { loadRuntime } from '../inference/node-runtime.ts';
import { defaultPreprocessing, type Preprocessing } from '../inference/preprocess.ts';
import type { Interpolation } from '../inference/resize.ts';
import { modelSource } from '../model-files/remote/model-source.ts';
import type { FeatureLayout } from '../representations/feature-maps.ts';
import { createRandom } from '../statistics/random.ts';
import type { CliIo } from './io.ts';

/** The options that belong to one model; given before the first, to all. */
export const PER_MODEL = [
  'name',
  'layers',
  'logits',
  'cls',
  'layout',
  'mean',
  'std',
  'size',
  'crop',
  'resize',
  'interpolation',
  'channels',
  'rescale',
] as const;

export type RepresentationArgument = { path: string } & Partial<Record<(typeof PER_MODEL)[number], string>>;

/** One model of the command line with its layers and preprocessing. */
export async function readRepresentationModel(
  argument: RepresentationArgument,
  { quiet }: { quiet: boolean },
  io: CliIo,
): Promise<RepresentationModelInput> {
  const source = await modelSource(argument.path, {
    cwd: io.cwd,
    env: io.env,
    signal: io.signal,
    onNote: (note) => {
      if (!quiet) io.stderr(`${io.colors.dim(note)}\n`);
    },
  });
  const { name, layers, logits, cls, layout } = argument;
  const preprocessing = preprocessingFlags(argument);
  return {
    source,
    ...(name !== undefined && { name }),
    ...(layers !== undefined && { layers: layers.split(',').map((layer) => layer.trim()) }),
    ...(logits !== undefined && { logits: logits === 'none' ? null : logits }),
    ...(cls !== undefined && { cls: oneOf('cls', cls, ['keep', 'drop'] as const) }),
    ...(layout !== undefined && { layout: oneOf<FeatureLayout>('layout', layout, ['nchw', 'nhwc', 'ntd']) }),
    ...(Object.keys(preprocessing).length > 0 && { preprocessing }),
  };
}

/** What the options say of preprocessing. */
export function preprocessingFlags(argument: Omit<RepresentationArgument, 'path'>): Partial<Preprocessing> {
  const { mean, std, size, crop, resize, interpolation, channels, rescale } = argument;
  const flags: Partial<Preprocessing> = {};
  if (size !== undefined) {
    const { resize: before, crop: after } = defaultPreprocessing(wholeNumber('size', size));
    Object.assign(flags, { resize: before, crop: after });
  }
  if (resize !== undefined) flags.resize = resize === 'none' ? null : sides('resize', resize, true);
  if (crop !== undefined)
    flags.crop = crop === 'none' ? null : (sides('crop', crop, false) as { height: number; width: number });
  if (mean !== undefined) flags.mean = triple('mean', mean);
  if (std !== undefined) flags.std = triple('std', std);
  if (rescale !== undefined) flags.rescale = fraction('rescale', rescale);
  if (channels !== undefined) flags.channels = oneOf('channels', channels, ['rgb', 'bgr'] as const);
  if (interpolation !== undefined)
    flags.interpolation = oneOf<Interpolation>('interpolation', interpolation, [
      'nearest',
      'box',
      'bilinear',
      'hamming',
      'bicubic',
      'lanczos',
    ]);
  return flags;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new UsageError(`--${name} must be a whole number above 0; found ${text}.`);
}

/** "224" (a side) or "240x320" (height × width). */
function sides(
  name: string,
  text: string,
  shorter: boolean,
): { shorterSide: number } | { height: number; width: number } {
  const [height, width, ...more] = text.split(/[x×]/).map((part) => wholeNumber(name, part));
  if (more.length > 0) throw new UsageError(`--${name} takes one side or HEIGHTxWIDTH; found ${text}.`);
  if (width !== undefined) return { height: height!, width };
  return shorter ? { shorterSide: height! } : { height: height!, width: height! };
}

/** A number, or a fraction such as 1/255. */
function fraction(name: string, text: string): number {
  const [above, below = '1'] = text.split('/');
  const value = Number(above) / Number(below);
  if (Number.isFinite(value) && text.trim() !== '') return value;
  throw new UsageError(`--${name} must be a number or a fraction such as 1/255; found ${text}.`);
}

function triple(name: string, text: string): [number, number, number] {
  const values = text.split(',').map((part) => fraction(name, part.trim()));
  if (values.length === 1) return [values[0]!, values[0]!, values[0]!];
  if (values.length === 3) return values as [number, number, number];
  throw new UsageError(`--${name} takes three numbers (red, green, blue) with commas, or one for all; found ${text}.`);
}

export function oneOf<T extends string>(name: string, value: string, choices: readonly T[]): T {
  if ((choices as readonly string[]).includes(value)) return value as T;
  throw new UsageError(`--${name} must be one of ${choices.join(', ')}; found ${value}.`);
}

/** The pictures of `--images`, or a random part of them in their order where `sample` says so. */
export async function readImages(
  path: string,
  sample: number | undefined,
  seed: number,
  io: CliIo,
): Promise<ImageInput[]> {
  const { folder, samples, ignored } = await findImages(resolve(io.cwd, path));
  const other = Object.entries(ignored).map(([extension, count]) => `${count} ${extension || 'without extension'}`);
  if (other.length > 0) io.stderr(io.colors.dim(`Passed over in ${path}: ${other.join(', ')}.\n`));
  const images = samples.map(
    (entry): ImageInput => ({ ...entry, load: () => readPicture(join(folder, entry.name), entry.name) }),
  );
  if (sample === undefined || sample >= images.length) return images;
  const chosen = [...createRandom(seed).permutation(images.length).subarray(0, sample)].sort((a, b) => a - b);
  return chosen.map((index) => images[index]!);
}

/** A picture of a list that is not there is one that cannot be read: it is left out by name. */
async function readPicture(path: string, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new FormatError(`${name} cannot be read (${(cause as Error).message}).`, { cause });
  }
}

/** What Node has for this instrument. */
export function nodePlatform(threads: number | undefined, thumbnails: boolean): RepresentationsPlatform {
  return {
    runtime: () => loadRuntime(),
    decode: decodeImage,
    openPool: () => matchThreads(threads === undefined ? {} : { threads }),
    ...(threads !== undefined && { threads }),
    ...(thumbnails && { thumbnail: encodePng }),
  };
}

/** The PNG of a picture, by sharp. */
export async function encodePng({ width, height, data }: RgbImage): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp').catch((cause: unknown) => {
    throw new MissingRuntimeError('sharp cannot be loaded; keeping pictures in a study needs it.', {
      hint: 'npm install --ignore-scripts sharp',
      cause,
    });
  });
  return new Uint8Array(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}
