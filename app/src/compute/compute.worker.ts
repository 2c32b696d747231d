import { type ComputeTask, runTask } from './tasks.ts';

/** One task in, one answer out, matched by id. */
addEventListener('message', ({ data }: MessageEvent<{ id: number; task: ComputeTask }>) => {
  try {
    const result = runTask(data.task);
    const transfer = 'data' in result ? [result.data.buffer as ArrayBuffer] : [];
    postMessage({ id: data.id, result }, { transfer });
  } catch (error) {
    postMessage({ id: data.id, message: error instanceof Error ? error.message : String(error) });
  }
});
