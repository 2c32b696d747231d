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
      source.onChanged?.(() => (changed = true));
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
    show(study: OpenStudy): void {
      state = { kind: 'ready', study };
    },
    returnToFirst(): void {
      state = first ? { kind: 'ready', study: first } : { kind: 'empty' };
    },
  };
}

export const session = createSession();
