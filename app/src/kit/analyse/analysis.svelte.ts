import { UsageError } from '#src/base/errors.ts';
import { memoryStore } from '#src/study/store.ts';
import { home } from '../data/home.svelte.ts';
import { keptSource } from '../data/kept-source.ts';
import { keepStudy, removeStudy } from '../data/kept-studies.ts';
import type { OpenStudy } from '../data/open-study.ts';
import { carryOwnFiles } from '../data/own-files.ts';
import { session } from '../data/session.svelte.ts';
import { type ShownError, shownError } from '../data/shown-error.ts';
import { site } from '../data/site.ts';
import { storeSource } from '../data/study-source.ts';
import { router } from '../url/router.svelte.ts';
import { type Analysed, analysed, shownErrorOf, type Told } from './analysed.ts';
import type { RuntimePlace } from './browser-runtime.ts';
import type { DroppedFile } from './dropped-files.ts';
import type { AnalysisRequest, Taken } from './messages.ts';

export type AnalysisState =
  | { kind: 'idle' }
  /** Files came while a study of others is shown: they may be added to it, or make one of their own. */
  | { kind: 'asking'; names: string[]; files: DroppedFile[] }
  | ({ kind: 'running'; names: string[]; bytes: number } & Told)
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
  taken: Taken;
  files: Map<string, Uint8Array>;
  study: OpenStudy;
}

