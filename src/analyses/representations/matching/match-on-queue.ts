import { relative, resolve, sep } from 'node:path';
import { UsageError } from '../../../base/errors.ts';
import { sha256Hex } from '../../../base/sha256.ts';
import { VERSION } from '../../../base/version.ts';
import { queuePool } from '../../../engine/queue/queue-pool.ts';
import type { RedisAddress } from '../../../engine/queue/redis-connection.ts';
import { encodeNpy } from '../../../formats/npy/write-npy.ts';
import { kernelTier } from '../../../kernels/shared/wasm-kernel.ts';
import { type FeatureMaps, sliceImages } from '../../../measures/representations/feature-maps.ts';
import { DEFAULT_GAP, DEFAULT_PROTOTYPES } from '../../../measures/representations/matching/prototypes/prototypes.ts';
import type { StudyStore } from '../../../study/store.ts';
import type { MatchPool } from './match-in-tiles.ts';
import { encodeNumbers, type MatchJob, type MatchJobResult, type MatchJobSide, readMatchResult } from './match-job.ts';

export interface MatchOnQueueOptions {
  address: RedisAddress;
  /** The folder that this machine and the workers share, as this one sees it. */
  root: string;
  /** Where the study is written, below the root, and the hash of its inputs. */
  store: StudyStore;
  inputsHash: string;
  onWaiting?: () => void;
}

/**
 * Matches tiles on workers by way of a queue on Redis. Features lie, a run of images a file, in the study's work area, named
 * by their hash; results come back through the queue. Close the pool when done.
 *
 * @throws UsageError where the study lies outside the root; as `queuePool`.
 */
export async function matchOnQueue({
  address,
  root,
  store,
  inputsHash,
  onWaiting,
}: MatchOnQueueOptions): Promise<MatchPool> {
  const way = relative(resolve(root), resolve(store.name));
  if (way === '..' || way.startsWith(`..${sep}`) || resolve(root, way) !== resolve(store.name))
    throw new UsageError(`The study is written to ${store.name}, which workers cannot see below ${root}.`, {
      hint: 'Name the folder that all machines share with --root, and a study in it with --out.',
    });
  const name = inputsHash.slice(0, 16);
  const folder = `work/representations/${name}/shared`;
  const identity = { version: VERSION, tier: kernelTier() };
  const pool = await queuePool<MatchJob, MatchJobResult>({ address, identity, name, ...(onWaiting && { onWaiting }) });
  const shared = new WeakMap<FeatureMaps, Map<string, Promise<MatchJobSide>>>();
  const share = (maps: FeatureMaps, start: number, end: number): Promise<MatchJobSide> => {
    const known = shared.get(maps) ?? new Map<string, Promise<MatchJobSide>>();
    shared.set(maps, known);
    const key = `${start}-${end}`;
    const side = known.get(key) ?? write(sliceImages(maps, start, end));
    known.set(key, side);
    return side;
  };
  const write = async ({
    images,
    positions,
    channels,
    data,
    extent,
    layer,
    firstImage,
  }: FeatureMaps): Promise<MatchJobSide> => {
    const bytes = encodeNpy(Float32Array.from(data), [images, positions, channels]);
    const sha256 = await sha256Hex(bytes);
    const path = `${folder}/${sha256}.npy`;
    if (!(await store.read(path))) await store.write(path, bytes);
    return {
      path: [...way.split(sep), path].filter((part) => part !== '').join('/'),
      sha256,
      images,
      positions,
      channels,
      extent: extent ?? null,
      layer: layer ?? null,
      firstImage: firstImage ?? 0,
    };
  };
  return {
    threads: pool.threads,
    elsewhere: true,
    async run({ x, y, tile, options, pairs }, signal) {
      const { rowStart, rowEnd, columnStart, columnEnd } = tile;
      const own = !y && rowStart === columnStart && rowEnd === columnEnd;
      const rows = await share(x, rowStart, rowEnd);
      const columns = own ? null : await share(y ?? x, columnStart, columnEnd);
      const { method = 'optimal', batchSize = 512, normOrder = 'ascending', topk = 128 } = options;
      const { gap = DEFAULT_GAP, prototypes = DEFAULT_PROTOTYPES } = options;
      const job: MatchJob = {
        ...identity,
        rows,
        columns,
        options: { method, batchSize, normOrder, topk, gap, prototypes },
        pairs: pairs ? { places: [...pairs.places], floors: pairs.floors ? encodeNumbers(pairs.floors) : null } : null,
      };
      const result = await pool.run(job, signal);
      return pairs
        ? readMatchResult(result, pairs.places.length / 2, 1)
        : readMatchResult(result, rowEnd - rowStart, columnEnd - columnStart);
    },
    close: () => pool.close(),
  };
}
