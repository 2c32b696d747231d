import { SourceError } from '#src/base/errors.ts';
import { readConceptNotes, type WrittenNote } from '#src/study/concepts/concept-notes.ts';
import type { ConceptNotes } from '#src/study/concepts-section.ts';
import { type DisplayMatrix, quantiseMatrix } from '#src/study/display-matrix.ts';
import { MANIFEST_PATH, type StudyManifest } from '#src/study/manifest.ts';
import type { PinChange } from '#src/study/pins/pin-changes.ts';
import { type ReportPin, readReportPins } from '#src/study/pins/report-pins.ts';
import { parseManifest, readStudyFile, readStudyJson, readStudyMatrix, readStudyTable } from '#src/study/read-study.ts';
import type { StudyStore } from '#src/study/store.ts';
import { type Matrix32, row } from '#src/tensor/matrix.ts';

/** Where the app reads a study from: a server, the page itself, or memory. Errors are the library's. */
export interface StudySource {
  /** Undefined where there is no study yet. */
  manifest(): Promise<StudyManifest | undefined>;
  /** Reads the manifest anew and forgets the files that changed; the others stay at hand. */
  refresh(): Promise<StudyManifest | undefined>;
  table<T>(path: string): Promise<T[]>;
  json<T>(path: string): Promise<T>;
  /** For drawing, in 256 steps: less to move than the exact matrix. */
  display(path: string): Promise<DisplayMatrix>;
  /** Row `i`, exact. */
  row(path: string, i: number): Promise<Float32Array>;
  /** The whole matrix, exact. */
  matrix(path: string): Promise<Matrix32>;
  /** The bytes of a file as they are, such as a picture's. */
  bytes(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Names and notes that people gave concepts. */
  notes(): Promise<ConceptNotes>;
  /** Keeps a note in the study and gives all notes; undefined where the study cannot be written from here. */
  saveNote?(concept: string, note: WrittenNote): Promise<ConceptNotes>;
  /** The views that were pinned for the report. */
  pins(): Promise<ReportPin[]>;
  /** Changes one pin in the study and gives all pins; undefined where the study cannot be written from here. */
  changePins?(change: PinChange): Promise<readonly ReportPin[]>;
  /** Calls back when the study changed on disk; returns the way to stop. */
  onChanged?(listener: () => void): () => void;
}

/** A source that reads whole files from a store, each once. */
export function storeSource(store: StudyStore): StudySource {
  let manifest: Promise<StudyManifest | undefined> | undefined;
  const files = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, load: (manifest: StudyManifest) => Promise<T>): Promise<T> => {
    let held = files.get(key) as Promise<T> | undefined;
    if (!held) {
      held = readOnce().then((listed) => {
        if (!listed) throw new SourceError(`${store.name} holds no study.`, { file: MANIFEST_PATH });
        return load(listed);
      });
      files.set(key, held);
      held.catch(() => files.delete(key));
    }
    return held;
  };
  const readOnce = (): Promise<StudyManifest | undefined> => {
    manifest ??= store.read(MANIFEST_PATH).then((bytes) => bytes && parseManifest(bytes, store.name));
    manifest.catch(() => (manifest = undefined));
    return manifest;
  };
  const refresh = async (): Promise<StudyManifest | undefined> => {
    const before = await readOnce().catch(() => undefined);
    manifest = undefined;
    const now = await readOnce();
    for (const key of files.keys()) {
      const path = key.replace(/^(display|bytes):/, '');
      if (before?.files[path] !== now?.files[path]) files.delete(key);
    }
    return now;
  };
  const matrix = (path: string): Promise<Matrix32> => once(path, (listed) => readStudyMatrix(store, listed, path));
  return {
    manifest: readOnce,
    refresh,
    table: <T>(path: string) => once(path, (listed) => readStudyTable<T>(store, listed, path)),
    json: <T>(path: string) => once(path, (listed) => readStudyJson<T>(store, listed, path)),
    display: (path) => once(`display:${path}`, async () => quantiseMatrix(await matrix(path))),
    row: async (path, i) => row(await matrix(path), i),
    matrix,
    bytes: (path) =>
      once(`bytes:${path}`, (listed) => readStudyFile(store, listed, path) as Promise<Uint8Array<ArrayBuffer>>),
    notes: () => readConceptNotes(store),
    pins: () => readReportPins(store),
  };
}
