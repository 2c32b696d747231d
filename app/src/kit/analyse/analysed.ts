import type { WorkPlan } from '#src/analyses/common/work-plan.ts';
import type { Progress } from '#src/base/progress.ts';
import { type ShownError, shownError, UNREACHABLE } from '../data/shown-error.ts';
import { offlineReady } from '../data/site.ts';
import AnalyseWorker from './analyse.worker.ts?worker';
import { isPictureName } from './dropped-files.ts';
import type { AnalysisReply, AnalysisRequest, Taken } from './messages.ts';

/** What a running analysis has told so far. */
export interface Told {
  taken: Taken | undefined;
  plan: WorkPlan | undefined;
  progress: Progress | undefined;
}

/** What came of an analysis. */
export interface Analysed {
  /** What the files were taken for, with all that was passed over. */
  taken: Taken;
  files: Map<string, Uint8Array>;
  /** Files that were read beside a model, to be given to the next analysis of the same drops. */
  used: string[];
}

/** An error of the worker, which arrives as it is to be shown. */
class AnalysisFailure extends Error {
  readonly shown: ShownError;
  constructor(shown: ShownError) {
    super(shown.message);
    this.shown = shown;
  }
}

/** An error as the page tells it, of the worker or of the page. */
export function shownErrorOf(error: unknown): ShownError {
  return error instanceof AnalysisFailure ? error.shown : shownError(error);
}

/**
 * One analysis, in a worker of its own that ends with it.
 * @throws the signal's reason when aborted; what `shownErrorOf` tells where it failed.
 */
export async function analysed(
  request: AnalysisRequest,
  signal: AbortSignal,
  onTold: (told: Told) => void,
): Promise<Analysed> {
  // A network will be run: its runtime is fetched by the worker, and kept for later where the site can.
  if (request.runtime && request.drops.flat().some(({ path }) => isPictureName(path))) await offlineReady();
  signal.throwIfAborted();
  const worker = new AnalyseWorker();
  const told: Told = { taken: undefined, plan: undefined, progress: undefined };
  try {
    return await new Promise<Analysed>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      worker.addEventListener('message', ({ data }: MessageEvent<AnalysisReply>) => {
        if (signal.aborted) return;
        if (data.kind === 'failed') reject(new AnalysisFailure(data.error));
        else if (data.kind === 'done') resolve(data);
        else {
          told.progress = undefined;
          if (data.kind === 'taken') told.taken = data.taken;
          if (data.kind === 'plan') told.plan = data.plan;
          if (data.kind === 'progress') told.progress = data.progress;
          onTold({ ...told });
        }
      });
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        // Without a message it is its code that could not be loaded.
        reject(
          new AnalysisFailure(
            event.message
              ? { message: `The analysis stopped: ${event.message}.`, hint: undefined, file: undefined }
              : UNREACHABLE,
          ),
        );
      });
      worker.postMessage(request);
    });
  } finally {
    worker.terminate();
  }
}
