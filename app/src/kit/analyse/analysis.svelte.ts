import type { WorkPlan } from '#src/analyses/common/work-plan.ts';
import type { Progress } from '#src/base/progress.ts';
import { memoryStore } from '#src/study/store.ts';
import { home } from '../data/home.svelte.ts';
import { keptSource } from '../data/kept-source.ts';
import { keepStudy, removeStudy } from '../data/kept-studies.ts';
import type { OpenStudy } from '../data/open-study.ts';
import { session } from '../data/session.svelte.ts';
import { type ShownError, shownError } from '../data/shown-error.ts';
import { site } from '../data/site.ts';
import { storeSource } from '../data/study-source.ts';
import { router } from '../url/router.svelte.ts';
import AnalyseWorker from './analyse.worker.ts?worker';
import type { RuntimePlace } from './browser-runtime.ts';
import type { DroppedFile } from './dropped-files.ts';
import type { AnalysisReply, AnalysisRequest, Taken } from './messages.ts';

export type AnalysisState =
  | { kind: 'idle' }
  /** Files came while a study of others is shown: they may be added to it, or make one of their own. */
  | { kind: 'asking'; names: string[]; files: DroppedFile[] }
  | {
      kind: 'running';
      names: string[];
      bytes: number;
      taken: Taken | undefined;
      plan: WorkPlan | undefined;
      progress: Progress | undefined;
    }
  | { kind: 'failed'; names: string[]; error: ShownError };

/** Whether this page carries the analyser; an exported file does not, as it would need all of WordNet. */
export const canAnalyse = !__SINGLE_FILE__;

/** Absolute, as a worker has an address of its own. */
const runtime: RuntimePlace | undefined = site?.runtime && {
  base: new URL(site.runtime.folder, document.baseURI).href,
  version: site.runtime.version,
};

/** What was analysed last: to look at it again with other labels, or to add to it. */
interface Last {
  request: AnalysisRequest;
  taken: Taken | undefined;
  files: Map<string, Uint8Array>;
  study: OpenStudy;
}

function createAnalysis() {
  let state = $state.raw<AnalysisState>({ kind: 'idle' });
  let worker: Worker | undefined;
  let last = $state.raw<Last | undefined>();
  /** Why the study that is shown is not kept. */
  let notKept = $state.raw<ShownError | undefined>();

  const shown = (): OpenStudy | undefined => (session.state.kind === 'ready' ? session.state.study : undefined);
  /** The last analysis, where its study is the one that is shown. */
  const current = (): Last | undefined => (last && last.study === shown() ? last : undefined);
  const stop = (): void => {
    worker?.terminate();
    worker = undefined;
  };
  const fail = (names: string[], error: ShownError): void => {
    stop();
    state = { kind: 'failed', names, error };
  };

  /** @param isContinued whether the study that is shown is added to, or looked at in another way. */
  const run = (request: AnalysisRequest, isContinued: boolean): void => {
    if (__SINGLE_FILE__) return;
    stop();
    const files = request.drops.flat();
    const names = namesOf(files);
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    const running = { kind: 'running' as const, names, bytes };
    let taken: Taken | undefined;
    let plan: WorkPlan | undefined;
    state = { ...running, taken, plan, progress: undefined };
    const started = new AnalyseWorker();
    worker = started;
    started.addEventListener('message', ({ data }: MessageEvent<AnalysisReply>) => {
      if (worker !== started) return;
      if (data.kind === 'failed') fail(names, data.error);
      else if (data.kind === 'done')
        finish(request, taken, data.files, isContinued).catch((error: unknown) => fail(names, shownError(error)));
      else {
        if (data.kind === 'taken') taken = data.taken;
        if (data.kind === 'plan') plan = data.plan;
        state = { ...running, taken, plan, progress: data.kind === 'progress' ? data.progress : undefined };
      }
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

  const finish = async (
    request: AnalysisRequest,
    taken: Taken | undefined,
    files: Map<string, Uint8Array>,
    isContinued: boolean,
  ): Promise<void> => {
    stop();
    const before = current();
    notKept = undefined;
    // A page of the local server does not keep: its next port is another origin, where nothing of it would be found.
    const kept = site
      ? await keepStudy(files).catch((error: unknown) => {
          notKept = shownError(error);
          return undefined;
        })
      : undefined;
    // A study that was added to, or looked at in another way, takes the place of what it was.
    if (kept && before?.study.kept && isContinued) await removeStudy(before.study.kept.id);
    const store = kept?.store ?? memoryStore(files);
    const source = kept ? keptSource(store) : storeSource(store);
    const manifest = await source.manifest();
    if (!manifest) throw new Error('The analysis wrote no study.');
    const study: OpenStudy = { source, manifest, origin: 'dropped', store, ...(kept && { kept }) };
    last = { request, taken, files, study };
    state = { kind: 'idle' };
    const path = request.concepts
      ? 'concepts'
      : taken?.models.length
        ? 'classes/map'
        : taken?.runs.length
          ? 'training'
          : 'representations';
    router.start(path, kept && home.addressOf(kept).replace(/#.*$/, ''));
    session.show(study);
    if (kept) void home.load();
  };

  const startNew = (files: readonly DroppedFile[]): void =>
    run({ drops: [[...files]], labelSet: undefined, runs: true, concepts: false, runtime, study: undefined }, false);

  return {
    get state() {
      return state;
    },
    /** What the files of the study that is shown were taken for. */
    get taken() {
      return current()?.taken;
    },
    /** Whether the study that is shown can be analysed again: its files are at hand. */
    get canRepeat() {
      return current() !== undefined;
    },
    /** The label set that was chosen by hand. */
    get labelSet() {
      return current()?.request.labelSet;
    },
    /** Whether the concepts of the networks can be compared, and are not yet. */
    get canCompareConcepts() {
      const to = current();
      return to?.taken?.networks.length === 2 && !to.request.concepts;
    },
    /** Whether checkpoints that count epochs were taken for a training run. */
    get asRuns() {
      return current()?.request.runs ?? true;
    },
    get notKept() {
      return notKept;
    },
    /** Files that were dropped or chosen. */
    start(files: readonly DroppedFile[]): void {
      if (files.length === 0) return;
      if (current()) state = { kind: 'asking', names: namesOf(files), files: [...files] };
      else startNew(files);
    },
    /** Tells of files that could not be taken in. */
    refuse(error: unknown): void {
      fail(['What was dropped'], shownError(error));
    },
    /** The answer where files may be added to the study that is shown. */
    answer(add: boolean): void {
      if (state.kind !== 'asking') return;
      const { files } = state;
      const to = current();
      if (!add || !to) startNew(files);
      else run({ ...to.request, drops: [...to.request.drops, files], study: to.files }, true);
    },
    /** The same files again, read with a label set, or with checkpoints taken for runs or for networks. */
    again(changes: Partial<Pick<AnalysisRequest, 'labelSet' | 'runs'>>): void {
      const to = current();
      if (to) run({ ...to.request, ...changes, study: undefined }, true);
    },
    /** The concepts of the two networks whose pictures are at hand, beside what the study has. */
    compareConcepts(): void {
      const to = current();
      if (to) run({ ...to.request, concepts: true, study: to.files }, true);
    },
    cancel(): void {
      stop();
      state = { kind: 'idle' };
    },
  };
}

/** Folders and single files, as they were dropped. */
function namesOf(files: readonly DroppedFile[]): string[] {
  return [...new Set(files.map(({ path }) => path.split('/')[0]!))];
}

export const analysis = createAnalysis();
