import { findOpenStudy, missingStudy, openStudyId } from './open-source.ts';
import type { OpenStudy } from './open-study.ts';
import { type ShownError, shownError } from './shown-error.ts';

export type { OpenStudy } from './open-study.ts';
export { type ShownError, shownError } from './shown-error.ts';

export type SessionState =
  | { kind: 'loading' }
  | { kind: 'empty' }
  | { kind: 'failed'; error: ShownError }
  | { kind: 'ready'; study: OpenStudy };

function createSession() {
  let state = $state.raw<SessionState>({ kind: 'loading' });
  /** The study the page came with, to return to after one was dropped. */
  let first = $state.raw<OpenStudy | undefined>();
  let changed = $state(false);
  let followers = 0;
  /** The study that the address names; on a site it changes with what is dropped, without the page being left. */
  let address = openStudyId();
  let stopListening: (() => void) | undefined;

  /** Takes the study as it is on disk now; its source stays the same, so views that follow it stay as they are. */
  const refresh = async (): Promise<void> => {
    if (!first) return;
    const { source } = first;
    changed = false;
    const manifest = await source.refresh().catch(() => undefined);
    if (!manifest || first.source !== source) return;
    const wasShown = state.kind === 'ready' && state.study === first;
    first = { ...first, manifest };
    if (wasShown) state = { kind: 'ready', study: first };
  };
  const open = async (): Promise<void> => {
    address = openStudyId();
    state = { kind: 'loading' };
    changed = false;
    try {
      const found = findOpenStudy();
      const manifest = await found?.source.manifest();
      if (!found || !manifest) {
        const missing = missingStudy();
        state = missing ? { kind: 'failed', error: shownError(missing) } : { kind: 'empty' };
        return;
      }
      const { source } = found;
      first = { ...found, manifest };
      state = { kind: 'ready', study: first };
      stopListening?.();
      stopListening = source.onChanged?.(() => {
        changed = true;
        if (followers > 0) void refresh();
      });
    } catch (error) {
      state = { kind: 'failed', error: shownError(error) };
    }
  };
  addEventListener('popstate', () => {
    if (openStudyId() !== address) void open();
  });
  return {
    get state() {
      return state;
    },
    /** True when the study changed on disk since it was read; the reader decides when to look. */
    get changed() {
      return changed;
    },
    get canReturn() {
      return first !== undefined && state.kind === 'ready' && state.study !== first;
    },
    open,
    /** While followed, a study that grows on disk is read at once; returns the way to stop. */
    follow(): () => void {
      followers++;
      if (changed) void refresh();
      return () => {
        followers--;
      };
    },
    show(study: OpenStudy): void {
      address = openStudyId();
      state = { kind: 'ready', study };
    },
    returnToFirst(): void {
      state = first ? { kind: 'ready', study: first } : { kind: 'empty' };
    },
  };
}

export const session = createSession();
