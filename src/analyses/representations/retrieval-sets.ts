import { IncomparableError, UsageError } from '../../base/errors.ts';
import { createRandom } from '../../statistics/random.ts';
import type { ImageInput, RepresentationsOptions } from './options.ts';

/** What an image is to retrieval where queries and database are apart; null for one that is neither. */
export type ImageRole = 'query' | 'database' | null;

/** Queries and database as indices of the images that could be read. */
export interface RetrievalSets {
  queries: Uint32Array;
  database: Uint32Array;
  roles: readonly ImageRole[];
  /** Whether two images have the same content: such a one is never found for the other. */
  isSamePicture(query: number, image: number): boolean;
  /** Queries with a picture of the same content in the database. */
  copies: number;
}

type Named = Pick<RepresentationsOptions, 'queryImages' | 'databaseImages'>;

/**
 * The role of each image by the options: null where none names queries, so that every image is query and database at once.
 * Without a database that is named it is all images that are no queries.
 *
 * @param ids Content ids, by which images are known beside their names.
 * @throws UsageError where a name is that of no image, an image is named for both, or one of the two sets is empty.
 */
export function imageRoles(
  images: readonly Pick<ImageInput, 'name' | 'label'>[],
  ids: readonly (string | null)[],
  { queryImages, databaseImages }: Named,
  seed: number,
): ImageRole[] | null {
  if (!queryImages) {
    if (!databaseImages) return null;
    throw new UsageError('databaseImages names a database, and nothing says which images are queries.', {
      hint: 'Name them with queryImages (--queries).',
    });
  }
  // A model without images is refused when it is opened, with what it needs.
  if (images.length === 0) return null;
  const find = finder(images, ids);
  const database = databaseImages && find(databaseImages, 'databaseImages (--database)');
  const queries =
    'share' in queryImages
      ? shareOf(images, database, queryImages.share, seed)
      : find(queryImages, 'queryImages (--queries)');
  const roles = images.map((image, i): ImageRole => {
    const isQuery = queries.has(i);
    if (isQuery && database?.has(i))
      throw new UsageError(`${image.name} is named as a query and as part of the database.`, {
        hint: 'Queries and database must be apart: leave it out of one of the two.',
      });
    return isQuery ? 'query' : !database || database.has(i) ? 'database' : null;
  });
  for (const role of ['query', 'database'] as const)
    if (!roles.includes(role))
      throw new UsageError(`None of ${images.length} images is ${role === 'query' ? 'a query' : 'in the database'}.`);
  return roles;
}

/** Finds images by name, by the folder that their names begin with ("val/"), or by content id. */
function finder(images: readonly Pick<ImageInput, 'name'>[], ids: readonly (string | null)[]) {
  const known = new Map<string, number[]>();
  const note = (key: string, i: number): void => {
    const list = known.get(key);
    if (list) list.push(i);
    else known.set(key, [i]);
  };
  images.forEach(({ name }, i) => {
    note(name, i);
    for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) note(name.slice(0, at + 1), i);
    const id = ids[i];
    if (id && id !== name) note(id, i);
  });
  return (entries: readonly string[], option: string): Set<number> => {
    const found = new Set<number>();
    for (const entry of entries) {
      const indices = known.get(entry);
      if (!indices)
        throw new UsageError(`${option}: none of ${images.length} images has the name or content id ${entry}.`, {
          hint: `Images are named as ${images[0]?.name}; a name that ends with "/" stands for all below it.`,
        });
      for (const index of indices) found.add(index);
    }
    return found;
  };
}

/**
 * A random share of the images of each label that are not in a database that was named, at least one image of a label that
 * has some. Without such a database one image of each label at least is left for it.
 */
function shareOf(
  images: readonly Pick<ImageInput, 'label'>[],
  database: ReadonlySet<number> | undefined,
  share: number,
  seed: number,
): Set<number> {
  if (!(share > 0 && share < 1))
    throw new UsageError(`The share of images that are queries must be between 0 and 1; found ${share}.`);
  const byLabel = new Map<string | undefined, number[]>();
  images.forEach(({ label }, i) => {
    if (database?.has(i)) return;
    const members = byLabel.get(label);
    if (members) members.push(i);
    else byLabel.set(label, [i]);
  });
  const random = createRandom(seed);
  const chosen = new Set<number>();
  for (const members of byLabel.values()) {
    const most = database ? members.length : members.length - 1;
    const count = Math.min(most, Math.max(1, Math.round(members.length * share)));
    for (const at of random.permutation(members.length).subarray(0, count)) chosen.add(members[at]!);
  }
  return chosen;
}

/**
 * The sets among the images that could be read.
 *
 * @param indices Of those images, in the list that `roles` and `ids` are of.
 * @throws IncomparableError where no query, or nothing of the database, could be read.
 */
export function retrievalSets(
  roles: readonly ImageRole[],
  indices: readonly number[],
  ids: readonly (string | null)[],
): RetrievalSets {
  const own = indices.map((index) => roles[index]!);
  const ofRole = (role: ImageRole): Uint32Array =>
    Uint32Array.from(own.flatMap((found, i) => (found === role ? [i] : [])));
  const [queries, database] = [ofRole('query'), ofRole('database')];
  for (const [set, what] of [
    [queries, 'queries'],
    [database, 'images of the database'],
  ] as const)
    if (set.length === 0) throw new IncomparableError(`None of the ${what} could be read.`);
  const idOf = (i: number): string | null => ids[indices[i]!] ?? null;
  const inDatabase = new Set([...database].map(idOf));
  return {
    queries,
    database,
    roles: own,
    isSamePicture: (query, image) => idOf(query) !== null && idOf(query) === idOf(image),
    copies: queries.filter((query) => idOf(query) !== null && inDatabase.has(idOf(query))).length,
  };
}
