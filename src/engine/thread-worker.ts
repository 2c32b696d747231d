import { type ErrorRecord, recordError } from './error-record.ts';

/** What a pool sends to its threads: which module's default export does the work, and the task. */
export interface ThreadTask {
  module: string;
  task: unknown;
}

/** Thrown values lose their class between threads, so an error travels as a record. */
export type ThreadResult = { value: unknown } | { error: ErrorRecord };

export default async function runInThread({ module, task }: ThreadTask): Promise<ThreadResult> {
  try {
    const { default: work } = (await import(module)) as { default: (task: unknown) => unknown };
    return { value: await work(task) };
  } catch (error) {
    return { error: recordError(error) };
  }
}
