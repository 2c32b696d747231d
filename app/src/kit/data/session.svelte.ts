import { openSource } from './open-source.ts';
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
  let stopListening: (() => void) | undefined;

  /** Takes the study as it is on disk now; its source stays the same, so views that follow it stay as they are. */
  const refresh = async (): Promise<void> => {
    if (!first) return;
    const { source } = first;
    changed = false;
    const manifest = await source.refresh().catch(() => undefined);
    if (!manifest || first.source !== source) return;
    const wasShown = state.kind === 'ready' && state.study === first;
    first = { source, manifest, origin: 'opened' };
    if (wasShown) state = { kind: 'ready', study: first };
  };
  const open = async (): Promise<void> => {
    state = { kind: 'loading' };
    changed = false;
    try {
      const source = openSource();
      const manifest = await source.manifest();
      if (!manifest) {
        state = { kind: 'empty' };
        return;
      }
      first = { source, manifest, origin: 'opened' };
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
      state = { kind: 'ready', study };
    },
    returnToFirst(): void {
      state = first ? { kind: 'ready', study: first } : { kind: 'empty' };
    },
  };
}

export const session = createSession();
