import type { WorkPlan } from '#src/analyses/common/work-plan.ts';
import type { Progress } from '#src/base/progress.ts';
import type { ShownError } from '../data/shown-error.ts';
import type { RuntimePlace } from './browser-runtime.ts';
import type { DroppedFile } from './dropped-files.ts';

/** What the page asks of the worker: one analysis; the worker is ended afterwards, or sooner to cancel. */
export interface AnalysisRequest {
  /** What was dropped, each drop by itself. */
  drops: DroppedFile[][];
  /** Id of a shipped label set; undefined takes what the files say. */
  labelSet: string | undefined;
  /** Whether checkpoints that count epochs are a training run, or networks to compare. */
  runs: boolean;
  /** Whether the concepts of two networks are compared too, which takes longest. */
  concepts: boolean;
  /** The ONNX runtime beside the page; undefined where networks cannot be run here. */
  runtime: RuntimePlace | undefined;
  /** The study that is added to; what it has already is not computed again. */
  study: Map<string, Uint8Array> | undefined;
  /** Files that an earlier analysis of these drops read beside a model: they are not passed over now that it is not read again. */
  used: string[];
}

/** What the files were taken for. */
export interface Taken {
  models: string[];
  runs: string[];
  networks: string[];
  features: string[];
  pictures: number;
  skipped: { file: string; reason: string }[];
}

export type AnalysisReply =
  | { kind: 'taken'; taken: Taken }
  /** What is about to be done and how long it takes, by what a handful of it took. */
  | { kind: 'plan'; plan: WorkPlan }
  | { kind: 'progress'; progress: Progress }
  /** With all that was passed over, which only shows when the models were read, and what was read beside them. */
  | { kind: 'done'; files: Map<string, Uint8Array>; taken: Taken; used: string[] }
  | { kind: 'failed'; error: ShownError };