function createAnalysis() {
  let state = $state.raw<AnalysisState>({ kind: 'idle' });
  /** Ends the analysis that is running. */
  let ending: AbortController | undefined;
  /** What came while the page was busy, and why it was not taken. */
  let refused = $state.raw<string | undefined>();
  let last = $state.raw<Last | undefined>();
  /** Why the study that is shown is not kept, or the one whose place it took still is. */
  let notKept = $state.raw<ShownError | undefined>();

  const shown = (): OpenStudy | undefined => (session.state.kind === 'ready' ? session.state.study : undefined);
  /** The last analysis, where its study is the one that is shown. */
  const current = (): Last | undefined => (last && last.study === shown() ? last : undefined);
  const isBusy = (): boolean => state.kind === 'running' || state.kind === 'asking';
  const stop = (): void => {
    ending?.abort();
    ending = undefined;
  };
  const show = (next: AnalysisState): void => {
    state = next;
    refused = undefined;
  };
  const fail = (names: string[], error: ShownError): void => {
    stop();
    show({ kind: 'failed', names, error });
  };

  /**
   * @param names What was dropped for it.
   * @param before The study that is added to, or looked at in another way: what is made takes its place.
   */
  const run = (request: AnalysisRequest, names: string[], before: Last | undefined): void => {
    if (__SINGLE_FILE__) return;
    stop();
    const own = new AbortController();
    ending = own;
    const { signal } = own;
    const running = {
      kind: 'running' as const,
      names,
      bytes: request.drops.flat().reduce((sum, { file }) => sum + file.size, 0),
    };
    show({ ...running, taken: undefined, plan: undefined, progress: undefined });
    const onReply = (told: Told): void => {
      state = { ...running, ...told };
    };
    analysed(request, signal, onReply)
      .then((result) => finish(request, result, before, signal))
      // What was cancelled ends without a word.
      .catch((error: unknown) => signal.aborted || fail(names, shownErrorOf(error)));
  };

  /** Keeps and shows what was made. Until it is shown it can be cancelled, and nothing of it stays then. */
  const finish = async (
    request: AnalysisRequest,
    { taken, files, used }: Analysed,
    before: Last | undefined,
    signal: AbortSignal,
  ): Promise<void> => {
    if (before) await carryOwnFiles(before.study, files);
    signal.throwIfAborted();
    let problem: ShownError | undefined;
    // A page of the local server does not keep: its next port is another origin, where nothing of it would be found.
    const kept = site
      ? await keepStudy(files, signal).catch((error: unknown) => {
          problem = shownError(error);
          return undefined;
        })
      : undefined;
    try {
      signal.throwIfAborted();
      const store = kept?.store ?? memoryStore(files);
      const source = kept ? keptSource(store) : storeSource(store);
      const manifest = await source.manifest();
      signal.throwIfAborted();
      if (!manifest) throw new Error('The analysis wrote no study.');
      const study: OpenStudy = { source, manifest, origin: 'dropped', store, ...(kept && { kept }) };
      ending = undefined;
      notKept = problem;
      last = { request: { ...request, used }, taken, files, study };
    } catch (error) {
      if (kept) await removeStudy(kept.id);
      throw error;
    }
    const path = request.concepts
      ? 'concepts'
      : taken.models.length
        ? 'classes/map'
        : taken.runs.length
          ? 'training'
          : 'representations';
    show({ kind: 'idle' });
    router.start(path, kept && home.addressOf(kept).replace(/#.*$/, ''));
    session.show(last.study);
    if (!kept) return;
    try {
      if (before?.study.kept) await removeStudy(before.study.kept.id);
      await home.load();
    } catch (error) {
      notKept = shownError(error);
    }
  };

  const startNew = (files: readonly DroppedFile[]): void =>
    run(
      { drops: [[...files]], labelSet: undefined, runs: true, concepts: false, runtime, study: undefined, used: [] },
      namesOf(files),
      undefined,
    );

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
      return to?.taken.networks.length === 2 && !to.request.concepts;
    },
    /** Whether checkpoints that count epochs were taken for a training run. */
    get asRuns() {
      return current()?.request.runs ?? true;
    },
    get notKept() {
      return notKept;
    },
    /** What is told of files that came while an analysis was running or a question open. */
    get refused() {
      return refused;
    },
    /** Files that were dropped or chosen. While the page is busy they are refused in words. */
    start(files: readonly DroppedFile[]): void {
      if (files.length === 0) {
        this.refuse(new UsageError('There are no files in it.', { hint: 'Hidden files are passed over.' }));
        return;
      }
      const names = namesOf(files);
      if (isBusy()) refused = `${shortList(names)}: not taken, as ${busyWith()}`;
      else if (current()) show({ kind: 'asking', names, files: [...files] });
      else startNew(files);
    },
    /** Tells of files that could not be taken in; what is running goes on. */
    refuse(error: unknown): void {
      const shown = shownError(error);
      if (isBusy()) refused = `What was dropped was not taken: ${shown.message}`;
      else fail(['What was dropped'], shown);
    },
    /** The answer where files may be added to the study that is shown. */
    answer(add: boolean): void {
      if (state.kind !== 'asking') return;
      const { files, names } = state;
      const to = current();
      if (!add || !to) startNew(files);
      else run({ ...to.request, drops: [...to.request.drops, files], study: to.files }, names, to);
    },
    /** The same files again, read with a label set, or with checkpoints taken for runs or for networks. */
    again(changes: Partial<Pick<AnalysisRequest, 'labelSet' | 'runs'>>): void {
      const to = current();
      if (to) run({ ...to.request, ...changes, study: undefined }, namesOf(to.request.drops.flat()), to);
    },
    /** The concepts of the two networks whose pictures are at hand, beside what the study has. */
    compareConcepts(): void {
      const to = current();
      if (to) run({ ...to.request, concepts: true, study: to.files }, namesOf(to.request.drops.flat()), to);
    },
    cancel(): void {
      stop();
      show({ kind: 'idle' });
    },
  };

  function busyWith(): string {
    return state.kind === 'asking'
      ? 'a question is open. Answer it, then drop them again.'
      : 'an analysis is running. Drop them again when it has ended, or cancel it.';
  }
}

/** A few names, and how many there are besides. */
export function shortList(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

/** Folders and single files, as they were dropped. */
function namesOf(files: readonly DroppedFile[]): string[] {
  return [...new Set(files.map(({ path }) => path.split('/')[0]!))];
}

export const analysis = createAnalysis();
