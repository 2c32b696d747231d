import type { Job, Queue } from 'bullmq';
import { SourceError } from '../../base/errors.ts';
import { type ErrorRecord, reviveError } from '../error-record.ts';
import type { TaskPool } from '../task-pool.ts';
import { ANNOUNCEMENT_PREFIX, ANNOUNCEMENT_SECONDS, type Identity } from './announcement.ts';
import { connectRedis, queueLibraries, type RedisAddress } from './redis-connection.ts';

/** Jobs on the queue at a time: enough for many workers, little for Redis. */
const WINDOW = 256;
const POLL_MS = 60;
/** Between two looks for jobs that Redis has lost, and for workers. */
const CHECK_MS = 4000;
/** What an orderly end may take where Redis does not answer. */
const CLOSING_MS = 2000;

export interface QueuePoolOptions {
  address: RedisAddress;
  identity: Identity;
  /** 16 hexadecimal digits: of the study, so that a second run of it clears away what a first one left. */
  name: string;
  /** Told once when there is work and nobody takes it. */
  onWaiting?: () => void;
}

interface Waiting {
  data: unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * A pool whose tasks are done by `semblance worker` on any number of machines, by way of BullMQ on Redis. Tasks and results
 * are JSON. Jobs are asked after rather than waited for, and what Redis lost is added again, so that results come through
 * restarts of Redis; each is handed over once.
 *
 * @throws MissingRuntimeError without the libraries; SourceError where Redis does not answer or refuses us.
 */
export async function queuePool<T, R>(options: QueuePoolOptions): Promise<TaskPool<T, R>> {
  const { address, identity, onWaiting } = options;
  const { bullmq } = await queueLibraries();
  const connection = await connectRedis(address);
  const name = `semblance-${options.name}`;
  const queue: Queue = new bullmq.Queue(name, { connection });
  queue.on('error', () => {});
  try {
    await queue.obliterate({ force: true });
  } catch (cause) {
    await queue.close().catch(() => {});
    connection.disconnect();
    throw new SourceError(`${address.shown} does not let us clear the queue: ${(cause as Error).message}`, {
      hint: 'The user needs the right to read, write and run scripts on keys that begin with bull: and semblance:.',
      cause,
    });
  }
  const key = `${ANNOUNCEMENT_PREFIX}${name}`;
  const announce = () =>
    connection.set(key, JSON.stringify({ queue: name, ...identity }), 'EX', ANNOUNCEMENT_SECONDS).catch(() => {});
  await announce();
  const run = `${process.pid}-${Date.now().toString(36)}`;
  const waiting = new Map<string, Waiting>();
  let count = 0;
  let closed = false;
  let checked = Date.now();
  let told = false;

  const add = (id: string, data: unknown): Promise<unknown> =>
    queue.add('task', data, { jobId: id, attempts: 1 }).catch((cause: Error) => {
      const entry = waiting.get(id);
      waiting.delete(id);
      entry?.reject(
        new SourceError(`${address.shown} refuses a job: ${cause.message}`, {
          hint: 'Redis needs memory for some megabytes of jobs, and maxmemory-policy noeviction.',
        }),
      );
    });
  const settle = async (job: Job, failed: boolean): Promise<void> => {
    const entry = waiting.get(job.id!);
    waiting.delete(job.id!);
    await job.remove().catch(() => {});
    if (!entry) return;
    if (failed) entry.reject(errorOf(job.failedReason));
    else entry.resolve(job.returnvalue);
  };
  const check = async (): Promise<void> => {
    for (const [id, { data }] of [...waiting]) if (!(await queue.getJob(id)) && waiting.has(id)) await add(id, data);
    if (!told && onWaiting && waiting.size > 0 && (await queue.getWorkersCount()) === 0) {
      told = true;
      onWaiting();
    }
  };
  const poll = async (): Promise<void> => {
    while (!closed) {
      await new Promise((resume) => setTimeout(resume, POLL_MS));
      try {
        if (waiting.size === 0) continue;
        for (const job of await queue.getJobs(['completed'])) if (job) await settle(job as Job, false);
        for (const job of await queue.getJobs(['failed'])) if (job) await settle(job as Job, true);
        if (Date.now() - checked < CHECK_MS) continue;
        checked = Date.now();
        await announce();
        await check();
      } catch {
        // Redis is away or starting; what is waiting is asked after again.
      }
    }
  };
  const polling = poll();
  return {
    threads: WINDOW,
    elsewhere: true,
    run(task, signal) {
      signal?.throwIfAborted();
      const id = `${run}-${count++}`;
      return new Promise<R>((resolve, reject) => {
        const abort = (): void => {
          waiting.delete(id);
          reject(signal!.reason);
        };
        signal?.addEventListener('abort', abort, { once: true });
        const end = (): void => signal?.removeEventListener('abort', abort);
        waiting.set(id, {
          data: task,
          resolve: (value) => {
            end();
            resolve(value as R);
          },
          reject: (error) => {
            end();
            reject(error);
          },
        });
        void add(id, task);
      });
    },
    async close() {
      closed = true;
      const orderly = (async () => {
        await polling;
        await connection.del(key);
        await queue.obliterate({ force: true });
        await queue.close();
      })().catch(() => {});
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([orderly, new Promise((end) => (timer = setTimeout(end, CLOSING_MS)))]);
      clearTimeout(timer);
      connection.disconnect();
    },
  };
}

/** Workers fail jobs with a record of their error. */
function errorOf(reason: string): Error {
  try {
    const { name, message, hint } = JSON.parse(reason) as ErrorRecord;
    return reviveError({
      name: String(name),
      message: String(message),
      ...(hint !== undefined && { hint: String(hint) }),
    });
  } catch {
    return new SourceError(`A worker could not do its job: ${reason}`);
  }
}
