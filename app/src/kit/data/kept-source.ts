import { withWrittenNote, writeConceptNotes } from '#src/study/concepts/concept-notes.ts';
import { changedPins } from '#src/study/pins/pin-changes.ts';
import { writeReportPins } from '#src/study/pins/report-pins.ts';
import type { StudyStore } from '#src/study/store.ts';
import { type StudySource, storeSource } from './study-source.ts';

/** A study of a store that this page may write: notes of concepts and pins are kept in it, one change after another. */
export function keptSource(store: StudyStore): StudySource {
  const source = storeSource(store);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work);
    last = done.catch(() => {});
    return done;
  };
  return {
    ...source,
    saveNote: (concept, note) =>
      inTurn(async () => {
        const notes = withWrittenNote(await source.notes(), concept, note);
        await writeConceptNotes(store, notes);
        return notes;
      }),
    changePins: (change) =>
      inTurn(async () => {
        const pins = changedPins(await source.pins(), change);
        await writeReportPins(store, pins);
        return pins;
      }),
  };
}
