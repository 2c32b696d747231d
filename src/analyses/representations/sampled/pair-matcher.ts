import type { LongTask } from '../../../base/progress.ts';
import { runTasks } from '../../../engine/task-pool.ts';
import type { FeatureMaps } from '../../../measures/representations/feature-maps.ts';
import type { MatchedTile } from '../../../measures/representations/matching/match-tile.ts';
import type { ImagePairs } from '../../../measures/representations/sampling/sample-pairs.ts';
import type { WorkArea } from '../../common/work-area.ts';
import type { LayerFeatures } from '../features/collect-features.ts';
import type { MatchPool, MatchTask } from '../matching/match-in-tiles.ts';
import { matchSettings } from '../matching/match-settings.ts';
import { imagesInMemory, type MemoryUse } from '../matching/memory.ts';
import type { PlainOptions } from '../option-table.ts';

/** Pairs of one task, about: some tenths of a second of work. */
const PAIRS_PER_TASK = 1024;
/** Features that one task may touch on each side, in bytes. */
const SIDE_BYTES = 2 ** 25;

/** Inner products of some pairs, in the order in which they were asked for. */
export interface MatchedPairs {
  /** NaN where the pair cannot reach its floor. */
  semantic: Float64Array;
  spatial: Float64Array;
}

/** Matches pairs of a layer's images; nothing else of the layer is matched. */
export interface PairMatcher {
  /**
   * @param stage Names the pairs in the work area: what is there under this name is not computed again.
   * @param floors As of `matchPairs`.
   */
  match(stage: string, pairs: ImagePairs, task: LongTask, floors?: Float64Array): Promise<MatchedPairs>;
}

interface PairTask {
  tile: { rowStart: number; rowEnd: number; columnStart: number; columnEnd: number };
  /** Which of the pairs asked for, in the order of the task. */
  which: Int32Array;
}

/**
 * Pairs are put together by where their images stand, so that a task touches two short runs of images. Results do not
 * depend on memory, threads or what the work area held.
 */
export function pairMatcher(
  features: LayerFeatures,
  pool: MatchPool,
  work: WorkArea,
  folder: string,
  { memory, ...options }: PlainOptions & { memory: MemoryUse },
): PairMatcher {
  const n = features.images;
  const perSide = Math.max(1, Math.floor(SIDE_BYTES / features.imageBytes));
  let whole: FeatureMaps | undefined;
  return {
    async match(stage, pairs, task, floors) {
      const count = pairs.rows.length;
      const found: MatchedPairs = { semantic: new Float64Array(count), spatial: new Float64Array(count) };
      const side = Math.min(perSide, Math.max(1, Math.ceil(n / Math.sqrt((2 * count) / PAIRS_PER_TASK))));
      const tasks = planPairs(pairs, side);
      const stored = await Promise.all(
        tasks.map(async ({ which }, t) => decode(await work.readArray(`${folder}/${stage}-${t}.npy`), which.length)),
      );
      const put = ({ which }: PairTask, { semantic, spatial }: MatchedPairs): void => {
        for (let k = 0; k < which.length; k++) {
          found.semantic[which[k]!] = semantic[k]!;
          found.spatial[which[k]!] = spatial[k]!;
        }
      };
      for (const [t, values] of stored.entries()) if (values) put(tasks[t]!, values);
      let before = stored.reduce((sum, values, t) => sum + (values ? tasks[t]!.which.length : 0), 0);
      const groupSize = imagesInMemory(features, side, memory, 0);
      for (const open of byGroups(tasks, stored, groupSize)) {
        const [x, y] = await loadGroups(open.rows, open.columns, groupSize);
        const list = open.tasks.map((t): MatchTask => {
          const { tile, which } = tasks[t]!;
          const places = new Int32Array(which.length * 2);
          which.forEach((p, k) => {
            places[2 * k] = pairs.rows[p]! - tile.rowStart;
            places[2 * k + 1] = pairs.columns[p]! - tile.columnStart;
          });
          const local = {
            rowStart: tile.rowStart - open.rows,
            rowEnd: tile.rowEnd - open.rows,
            columnStart: tile.columnStart - open.columns,
            columnEnd: tile.columnEnd - open.columns,
          };
          return {
            x,
            ...(y !== x && { y }),
            tile: local,
            productsBy: 'kernel',
            options: matchSettings(options, x.positions),
            pairs: { places, ...(floors && { floors: Float64Array.from(which, (p) => floors[p]!) }) },
          };
        });
        await runTasks(
          pool,
          list,
          async (matched: MatchedTile, index) => {
            const t = open.tasks[index]!;
            const values = { semantic: matched.semantic, spatial: matched.spatial! };
            put(tasks[t]!, values);
            await work.writeArray(`${folder}/${stage}-${t}.npy`, encode(values));
          },
          {
            name: 'matching images',
            unit: 'pairs',
            weigh: ({ pairs: some }) => some!.places.length / 2,
            ...(task.signal && { signal: task.signal }),
            onProgress: ({ done }) =>
              task.onProgress?.({ task: 'matching images', done: before + done, total: count, unit: 'pairs' }),
          },
        );
        before += list.reduce((sum, { pairs: some }) => sum + some!.places.length / 2, 0);
      }
      return found;
    },
  };

  /** The images of two groups, or of all where they fit; those are kept for the next pairs. */
  async function loadGroups(rows: number, columns: number, size: number): Promise<[FeatureMaps, FeatureMaps]> {
    if (size >= n) {
      whole ??= await load(0, n);
      return [whole, whole];
    }
    const x = await load(rows, Math.min(n, rows + size));
    return [x, columns === rows ? x : await load(columns, Math.min(n, columns + size))];
  }
  function load(start: number, end: number): Promise<FeatureMaps> {
    return features.load(start, end);
  }
}

