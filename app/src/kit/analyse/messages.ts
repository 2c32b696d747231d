import type { Progress } from '#src/base/progress.ts';
import type { ShownError } from '../data/shown-error.ts';

/** What the page asks of the worker: one analysis; the worker is ended afterwards, or sooner to cancel. */
export interface AnalysisRequest {
  files: File[];
  /** Id of a shipped label set; undefined takes what the files say. */
  labelSet: string | undefined;
}

export type AnalysisReply =
  | { kind: 'progress'; progress: Progress }
  | { kind: 'done'; files: Map<string, Uint8Array>; skipped: string[] }
  | { kind: 'failed'; error: ShownError };
