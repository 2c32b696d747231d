import type { ReportPin } from '#src/study/report-pins.ts';
import type { OpenStudy } from './open-study.ts';
import { type ShownError, shownError } from './shown-error.ts';

/** The views pinned for the report of the study that is open: in the study where it can be written, else on this page. */
function createPins() {
  let study: OpenStudy | undefined;
  /** The pins of the study that is open, once somebody wants them: they may be large. */
  let reading: Promise<void> | undefined;
  let all = $state.raw<readonly ReportPin[]>([]);
  let before = $state.raw<readonly ReportPin[] | undefined>();
  /** Why the pins live on this page only; undefined while the study keeps them. */
  let onlyHere = $state<string | undefined>();
  let problem = $state.raw<ShownError | undefined>();

  const save = async (next: readonly ReportPin[]): Promise<void> => {
    all = next;
    const { source } = study!;
    if (!source.savePins) {
      onlyHere =
        'This study cannot be written from here: what is pinned lasts until the page is closed. Save it as HTML.';
      return;
    }
    try {
      await source.savePins(next);
      onlyHere = undefined;
    } catch (error) {
      onlyHere = `${shownError(error).message} What is pinned lasts until the page is closed.`;
    }
  };
  return {
    get all() {
      return all;
    },
    get onlyHere() {
      return onlyHere;
    },
    get problem() {
      return problem;
    },
    get canUndo() {
      return before !== undefined;
    },
    /** Reads the pins of a study; does nothing where they are read already. */
    read(next: OpenStudy): Promise<void> {
      if (reading && study?.source === next.source) return reading;
      study = next;
      all = [];
      before = onlyHere = problem = undefined;
      reading = next.source.pins().then(
        (found) => {
          if (study === next) all = found;
        },
        (error: unknown) => {
          problem = shownError(error);
        },
      );
      return reading;
    },
    async add(to: OpenStudy, pin: Omit<ReportPin, 'id'>): Promise<void> {
      await this.read(to);
      if (problem) throw new Error(problem.message);
      await save([...all, { ...pin, id: `pin-${Date.now().toString(36)}-${all.length}` }]);
    },
    caption: (id: string, caption: string): Promise<void> =>
      save(all.map((pin) => (pin.id === id ? { ...pin, caption } : pin))),
    move(id: string, by: number): Promise<void> {
      const from = all.findIndex((pin) => pin.id === id);
      const to = Math.min(Math.max(from + by, 0), all.length - 1);
      const next = all.filter((pin) => pin.id !== id);
      next.splice(to, 0, all[from]!);
      return save(next);
    },
    remove(id: string): Promise<void> {
      before = all;
      return save(all.filter((pin) => pin.id !== id));
    },
    undo(): Promise<void> {
      const next = before!;
      before = undefined;
      return save(next);
    },
  };
}

export const pins = createPins();
