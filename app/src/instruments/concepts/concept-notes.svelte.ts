import {
  encodeConceptNotes,
  parseConceptNotes,
  type WrittenNote,
  withWrittenNote,
} from '#src/study/concepts/concept-notes.ts';
import type { ConceptNote, ConceptNotes } from '#src/study/concepts-section.ts';
import { shownError } from '../../kit/data/shown-error.ts';
import type { ConceptsData } from './concepts-data.ts';

/** Where the last change of a note went, for the line under the fields. */
export type NoteState = { kind: 'idle' } | { kind: 'waiting' } | { kind: 'study' } | { kind: 'browser'; why: string };

/** Names and notes of concepts: what the study holds, and over it what was written in this browser only. */
export interface ConceptNotesStore {
  of(key: string): ConceptNote | undefined;
  /** Given names and answered suggestions, for lists and searches. */
  readonly all: ConceptNotes;
  readonly state: NoteState;
  /** Why the study's own notes could not be read. */
  readonly problem: string | undefined;
  write(key: string, note: WrittenNote): void;
  /** Saves what still waits. */
  flush(): void;
  /** All notes as the file that belongs into the study's folder. */
  file(): Blob;
}

/** Milliseconds without typing after which a note is saved. */
const PAUSE = 600;

export function createConceptNotes({ source, section }: ConceptsData): ConceptNotesStore {
  const storeKey = `semblance.notes.${section.inputsHash}`;
  let saved = $state.raw<ConceptNotes>({});
  let own = $state.raw<ConceptNotes>(readOwn(storeKey));
  let state = $state.raw<NoteState>({ kind: 'idle' });
  let problem = $state<string | undefined>();
  const waiting = new Map<string, WrittenNote>();
  let timer = 0;

  source.notes().then(
    (found) => (saved = { ...found, ...pick(saved, waiting.keys()) }),
    (error: unknown) => (problem = shownError(error).message),
  );
  const all = $derived({ ...saved, ...own });
  const keepHere = (key: string, note: WrittenNote, why: string): void => {
    own = { ...own, [key]: withWrittenNote(pick(saved, [key]), key, note)[key] ?? {} };
    const kept = writeOwn(storeKey, own);
    state = { kind: 'browser', why: kept ? why : `${why} It lasts until this page is closed.` };
  };
  const flush = (): void => {
    clearTimeout(timer);
    for (const [key, note] of waiting) {
      waiting.delete(key);
      if (!source.saveNote) {
        keepHere(key, note, 'This study cannot be written from here, so the note is kept in this browser.');
        continue;
      }
      source.saveNote(key, note).then(
        (notes) => {
          saved = { ...notes, ...pick(saved, waiting.keys()) };
          own = Object.fromEntries(Object.entries(own).filter(([kept]) => kept !== key));
          writeOwn(storeKey, own);
          if (waiting.size === 0) state = { kind: 'study' };
        },
        (error: unknown) => keepHere(key, note, `${shownError(error).message} The note is kept in this browser.`),
      );
    }
  };
  return {
    of: (key) => all[key],
    get all() {
      return all;
    },
    get state() {
      return state;
    },
    get problem() {
      return problem;
    },
    write(key, note) {
      // Shown at once; what is on its way to the study does not overwrite it.
      if (own[key]) own = { ...own, [key]: withWrittenNote(own, key, note)[key] ?? {} };
      else saved = { ...saved, [key]: withWrittenNote(saved, key, note)[key] ?? {} };
      waiting.set(key, note);
      state = { kind: 'waiting' };
      clearTimeout(timer);
      timer = window.setTimeout(flush, PAUSE);
    },
    flush,
    file: () =>
      new Blob(
        [
          encodeConceptNotes(
            Object.fromEntries(Object.entries(all).filter(([, note]) => Object.keys(note).length > 0)),
          ),
        ],
        { type: 'application/json' },
      ),
  };
}

function pick(notes: ConceptNotes, keys: Iterable<string>): ConceptNotes {
  return Object.fromEntries([...keys].flatMap((key) => (notes[key] ? [[key, notes[key]]] : [])));
}

/** What an earlier visit left; nothing where reading is forbidden or what is there is broken. */
function readOwn(key: string): ConceptNotes {
  try {
    const text = localStorage.getItem(key);
    return text === null ? {} : parseConceptNotes(new TextEncoder().encode(text), 'this browser');
  } catch {
    return {};
  }
}

function writeOwn(key: string, notes: ConceptNotes): boolean {
  try {
    if (Object.keys(notes).length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(notes));
    return true;
  } catch {
    return false;
  }
}
