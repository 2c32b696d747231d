import type { LongTask } from '../base/progress.ts';

/** Where tasks run: in this thread, or in worker threads. Tasks and results must survive structured cloning. */
export interface TaskPool<T, R> {
  /** Tasks that run at the same time. */
  threads: number;
  /** Whether tasks are done elsewhere, by nobody knows how many. */
  elsewhere?: boolean;
  run(task: T, signal?: AbortSignal): Promise<R>;
  close(): Promise<void>;
}

/** A pool that does the work in this thread, one task after another. */
export function inProcessPool<T, R>(work: (task: T) => R | Promise<R>): TaskPool<T, R> {
  let last: Promise<unknown> = Promise.resolve();
  return {
    threads: 1,
    run(task, signal) {
      const result = last.then(async () => {
        signal?.throwIfAborted();
        return work(task);
      });
      last = result.catch(() => undefined);
      return result;
    },
    close: async () => undefined,
  };
}

export interface RunTasksOptions<T> extends LongTask {
  /** What is being done, for progress. */
  name: string;
  /** What progress counts, such as "pairs", and how many a task is worth; by default each counts 1. */
  unit: string;
  weigh?: (task: T) => number;
  /** Tasks whose results are already there, by index; counted as done. */
  isDone?: (index: number) => boolean;
}

/**
 * Runs all tasks on a pool and hands each result over with its index, as it comes. Which thread runs what changes the
 * order of results, never a result. Stops at the first error, or when the signal aborts; results already handed over
 * stay valid, so that a later run can leave them out with `isDone`.
 *
 * @throws the first error of a task or of `onResult`; the signal's reason when aborted.
 */
export async function runTasks<T, R>(
  pool: TaskPool<T, R>,
  tasks: readonly T[],
  onResult: (result: R, index: number) => void | Promise<void>,
  options: RunTasksOptions<T>,
): Promise<void> {
  const { name, unit, weigh = () => 1, isDone = () => false, onProgress } = options;
  const total = tasks.reduce((sum, task) => sum + weigh(task), 0);
  let done = tasks.reduce((sum, task, index) => sum + (isDone(index) ? weigh(task) : 0), 0);
  const report = (): void => onProgress?.({ task: name, done, total, unit });
  // One failure stops what the other threads still do.
  const failure = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failure.signal]) : failure.signal;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < tasks.length) {
      signal.throwIfAborted();
      const index = next++;
      if (isDone(index)) continue;
      const result = await pool.run(tasks[index]!, signal);
      signal.throwIfAborted();
      await onResult(result, index);
      done += weigh(tasks[index]!);
      report();
    }
  };
  report();
  const lanes = Array.from({ length: Math.max(1, pool.threads) }, () =>
    lane().catch((error: unknown) => {
      if (!failure.signal.aborted) failure.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(lanes);
  options.signal?.throwIfAborted();
  failure.signal.throwIfAborted();
}
