import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import { UsageError } from '../base/errors.ts';
import { reviveError } from './error-record.ts';
import { disableRuntimeTelemetry } from './runtime-telemetry.ts';
import { inProcessPool, type TaskPool } from './task-pool.ts';
import type { ThreadResult, ThreadTask } from './thread-worker.ts';

export interface ThreadPoolOptions {
  /** Worker threads; default one per core. 1 runs in this thread and needs no worker. */
  threads?: number;
  /** One thread is a worker thread too, so that this one stays free. */
  apart?: boolean;
}

/**
 * The module of a worker beside the module that asks: built beside built, TypeScript beside TypeScript (in tests, which
 * run the source).
 */
export function workerModule(path: string, beside: string): URL {
  return new URL(`${path}${beside.endsWith('.ts') ? '.ts' : '.js'}`, beside);
}

/**
 * A pool of worker threads (Node). `module` is the URL of a module whose default export does one task. Typed arrays
 * on shared memory (see `toShared`) are passed by reference, others are copied with every task. Aborting a task ends its
 * thread at once; the pool starts another.
 *
 * @throws UsageError unless `threads` is a whole number above 0.
 */
export async function threadPool<T, R>(module: URL, options: ThreadPoolOptions = {}): Promise<TaskPool<T, R>> {
  const threads = options.threads ?? availableParallelism();
  if (!(Number.isInteger(threads) && threads > 0))
    throw new UsageError(`threads must be a whole number above 0; found ${threads}.`);
  if (threads === 1 && !options.apart) {
    const { default: work } = (await import(module.href)) as { default: (task: T) => R | Promise<R> };
    return inProcessPool(work);
  }
  // Threads inherit the environment and cannot change it for the libraries that they load.
  disableRuntimeTelemetry();
  const filename = workerModule('./thread-worker', import.meta.url).href;
  const pool = new Tinypool({ filename, minThreads: threads, maxThreads: threads });
  return {
    threads,
    async run(task, signal) {
      signal?.throwIfAborted();
      const message: ThreadTask = { module: module.href, task };
      let result: ThreadResult;
      try {
        result = (await pool.run(message, signal ? { signal } : {})) as ThreadResult;
      } catch (error) {
        // The pool has an abort error of its own; callers expect the signal's reason.
        signal?.throwIfAborted();
        throw error;
      }
      if ('error' in result) throw reviveError(result.error);
      return result.value as R;
    },
    close: () => pool.destroy(),
  };
}
