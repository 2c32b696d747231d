import { describe, expect, it } from 'vitest';
import { matchOnThreads } from '#src/analyses/representations/matching/match-on-threads.ts';
import { FormatError, UsageError } from '#src/base/errors.ts';
import type { Progress } from '#src/base/progress.ts';
import { inProcessPool, runTasks } from '#src/engine/task-pool.ts';
import { threadPool } from '#src/engine/thread-pool.ts';
import { featureMaps } from '#src/measures/representations/feature-maps.ts';
import type { PairTile } from '#src/measures/representations/matching/tiles.ts';
import { similarityMatrices } from '#src/measures/representations/similarity-matrices.ts';
import { createRandom } from '#src/statistics/random.ts';

const worker = new URL('./square-worker.mjs', import.meta.url);

/** Runs numbers 0 … count − 1 and returns the results by index. */
async function squares(threads: number, count: number, isDone: (index: number) => boolean = () => false) {
  const pool = await threadPool<number, number>(worker, { threads });
  const results: number[] = [];
  const seen: Progress[] = [];
  try {
    await runTasks(
      pool,
      Array.from({ length: count }, (_, i) => i),
      (result, index) => {
        results[index] = result;
      },
      { name: 'squaring', unit: 'numbers', isDone, onProgress: (progress) => seen.push(progress) },
    );
  } finally {
    await pool.close();
  }
  return { results, seen };
}

describe.each([1, 2, 3])('a pool of %i threads', (threads) => {
  it('gives every result its index and reports progress', async () => {
    const { results, seen } = await squares(threads, 12);
    expect(results).toEqual([0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121]);
    expect(seen[0]).toEqual({ task: 'squaring', done: 0, total: 12, unit: 'numbers' });
    expect(seen.at(-1)!.done).toBe(12);
    expect(seen.map(({ done }) => done)).toEqual([...seen.map(({ done }) => done)].sort((a, b) => a - b));
  });

  it('leaves out what is done and counts it', async () => {
    const { results, seen } = await squares(threads, 6, (index) => index % 2 === 0);
    expect(results.filter((value) => value !== undefined)).toEqual([1, 9, 25]);
    expect(seen[0]!.done).toBe(3);
    expect(seen.at(-1)!.done).toBe(6);
  });

  it('stops at the first error, which keeps its class and hint', async () => {
    const pool = await threadPool<number, number>(worker, { threads });
    const run = runTasks(pool, [1, -1, 2, 3], () => undefined, { name: 'squaring', unit: 'numbers' });
    await expect(run).rejects.toThrow(FormatError);
    await expect(run).rejects.toMatchObject({ message: 'No square of -1.', hint: 'Take a natural number.' });
    await pool.close();
  });

  it('stops when aborted, with the reason given', async () => {
    const pool = await threadPool<number, number>(worker, { threads });
    const controller = new AbortController();
    const tasks = Array.from({ length: 50 }, (_, i) => i);
    let results = 0;
    const run = runTasks(
      pool,
      tasks,
      () => {
        if (++results === 3) controller.abort(new Error('enough'));
      },
      { name: 'squaring', unit: 'numbers', signal: controller.signal },
    );
    await expect(run).rejects.toThrow('enough');
    expect(results).toBeLessThan(50);
    await pool.close();
  });
});

describe('pools', () => {
  it('need a thread', async () => {
    await expect(threadPool(worker, { threads: 0 })).rejects.toThrow(UsageError);
  });

  it('in process run one task after the other', async () => {
    let running = 0;
    const pool = inProcessPool(async (task: number) => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      return task;
    });
    expect(await Promise.all([1, 2, 3].map((task) => pool.run(task)))).toEqual([1, 2, 3]);
  });
});

describe('matching on threads', () => {
  const random = createRandom(8);
  const shape = [11, 12, 6];
  const data = Float32Array.from({ length: 11 * 12 * 6 }, () => Math.max(0, random.normal()));
  const maps = featureMaps({ shape, data });

  it('equals one thread to the last bit', async () => {
    const expected = await similarityMatrices(maps);
    for (const threads of [1, 2, 3]) {
      const found = await matchOnThreads(maps, undefined, { threads, tileSize: 3 });
      expect(found.semantic).toEqual(expected.semantic);
      expect(found.spatial).toEqual(expected.spatial);
    }
    const other = featureMaps({ shape: [3, 12, 6], data: data.slice(0, 3 * 72) });
    const cross = await matchOnThreads(maps, other, { threads: 2, tileSize: 4 });
    expect(cross.semantic).toEqual((await similarityMatrices(maps, other)).semantic);
  });

  it('goes on from stored tiles and computes only the others', async () => {
    const expected = await similarityMatrices(maps);
    const kept = new Map<string, Parameters<NonNullable<Parameters<typeof matchOnThreads>[2]>['onTile'] & object>[1]>();
    const key = (tile: PairTile) => `${tile.rowStart},${tile.columnStart}`;
    const controller = new AbortController();
    const interrupted = matchOnThreads(maps, undefined, {
      threads: 2,
      tileSize: 3,
      signal: controller.signal,
      onTile: (tile, matched) => {
        kept.set(key(tile), matched);
        if (kept.size === 4) controller.abort();
      },
    });
    await expect(interrupted).rejects.toThrow(/abort/i);
    const before = kept.size;
    const computed: string[] = [];
    const resumed = await matchOnThreads(maps, undefined, {
      threads: 2,
      tileSize: 3,
      storedTile: (tile) => kept.get(key(tile)),
      onTile: (tile) => {
        computed.push(key(tile));
      },
    });
    expect(resumed.semantic).toEqual(expected.semantic);
    expect(before).toBeGreaterThanOrEqual(4);
    expect(computed).toHaveLength(10 - before);
    expect(computed.filter((tile) => kept.has(tile))).toEqual([]);
  });

  it('names the image that cannot be matched', async () => {
    const bad = { ...maps, data: data.slice(), layer: 'conv1' };
    bad.data[5 * 72] = Number.POSITIVE_INFINITY;
    const run = matchOnThreads(bad, undefined, { threads: 2, tileSize: 4 });
    await expect(run).rejects.toThrow(FormatError);
    await expect(run).rejects.toThrow('Image 5 of layer "conv1"');
  });
});