/** Tasks of pairs that lie in one square of `side` images, in the order of the squares, rows ascending within each. */
function planPairs({ rows, columns }: ImagePairs, side: number): PairTask[] {
  const across = Math.ceil((Math.max(0, ...maximum(rows)) + 1) / side);
  const squareOf = (p: number): number => Math.floor(rows[p]! / side) * across + Math.floor(columns[p]! / side);
  const order = Int32Array.from({ length: rows.length }, (_, p) => p).sort(
    (a, b) => squareOf(a) - squareOf(b) || rows[a]! - rows[b]! || columns[a]! - columns[b]!,
  );
  const tasks: PairTask[] = [];
  for (let from = 0; from < order.length; ) {
    const square = squareOf(order[from]!);
    let to = from + 1;
    while (to < order.length && to - from < PAIRS_PER_TASK * 2 && squareOf(order[to]!) === square) to++;
    const [rowStart, columnStart] = [Math.floor(square / across) * side, (square % across) * side];
    const which = order.slice(from, to);
    const end = (values: Int32Array): number => which.reduce((most, p) => Math.max(most, values[p]! + 1), 0);
    tasks.push({ tile: { rowStart, rowEnd: end(rows), columnStart, columnEnd: end(columns) }, which });
    from = to;
  }
  return tasks;
}

function maximum(values: Int32Array): number[] {
  return values.length === 0 ? [] : [values.reduce((most, value) => Math.max(most, value), 0)];
}

/** The tasks that are still to be done, by the groups of images that they touch. */
function* byGroups(
  tasks: readonly PairTask[],
  stored: readonly unknown[],
  size: number,
): Generator<{ rows: number; columns: number; tasks: number[] }> {
  const groups = new Map<string, { rows: number; columns: number; tasks: number[] }>();
  for (const [t, { tile }] of tasks.entries()) {
    if (stored[t]) continue;
    const rows = Math.floor(tile.rowStart / size) * size;
    const columns = Math.floor(tile.columnStart / size) * size;
    const key = `${rows}/${columns}`;
    const group = groups.get(key) ?? { rows, columns, tasks: [] };
    group.tasks.push(t);
    groups.set(key, group);
  }
  yield* groups.values();
}

function encode({ semantic, spatial }: MatchedPairs): Float64Array {
  const data = new Float64Array(semantic.length * 2);
  data.set(semantic);
  data.set(spatial, semantic.length);
  return data;
}

function decode(data: Float32Array | Float64Array | undefined, pairs: number): MatchedPairs | undefined {
  if (!(data instanceof Float64Array) || data.length !== pairs * 2) return undefined;
  return { semantic: data.subarray(0, pairs), spatial: data.subarray(pairs) };
}
