import { realpath, stat } from 'node:fs/promises';
import { basename, extname, isAbsolute, posix, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { findImages } from '../../activations/images/image-folder.ts';
import { readPicture } from '../../activations/images/images-from-folder.ts';
import type { RepresentationsOptions } from '../../analyses/representations/options.ts';
import { UsageError } from '../../base/errors.ts';
import { sha256Hex } from '../../base/sha256.ts';
import type { CliIo } from '../terminal/io.ts';
import { type NamedImage, readImages } from './image-inputs.ts';

/** What `--queries` says: so many random ones, a share of each label, or a folder or list of images. */
export type QueriesFlag = { count: number } | { share: number } | { path: string };

/** Reads the value of `--queries`. @throws InvalidArgumentError on a share that is none. */
export function queriesFlag(text: string): QueriesFlag {
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  if (percent) {
    const share = Number(percent[1]) / 100;
    if (share > 0 && share < 1) return { share };
    throw new InvalidArgumentError('A share must be above 0 % and below 100 %.');
  }
  const count = Number(text);
  if (text.trim() === '' || Number.isNaN(count)) return { path: text };
  if (Number.isSafeInteger(count) && count >= 0) return { count };
  throw new InvalidArgumentError('It must be a whole number of images, a share such as 20%, or a folder or list.');
}

/** Images with the options that say which of them are queries and which are the database. */
export interface ImagesWithSets {
  images: NamedImage[];
  options: Pick<RepresentationsOptions, 'queries' | 'queryImages' | 'databaseImages'>;
}

/**
 * The images of `--images`, `--queries` and `--database` together. Where there are no `--images` to choose from, and models
 * have to look at pictures, queries and database are all images there are.
 *
 * @param needsPictures Whether some input is a model that runs.
 * @param listed Names and content ids of the samples that files of features list.
 */
export async function imagesWithSets(
  flags: { images?: string; sample?: number; queries?: QueriesFlag; database?: string },
  needsPictures: boolean,
  listed: ReadonlySet<string>,
  seed: number,
  io: CliIo,
): Promise<ImagesWithSets> {
  const { images: path, sample, queries, database } = flags;
  const named = queries && 'path' in queries ? queries.path : undefined;
  if (database !== undefined && (!queries || 'count' in queries))
    throw new UsageError('--database is what queries are searched in, and nothing says which images are queries.', {
      hint: 'Add --queries FOLDER or --queries 20%.',
    });
  if (sample !== undefined && (named !== undefined || database !== undefined))
    throw new UsageError('--sample would leave out images that --queries or --database names.', {
      hint: 'Give shorter lists, or draw the queries from the sample: --queries 20%.',
    });
  if (sample !== undefined && path === undefined)
    throw new UsageError('--sample needs --images; a file of features is taken whole.');
  if (path === undefined && needsPictures && named !== undefined && database !== undefined)
    return joined(named, database, io);
  const images = path === undefined ? [] : await readImages(path, sample, seed, io);
  const places = new Map(await Promise.all(images.map(async ({ path: at, name }) => [await real(at), name] as const)));
  return {
    images,
    options: {
      ...(queries && 'count' in queries && { queries: queries.count }),
      ...(queries && 'share' in queries && { queryImages: { share: queries.share } }),
      ...(named !== undefined && { queryImages: await membersOf(named, places, listed, io) }),
      ...(database !== undefined && { databaseImages: await membersOf(database, places, listed, io) }),
    },
  };
}

/** Two folders or lists as one list of images, each named with its folder in front. */
async function joined(queries: string, database: string, io: CliIo): Promise<ImagesWithSets> {
  const titles = [queries, database].map((path) => basename(resolve(io.cwd, path), extname(path)));
  const [first, second] = titles[0] === titles[1] ? ['queries', 'database'] : titles;
  const read = async (path: string, title: string): Promise<NamedImage[]> =>
    (await readImages(path, undefined, 0, io)).map((image) =>
      isAbsolute(image.name) ? image : { ...image, name: `${title}/${image.name}` },
    );
  const [asked, searched] = [await read(queries, first!), await read(database, second!)];
  return {
    images: [...asked, ...searched],
    options: {
      queryImages: asked.map(({ name }) => name),
      databaseImages: searched.map(({ name }) => name),
    },
  };
}

/**
 * The images that a folder or list stands for: by their place among those given, else by the name as the list has it or with
 * the folder before it, or by the hash of the file, whichever files of features list. What is no file is a folder of names.
 */
async function membersOf(
  path: string,
  places: ReadonlyMap<string, string>,
  listed: ReadonlySet<string>,
  io: CliIo,
): Promise<string[]> {
  const place = resolve(io.cwd, path);
  if (!(await stat(place).catch(() => undefined))) return [`${path.replace(/\/+$/, '')}/`];
  const { folder, samples } = await findImages(place);
  const members: string[] = [];
  // One after the other: a folder may hold more than fits into memory.
  for (const { name } of samples) {
    const file = resolve(folder, name);
    const known = places.get(await real(file)) ?? [name, posix.join(path, name)].find((own) => listed.has(own));
    members.push(known ?? (await idOf(file, name, listed)) ?? name);
  }
  return members;
}

/** The content id of a file, where files of features list it. */
async function idOf(file: string, name: string, listed: ReadonlySet<string>): Promise<string | undefined> {
  if (listed.size === 0 || !(await stat(file).catch(() => undefined))?.isFile()) return undefined;
  const id = await sha256Hex(await readPicture(file, name));
  return listed.has(id) ? id : undefined;
}

function real(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
