import { setTimeout } from 'node:timers/promises';
import type { Worker } from 'bullmq';
import { recordError } from '../error-record.ts';
import { ANNOUNCEMENT_PREFIX, type Identity, readAnnouncement, requireSameIdentity } from './announcement.ts';
import { connectRedis, queueLibraries, type RedisAddress } from './redis-connection.ts';

/** A job whose worker does not say within this time that it lives is given to another. */
const LOCK_MS = 5000;
const STALLED_MS = 2500;
/** Workers may come and go as often as they like; a job that ends its worker each time is given up in the end. */
const MOST_STALLS = 100;
const LOOK_MS = 500;

export interface QueueWorkerOptions {
  address: RedisAddress;
  identity: Identity;
  /** Jobs at a time. */
  threads: number;
  /** Does one job; must not block this thread, or its lock cannot be renewed. */
  work(data: unknown): Promise<unknown>;
  signal: AbortSignal;
  onStudy?: (queue: string) => void;
}

/**
 * Takes jobs of all studies that are announced, until the signal aborts.
 *
 * @throws IncomparableError for a study by another version or kernel tier; as `connectRedis`.
 */
export async function workOnQueue(options: QueueWorkerOptions): Promise<void> {
  const { address, identity, threads, work, signal, onStudy } = options;
  const { bullmq } = await queueLibraries();
  const connection = await connectRedis(address);
  const workers = new Map<string, Worker>();
  try {
    while (!signal.aborted) {
      const found = new Set<string>();
      for (const key of await announcements()) {
        const text = await connection.get(key);
        const announced = text === null ? undefined : readAnnouncement(text);
        if (!announced) continue;
        requireSameIdentity(announced, identity);
        found.add(announced.queue);
        if (workers.has(announced.queue)) continue;
        onStudy?.(announced.queue);
        const worker = new bullmq.Worker(announced.queue, (job) => doJob(job.data), {
          connection,
          concurrency: threads,
          lockDuration: LOCK_MS,
          stalledInterval: STALLED_MS,
          maxStalledCount: MOST_STALLS,
          drainDelay: 1,
        });
        worker.on('error', () => {});
        workers.set(announced.queue, worker);
      }
      for (const [queue, worker] of workers)
        if (!found.has(queue)) {
          workers.delete(queue);
          await worker.close(true);
        }
      // Ends early, and without an error, when it is stopped.
      await setTimeout(LOOK_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    await Promise.all([...workers.values()].map((worker) => worker.close(true).catch(() => {})));
    connection.disconnect();
  }

  async function announcements(): Promise<string[]> {
    const keys = new Set<string>();
    let cursor = '0';
    do {
      const [next, some] = await connection.scan(cursor, 'MATCH', `${ANNOUNCEMENT_PREFIX}*`, 'COUNT', 100);
      for (const key of some) keys.add(key);
      cursor = next;
    } while (cursor !== '0');
    return [...keys];
  }

  async function doJob(data: unknown): Promise<unknown> {
    try {
      return await work(data);
    } catch (error) {
      const { stack: _, ...record } = recordError(error);
      throw new Error(JSON.stringify(record));
    }
  }
}
