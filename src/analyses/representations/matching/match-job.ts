import * as z from 'zod/mini';
import { memorySource } from '../../../base/bytes/byte-source.ts';
import { FormatError, SourceError } from '../../../base/errors.ts';
import { sha256Hex } from '../../../base/sha256.ts';
import { type Identity, requireSameIdentity } from '../../../engine/queue/announcement.ts';
import { openNpyArray } from '../../../formats/npy/read-npy.ts';
import type { FeatureMaps } from '../../../measures/representations/feature-maps.ts';
import type { MatchedTile } from '../../../measures/representations/matching/match-tile.ts';
import { MATCHING_METHODS } from '../../../measures/representations/matching/matching-methods.ts';
import { NORM_ORDERS } from '../../../measures/representations/matching/norm-order.ts';
import { folderStore } from '../../../study/folder-store.ts';
import { toShared } from '../../../tensor/shared.ts';
import type { MatchTask } from './match-in-tiles.ts';

/** Images of one side, positions of one image, channels: a job beyond these is no job of ours. */
const count = (most: number) => z.int().check(z.gte(1), z.lte(most));
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
/** Eight bytes a number, little-endian. */
const numbers = z.string().check(z.regex(/^[A-Za-z0-9+/]*={0,2}$/), z.maxLength(2 ** 26));

const sideSchema = z.object({
  /** Of a file of features, from the root that coordinator and workers share. */
  path: z.string().check(z.minLength(1), z.maxLength(4096)),
  sha256,
  images: count(2 ** 20),
  positions: count(2 ** 24),
  channels: count(2 ** 20),
  extent: z.nullable(z.object({ height: count(2 ** 24), width: count(2 ** 24) })),
  layer: z.nullable(z.string().check(z.maxLength(4096))),
  firstImage: z.int().check(z.gte(0)),
});

const jobSchema = z.object({
  version: z.string().check(z.maxLength(40)),
  tier: z.string().check(z.maxLength(40)),
  rows: sideSchema,
  /** Null for a tile of images with themselves. */
  columns: z.nullable(sideSchema),
  options: z.object({
    method: z.enum(MATCHING_METHODS as unknown as [(typeof MATCHING_METHODS)[number]]),
    batchSize: count(2 ** 31),
    normOrder: z.enum(NORM_ORDERS as unknown as [(typeof NORM_ORDERS)[number]]),
    topk: count(2 ** 31),
    gap: z.number().check(z.gte(0), z.lte(1)),
    prototypes: count(2 ** 31),
  }),
  pairs: z.nullable(
    z.object({ places: z.array(z.int().check(z.gte(0))).check(z.maxLength(2 ** 20)), floors: z.nullable(numbers) }),
  ),
});

const resultSchema = z.object({ semantic: numbers, spatial: z.nullable(numbers), upper: z.nullable(numbers) });

/** A tile of matching as it travels through a queue. */
export type MatchJob = z.infer<typeof jobSchema>;
export type MatchJobSide = z.infer<typeof sideSchema>;
export type MatchJobResult = z.infer<typeof resultSchema>;

/** Numbers as they travel, the same to the last bit on the other side. */
export function encodeNumbers(values: Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function decodeNumbers(text: string, length: number, what: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.byteLength !== length * 8)
    throw new FormatError(`${what} holds ${bytes.byteLength} bytes; ${length * 8} were expected.`);
  return new Float64Array(Uint8Array.from(bytes).buffer);
}

/** What a worker said of a tile, checked. @throws FormatError where it is no result of this tile. */
export function readMatchResult(value: unknown, rows: number, columns: number): MatchedTile {
  const found = resultSchema.safeParse(value);
  if (!found.success) throw new FormatError('A worker answered with something that is no matched tile.');
  const { semantic, spatial, upper } = found.data;
  const length = rows * columns;
  return {
    rows,
    columns,
    semantic: decodeNumbers(semantic, length, 'A matched tile'),
    spatial: spatial === null ? null : decodeNumbers(spatial, length, 'A matched tile'),
    ...(upper !== null && { upper: decodeNumbers(upper, length, 'A matched tile') }),
  };
}

/** Files of features that a worker keeps in memory. */
const FILES_KEPT = 16;

/**
 * What a worker does with jobs: reads the features that they name, below `root` and nowhere else, and hands the tile to
 * `match`.
 */
export function matchJobs(
  root: string,
  own: Identity,
  match: (task: MatchTask) => Promise<MatchedTile>,
): (data: unknown) => Promise<MatchJobResult> {
  const store = folderStore(root);
  const kept = new Map<string, Promise<Float32Array>>();
  const read = async ({ path, sha256: hash, images, positions, channels }: MatchJobSide): Promise<Float32Array> => {
    const bytes = await store.read(path);
    if (!bytes)
      throw new SourceError(`${path}: the features of a job are not there, below ${root} of a worker.`, {
        hint: 'Coordinator and workers must see one folder; --root names it on each side.',
      });
    if ((await sha256Hex(bytes)) !== hash) throw new FormatError(`${path}: the features of a job have another hash.`);
    const { data } = await (await openNpyArray(memorySource(path, bytes), 'array')).read();
    if (!(data instanceof Float32Array) || data.length !== images * positions * channels)
      throw new FormatError(
        `${path}: ${data.length} values; ${images * positions * channels} in 32 bits were expected.`,
      );
    return toShared(data) as Float32Array;
  };
  const maps = async (side: MatchJobSide): Promise<FeatureMaps> => {
    const key = `${side.sha256} ${side.path}`;
    const data = kept.get(key) ?? read(side);
    kept.delete(key);
    kept.set(key, data);
    if (kept.size > FILES_KEPT) kept.delete(kept.keys().next().value!);
    const { images, positions, channels, extent, layer, firstImage } = side;
    return {
      images,
      positions,
      channels,
      data: await data.catch((error: unknown) => {
        kept.delete(key);
        throw error;
      }),
      ...(extent && { extent }),
      ...(layer !== null && { layer }),
      firstImage,
    };
  };
  return async (data) => {
    const parsed = jobSchema.safeParse(data);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new FormatError(`A job is not as it should be: ${issue!.path.join('.') || 'job'}: ${issue!.message}.`);
    }
    const job = parsed.data;
    requireSameIdentity(job, own);
    const x = await maps(job.rows);
    const y = job.columns ? await maps(job.columns) : x;
    const { pairs } = job;
    const outside = pairs?.places.some((place, k) => place >= (k % 2 === 0 ? x : y).images) ?? false;
    if (outside || (pairs && pairs.places.length % 2 !== 0))
      throw new FormatError('A job names pairs beyond its tile.');
    const matched = await match({
      x,
      ...(job.columns && { y }),
      tile: { rowStart: 0, rowEnd: x.images, columnStart: 0, columnEnd: y.images },
      productsBy: 'kernel',
      options: job.options,
      ...(pairs && {
        pairs: {
          places: Int32Array.from(pairs.places),
          ...(pairs.floors !== null && {
            floors: decodeNumbers(pairs.floors, pairs.places.length / 2, 'The floors of a job'),
          }),
        },
      }),
    });
    return {
      semantic: encodeNumbers(matched.semantic),
      spatial: matched.spatial && encodeNumbers(matched.spatial),
      upper: matched.upper ? encodeNumbers(matched.upper) : null,
    };
  };
}
