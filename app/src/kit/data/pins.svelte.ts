import type { ReportPin } from '#src/study/pins/report-pins.ts';
import { type KeptPins, keptPins, type PinsNow } from './kept-pins.ts';
import type { OpenStudy } from './open-study.ts';
import { type ShownError, shownError } from './shown-error.ts';

const NONE: PinsNow = { all: [], onlyHere: undefined, canUndo: false };

/** The views pinned for the report of the study that is open. */
function createPins() {
  let study: OpenStudy | undefined;
  let kept: KeptPins | undefined;
  /** The pins are read once somebody wants them: they may be large. */
  let reading: Promise<void> | undefined;
  let now = $state.raw(NONE);
  let problem = $state.raw<ShownError | undefined>();
  /** What cannot be kept is said rather than thrown. */
  const safely = (change: Promise<void> | undefined): void => {
    change?.catch((error: unknown) => {
      problem = shownError(error);
    });
  };

  addEventListener('pagehide', () => kept?.leave());

  const open = (next: OpenStudy): KeptPins => {
    if (kept && study?.source === next.source) return kept;
    study = next;
    now = NONE;
    problem = reading = undefined;
    const own = keptPins(next.source, (told) => {
      if (kept === own) now = told;
    });
    kept = own;
    return own;
  };
  const read = (of: OpenStudy): Promise<void> => {
    const own = open(of);
    reading = own.read().then(
      () => {
        if (kept === own) problem = undefined;
      },
      (error: unknown) => {
        if (kept !== own) return;
        problem = shownError(error);
        // The next who wants them tries again.
        reading = undefined;
      },
    );
    return reading;
  };
  return {
    get all() {
      return now.all;
    },
    get onlyHere() {
      return now.onlyHere;
    },
    get problem() {
      return problem;
    },
    get canUndo() {
      return now.canUndo;
    },
    /** Reads the pins of a study anew: another page may have pinned since. */
    read,
    /** @throws when the pins of the study cannot be read, or there is no room for another. */
    async add(to: OpenStudy, pin: Omit<ReportPin, 'id'>): Promise<void> {
      const own = open(to);
      await (reading ?? read(to));
      if (problem) throw new Error(problem.message);
      await own.change({ kind: 'add', pin: { ...pin, id: newId() } });
    },
    caption: (id: string, caption: string): void => safely(kept?.change({ kind: 'caption', id, caption })),
    move(id: string, by: -1 | 1): void {
      const at = now.all.findIndex((pin) => pin.id === id);
      safely(kept?.change({ kind: 'move', id, before: now.all[by < 0 ? at - 1 : at + 2]?.id }));
    },
    remove: (id: string): void => safely(kept?.remove(id)),
    undo: (): void => safely(kept?.undo()),
  };
}

/** Two pages that pin at the same moment have two ids. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `pin-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

export const pins = createPins();
