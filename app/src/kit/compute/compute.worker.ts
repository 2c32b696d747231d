import type { Progress } from '#src/base/progress.ts';
import { type ComputeTask, runTask } from './tasks.ts';

/** What the page sends: a task, or the word to stop one. */
export type ToWorker = { id: number; task: ComputeTask } | { id: number; stop: true };

/** What it hears of each task: how far it is, and at last its result or what went wrong. */
export interface FromWorker {
  id: number;
  progress?: Progress;
  result?: unknown;
  message?: string;
}

/** Milliseconds between two reports of progress. */
const PROGRESS_INTERVAL = 60;

const running = new Map<number, AbortController>();

addEventListener('message', async ({ data }: MessageEvent<ToWorker>) => {
  const { id } = data;
  if ('stop' in data) {
    running.get(id)?.abort();
    return;
  }
  const controller = new AbortController();
  running.set(id, controller);
  let last = 0;
  const onProgress = (progress: Progress): void => {
    const now = performance.now();
    if (now - last < PROGRESS_INTERVAL) return;
    last = now;
    postMessage({ id, progress } satisfies FromWorker);
  };
  try {
    const result = await runTask(data.task, { signal: controller.signal, onProgress });
    const transfer = 'data' in result ? [result.data.buffer as ArrayBuffer] : [];
    postMessage({ id, result } satisfies FromWorker, { transfer });
  } catch (error) {
    postMessage({ id, message: error instanceof Error ? error.message : String(error) } satisfies FromWorker);
  } finally {
    running.delete(id);
  }
});
