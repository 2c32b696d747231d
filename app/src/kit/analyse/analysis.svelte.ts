import type { Progress } from '#src/base/progress.ts';
import { memoryStore } from '#src/study/store.ts';
import { session } from '../data/session.svelte.ts';
import type { ShownError } from '../data/shown-error.ts';
import { storeSource } from '../data/study-source.ts';
import { router } from '../url/router.svelte.ts';
import AnalyseWorker from './analyse.worker.ts?worker';
import type { AnalysisReply, AnalysisRequest } from './messages.ts';

export type AnalysisState =
  | { kind: 'idle' }
  | { kind: 'running'; names: string[]; progress: Progress | undefined }
  | { kind: 'failed'; names: string[]; error: ShownError };

/** Whether this page carries the analyser; an exported file does not, as it would need all of WordNet. */
export const canAnalyse = !__SINGLE_FILE__;

function createAnalysis() {
  let state = $state.raw<AnalysisState>({ kind: 'idle' });
  let worker: Worker | undefined;
  /** The files of the study that is shown, to look at them again with other labels. */
  let last: AnalysisRequest | undefined;
  let skipped = $state.raw<string[]>([]);
  let labelSet = $state<string | undefined>();

  const stop = (): void => {
    worker?.terminate();
    worker = undefined;
  };
  const fail = (names: string[], error: ShownError): void => {
    stop();
    state = { kind: 'failed', names, error };
  };

  const run = (request: AnalysisRequest): void => {
    if (__SINGLE_FILE__) return;
    stop();
    last = request;
    const names = request.files.map(({ name }) => name);
    state = { kind: 'running', names, progress: undefined };
    const started = new AnalyseWorker();
    worker = started;
    started.addEventListener('message', ({ data }: MessageEvent<AnalysisReply>) => {
      if (worker !== started) return;
      if (data.kind === 'progress') state = { kind: 'running', names, progress: data.progress };
      else if (data.kind === 'failed') fail(names, data.error);
      else void finish(request, data.files, data.skipped);
    });
    started.addEventListener('error', (event) => {
      event.preventDefault();
      fail(names, {
        message: `The analysis stopped: ${event.message || 'its worker could not start'}.`,
        hint: undefined,
        file: undefined,
      });
    });
    started.postMessage(request);
  };

  const finish = async (request: AnalysisRequest, files: Map<string, Uint8Array>, left: string[]): Promise<void> => {
    stop();
    const source = storeSource(memoryStore(files));
    const manifest = await source.manifest();
    if (!manifest) throw new Error('The analysis wrote no study.');
    skipped = left;
    labelSet = request.labelSet;
    state = { kind: 'idle' };
    router.start('classes/map');
    session.show({ source, manifest, origin: 'dropped' });
  };

  return {
    get state() {
      return state;
    },
    /** Files of the last drop that were no models. */
    get skipped() {
      return skipped;
    },
    /** The label set that was chosen by hand. */
    get labelSet() {
      return labelSet;
    },
    start(files: readonly File[]): void {
      if (files.length > 0) run({ files: [...files], labelSet: undefined });
    },
    /** The same files again, read with a label set. */
    again(set: string | undefined): void {
      if (last) run({ ...last, labelSet: set });
    },
    cancel(): void {
      stop();
      state = { kind: 'idle' };
    },
  };
}

export const analysis = createAnalysis();
