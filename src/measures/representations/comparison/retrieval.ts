import { IncomparableError, UsageError } from '../../../base/errors.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import type { FeatureMaps } from '../feature-maps.ts';

export interface RetrievalOptions {
  /** How many images to return for each query; default 1. */
  k?: number;
  /**
   * Groups (videos, scenes, photographers) of queries and database images: an image of the query's own group is never
   * returned. Undefined or null belongs to no group.
   */
  queryGroups?: readonly (string | null | undefined)[];
  databaseGroups?: readonly (string | null | undefined)[];
  /** Queries and database are the same images: image i is not returned for query i. Default false. */
  excludeSelf?: boolean;
  /** Columns to search, for a sweep over database sizes; default all. */
  database?: ArrayLike<number>;
  /** Rows to search for; default all. */
  queries?: ArrayLike<number>;
  /** Whether an image is kept from a query, beside those of its group. */
  isExcluded?: (query: number, image: number) => boolean;
}

/**
 * The k most similar database images of each query, best first, ties by index; fewer where groups exclude the rest. One
 * list a query, in the order of `queries`.
 * `similarity` is queries × database; for a divergence pass its negative.
 *
 * @throws UsageError if k is below 1; IncomparableError if groups do not fit the matrix.
 */
export function retrieve(similarity: Matrix, options: RetrievalOptions = {}): Uint32Array[] {
  const { rows, cols, data } = similarity;
  const { k = 1, queryGroups, databaseGroups, excludeSelf = false, database, queries, isExcluded } = options;
  if (!(Number.isInteger(k) && k >= 1)) throw new UsageError(`k must be a whole number above 0; found ${k}.`);
  for (const [name, groups, length] of [
    ['queryGroups', queryGroups, rows],
    ['databaseGroups', databaseGroups, cols],
  ] as const)
    if (groups && groups.length !== length)
      throw new IncomparableError(`${name} has ${groups.length} entries; the similarity matrix has ${length}.`);
  const candidates = Uint32Array.from(database ?? { length: cols }, (value, j) => (database ? Number(value) : j));
  return Array.from(queries ?? { length: rows }, (value, position) => {
    const query = queries ? Number(value) : position;
    const group = queryGroups?.[query] ?? null;
    const allowed = candidates.filter(
      (j) =>
        !(excludeSelf && j === query) &&
        (group === null || (databaseGroups?.[j] ?? null) !== group) &&
        !isExcluded?.(query, j),
    );
    const at = query * cols;
    return allowed.sort((a, b) => data[at + b]! - data[at + a]! || a - b).slice(0, k);
  });
}

/**
 * Nested random databases of growing size, for a sweep: each smaller one is part of each larger one.
 *
 * @throws UsageError if a size is below 1 or above the database.
 */
export function nestedDatabases(databaseSize: number, sizes: readonly number[], seed = 0): Uint32Array[] {
  const order = createRandom(seed).permutation(databaseSize);
  return sizes.map((size) => {
    if (!(Number.isInteger(size) && size >= 1 && size <= databaseSize))
      throw new UsageError(`A database size must be between 1 and ${databaseSize}; found ${size}.`);
    return order.slice(0, size).sort();
  });
}

/** One vector per image: the mean over positions (`average`), or the first position (`first`), such as a CLS token. */
export function pooledVectors(maps: FeatureMaps, pooling: 'average' | 'first' = 'average'): Matrix64 {
  const { images, positions, channels, data } = maps;
  const out = new Float64Array(images * channels);
  const used = pooling === 'first' ? 1 : positions;
  for (let i = 0; i < images; i++)
    for (let s = 0; s < used; s++)
      for (let c = 0; c < channels; c++) out[i * channels + c]! += data[(i * positions + s) * channels + c]! / used;
  return { rows: images, cols: channels, data: out };
}
