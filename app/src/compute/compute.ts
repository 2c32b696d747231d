import ComputeWorker from './compute.worker.ts?worker';
import { type ComputeResults, type ComputeTask, runTask } from './tasks.ts';

interface Waiting {
  task: ComputeTask;
  resolve: (result: never) => void;
  reject: (error: Error) => void;
}

let worker: Worker | undefined;
let workerFails = false;
let lastId = 0;
const waiting = new Map<number, Waiting>();

/** Runs a task off the main thread; a page that may not start workers runs it itself. */
export function compute<K extends ComputeTask['kind']>(
  task: Extract<ComputeTask, { kind: K }>,
): Promise<ComputeResults[K]> {
  return new Promise((resolve, reject) => {
    const id = ++lastId;
    waiting.set(id, { task, resolve: resolve as Waiting['resolve'], reject });
    const ready = startWorker();
    if (ready) ready.postMessage({ id, task });
    else runHere();
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
  worker.addEventListener('message', ({ data }: MessageEvent<{ id: number; result: never; message?: string }>) => {
    const held = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.message === undefined) held?.resolve(data.result);
    else held?.reject(new Error(data.message));
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    workerFails = true;
    worker = undefined;
    runHere();
  });
  return worker;
}

/** Answers everything that waits, one task at a time with a breath between them. */
function runHere(): void {
  const next = waiting.entries().next().value;
  if (!next) return;
  const [id, { task, resolve, reject }] = next;
  waiting.delete(id);
  setTimeout(() => {
    try {
      resolve(runTask(task) as never);
    } catch (error) {
      reject(error as Error);
    }
    runHere();
  });
}
