import type { LongTask } from '#src/base/progress.ts';
import type { FromWorker, ToWorker } from './compute.worker.ts';
import ComputeWorker from './compute.worker.ts?worker';
import { type ComputeResults, type ComputeTask, runTask } from './tasks.ts';

interface Waiting {
  task: ComputeTask;
  watch: LongTask;
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
}

let worker: Worker | undefined;
let workerFails = false;
let lastId = 0;
const waiting = new Map<number, Waiting>();

/**
 * Runs a task off the main thread; a page that may not start workers runs it itself. When `signal` aborts, the answer is
 * its reason at once, and the task stops as soon as it can.
 */
export function compute<K extends ComputeTask['kind']>(
  task: Extract<ComputeTask, { kind: K }>,
  watch: LongTask = {},
): Promise<ComputeResults[K]> {
  return new Promise((resolve, reject) => {
    const { signal } = watch;
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const id = ++lastId;
    waiting.set(id, { task, watch, resolve: resolve as Waiting['resolve'], reject });
    signal?.addEventListener(
      'abort',
      () => {
        if (!waiting.delete(id)) return;
        worker?.postMessage({ id, stop: true } satisfies ToWorker);
        reject(signal.reason);
      },
      { once: true },
    );
    const ready = startWorker();
    if (ready) ready.postMessage({ id, task } satisfies ToWorker);
    else void runHere();
  });
}

function startWorker(): Worker | undefined {
  if (worker || workerFails) return worker;
  try {
    worker = new ComputeWorker();
  } catch {
    workerFails = true;
    return undefined;
  }
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    const held = waiting.get(data.id);
    if (data.progress) {
      held?.watch.onProgress?.(data.progress);
      return;
    }
    waiting.delete(data.id);
    if (data.message === undefined) held?.resolve(data.result as never);
    else held?.reject(new Error(data.message));
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    workerFails = true;
    worker = undefined;
    void runHere();
  });
  return worker;
}

let runsHere = false;

/** Answers everything that waits, one task at a time with a breath between them. */
async function runHere(): Promise<void> {
  if (runsHere) return;
  runsHere = true;
  for (let next = waiting.entries().next(); !next.done; next = waiting.entries().next()) {
    const [id, { task, watch, resolve, reject }] = next.value;
    await new Promise((wake) => setTimeout(wake));
    if (!waiting.has(id)) continue;
    try {
      resolve((await runTask(task, watch)) as never);
    } catch (error) {
      reject(error);
    }
    waiting.delete(id);
  }
  runsHere = false;
}
