import { changedPins, type PinChange } from '#src/study/pins/pin-changes.ts';
import type { ReportPin } from '#src/study/pins/report-pins.ts';
import { shownError } from './shown-error.ts';
import type { StudySource } from './study-source.ts';

/** The pins as they stand on the page. */
export interface PinsNow {
  all: readonly ReportPin[];
  /** Why some of them live on this page only; undefined while the study keeps them all. */
  onlyHere: string | undefined;
  canUndo: boolean;
}

/** The pins of one study: changed on the page at once, and in the study where it can be written. */
export interface KeptPins {
  /**
   * Reads what the study keeps; what could not be written yet stays upon it.
   * @throws what the source throws.
   */
  read(): Promise<void>;
  /**
   * Changes one pin. What the study does not take stays on the page, and is sent again with the next change.
   * @throws UsageError when there is no room for another pin.
   */
  change(change: PinChange): Promise<void>;
  /** Takes a pin out so that it can be put back. */
  remove(id: string): Promise<void>;
  /** Puts back the pin that was taken out last. */
  undo(): Promise<void>;
  /**
   * Sends at once what still waits for its turn, as the page is left. A change that arrives twice counts once. A server gets
   * it; a study that the browser keeps may not, as the browser need not end what a page that is gone was writing.
   */
  leave(): void;
}

const LASTS = 'What is pinned lasts until the page is closed.';

export function keptPins(source: Pick<StudySource, 'pins' | 'changePins'>, tell: (now: PinsNow) => void): KeptPins {
  let stored: readonly ReportPin[] = [];
  /** Changes that the study has not taken. */
  let waiting: readonly PinChange[] = [];
  const removed: { pin: ReportPin; before: string | undefined }[] = [];
  let onlyHere: string | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const all = (): readonly ReportPin[] => waiting.reduce(withRoom, stored);
  const told = (): void => tell({ all: all(), onlyHere, canUndo: removed.length > 0 });
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  };

  /** One after another; what follows on a change that was not taken waits with it. */
  const send = async (): Promise<void> => {
    if (!source.changePins) {
      onlyHere = `This study cannot be written from here. ${LASTS} Save it as HTML.`;
      return;
    }
    onlyHere = undefined;
    const stuck = new Set<string>();
    for (const change of waiting) {
      const id = idOf(change);
      if (stuck.has(id)) continue;
      try {
        stored = await source.changePins(change);
        waiting = waiting.filter((other) => other !== change);
        if (change.kind === 'caption' && !stored.some((pin) => pin.id === id))
          onlyHere = `A view was taken out of the report elsewhere, and its caption with it: ${JSON.stringify(change.caption)}.`;
      } catch (error) {
        stuck.add(id);
        onlyHere = `${shownError(error).message} ${LASTS}`;
      }
    }
  };
  const change = async (next: PinChange): Promise<void> => {
    changedPins(all(), next);
    waiting = [...waiting, next];
    told();
    await inTurn(send);
    told();
  };
  return {
    read: () =>
      inTurn(async () => {
        stored = await source.pins();
        told();
      }),
    change,
    remove(id) {
      const pins = all();
      const at = pins.findIndex((pin) => pin.id === id);
      if (at >= 0) removed.push({ pin: pins[at]!, before: pins[at + 1]?.id });
      return change({ kind: 'remove', id });
    },
    async undo() {
      const last = removed.pop();
      if (last) await change({ kind: 'add', ...last });
    },
    leave() {
      for (const each of waiting) source.changePins?.(each).catch(() => {});
    },
  };
}

function idOf(change: PinChange): string {
  return change.kind === 'add' ? change.pin.id : change.id;
}

/** The study may have filled up elsewhere; what waits is shown all the same. */
function withRoom(pins: readonly ReportPin[], change: PinChange): readonly ReportPin[] {
  try {
    return changedPins(pins, change);
  } catch {
    return change.kind === 'add' ? [...pins, change.pin] : pins;
  }
}
