import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { LimitError, SourceError, UsageError } from '../base/errors.ts';
import { sha256Hex } from '../base/sha256.ts';
import {
  checkNoteRequest,
  readConceptNotes,
  withWrittenNote,
  writeConceptNotes,
} from '../study/concepts/concept-notes.ts';
import type { ConceptNotes } from '../study/concepts-section.ts';
import { encodeDisplayMatrix, quantiseMatrix } from '../study/display-matrix.ts';
import { folderStore } from '../study/folder-store.ts';
import { MANIFEST_PATH, type StudyManifest } from '../study/manifest.ts';
import { changedPins, checkPinChange } from '../study/pins/pin-changes.ts';
import { type ReportPin, readReportPins, writeReportPins } from '../study/pins/report-pins.ts';
import { decodeNpyMatrix, parseManifest, readManifestBytes, readStudyFile } from '../study/read-study.ts';
import { checkStudyName, renameStudy } from '../study/rename-study.ts';
import type { StudyStore } from '../study/store.ts';
import type { ByteCache } from './byte-cache.ts';
import { mediaType, studyFileType } from './media-types.ts';
import type { Content } from './send-content.ts';
import { type ServedSummary, summariseStudy } from './study-summary.ts';

/** A file of a study is read whole before it is sent; a matrix of 11,000 classes is as large as this. */
const MAX_FILE_BYTES = 512 * 2 ** 20;

/** What became of what was sent: written, with all there is now, or why the study's folder did not take it. */
export type Saved<T> = { written: true; value: T } | { written: false; reason: string };

/**
 * A study as the server shows it: only the files that its manifest lists, and nothing can be changed but its name, the notes
 * of its concepts and the pins of its report.
 */
export interface ServedStudy {
  readonly id: string;
  readonly folder: string;
  /** The manifest's name of the study, or the folder's where the manifest cannot be read. */
  name(): Promise<string>;
  manifest(): Promise<Content>;
  /** What a list of studies says of it. */
  summary(): Promise<ServedSummary>;
  file(path: string): Promise<Content>;
  /** A matrix quantised for display. */
  display(path: string): Promise<Content>;
  /** One row of a matrix, exact, as little-endian 32-bit floats. */
  row(path: string, row: number): Promise<Content>;
  /** Names and notes that people gave its concepts. */
  notes(): Promise<ConceptNotes>;
  /** Checks and writes a note that was sent; notes that come at once are written one after another. */
  saveNote(request: unknown): Promise<Saved<ConceptNotes>>;
  /** The views that were pinned for the report. */
  pins(): Promise<ReportPin[]>;
  /** Checks a change of one pin and writes it upon what is kept; changes that come at once are written one after another. */
  changePins(request: unknown): Promise<Saved<readonly ReportPin[]>>;
  /** Checks and writes a name that was sent. */
  rename(request: unknown): Promise<Saved<string>>;
}

interface LoadedManifest {
  signature: string;
  bytes: Uint8Array<ArrayBuffer>;
  tag: string;
  manifest: StudyManifest;
}

/** Opens a study folder for serving. Nothing is read yet, so that a broken study can still be told about. */
export function serveStudy(id: string, folder: string, cache: ByteCache): ServedStudy {
  // Messages name the study rather than the place on this machine's disk.
  const store: StudyStore = { ...folderStore(folder), name: basename(resolve(folder)) };
  let loaded: LoadedManifest | undefined;
  let lastSave: Promise<unknown> = Promise.resolve();

  /** The manifest on disk, parsed again only when the file was replaced. */
  const load = async (): Promise<LoadedManifest> => {
    const signature = await stat(join(folder, MANIFEST_PATH)).then(
      (found) => `${found.ino}:${found.size}:${found.mtimeMs}`,
      () => 'missing',
    );
    if (loaded?.signature === signature) return loaded;
    const bytes = (await readManifestBytes(store)) as Uint8Array<ArrayBuffer>;
    loaded = {
      signature,
      bytes,
      tag: await sha256Hex(bytes),
      manifest: parseManifest(bytes, store.name),
    };
    return loaded;
  };

  /** What is sent at once is written one after another. */
  const inTurn = <T>(save: () => Promise<Saved<T>>): Promise<Saved<T>> => {
    const saved = lastSave.then(save, save);
    lastSave = saved;
    return saved;
  };

  const find = async (path: string): Promise<{ hash: string; bytes(): Promise<Uint8Array<ArrayBuffer>> }> => {
    const { manifest } = await load();
    const hash = Object.hasOwn(manifest.files, path) ? manifest.files[path]! : undefined;
    if (hash === undefined)
      throw new SourceError(`${store.name}: ${path} is not a file of this study.`, { file: path });
    const read = async () => {
      const { size } = await stat(join(folder, path)).catch(() => ({ size: 0 }));
      if (size > MAX_FILE_BYTES)
        throw new LimitError(`${store.name}: ${path} has ${size} bytes; at most ${MAX_FILE_BYTES} are sent.`, {
          file: path,
        });
      return readStudyFile(store, manifest, path) as Promise<Uint8Array<ArrayBuffer>>;
    };
    return { hash, bytes: () => cache.get(`raw:${hash}`, read) };
  };

  const matrix = async (path: string) => {
    const { hash, bytes } = await find(path);
    if (!path.endsWith('.npy'))
      throw new UsageError(`${store.name}: ${path} is not an array; display and rows exist for .npy files.`);
    return { hash, read: async () => decodeNpyMatrix(await bytes(), `${store.name}: ${path}`, path) };
  };

  return {
    id,
    folder,
    name: () =>
      load().then(
        ({ manifest }) => manifest.name,
        () => store.name,
      ),
    async manifest() {
      const { tag, bytes } = await load();
      return { tag, type: mediaType(MANIFEST_PATH), untrusted: true, bytes: async () => bytes };
    },
    summary: async () => summariseStudy(folder, (await load()).manifest),
    async file(path) {
      const { hash, bytes } = await find(path);
      return { tag: hash, ...studyFileType(path), untrusted: true, bytes };
    },
    async display(path) {
      const { hash, read } = await matrix(path);
      const make = async () => encodeDisplayMatrix(quantiseMatrix(await read()));
      return {
        tag: `${hash};display`,
        type: 'application/octet-stream',
        untrusted: true,
        bytes: () => cache.get(`display:${hash}`, make),
      };
    },
    async row(path, row) {
      const { hash, read } = await matrix(path);
      const { rows, cols, data } = await read();
      if (!Number.isSafeInteger(row) || row < 0 || row >= rows)
        throw new UsageError(`${store.name}: ${path} has the rows 0 to ${rows - 1}; there is no row ${row}.`, {
          file: path,
        });
      const bytes = new Uint8Array(data.slice(row * cols, (row + 1) * cols).buffer);
      return { tag: `${hash};row${row}`, type: 'application/octet-stream', untrusted: true, bytes: async () => bytes };
    },
    notes: () => readConceptNotes(store),
    saveNote: (request) =>
      inTurn(async () => {
        const { manifest } = await load();
        const { concept, ...written } = checkNoteRequest(request, manifest.instruments.concepts, store.name);
        const notes = withWrittenNote(await readConceptNotes(store), concept, written);
        return whetherWritten(notes, writeConceptNotes(store, notes));
      }),
    pins: () => readReportPins(store),
    changePins: (request) =>
      inTurn(async () => {
        const change = checkPinChange(request);
        // A folder that holds no study gets no pins.
        await load();
        const pins = changedPins(await readReportPins(store), change);
        return whetherWritten(pins, writeReportPins(store, pins));
      }),
    rename: (request) =>
      inTurn(async () => {
        const name = checkStudyName(request);
        await load();
        return whetherWritten(name, renameStudy(store, name));
      }),
  };
}

/** What was written; a folder that does not take it is no failure. */
async function whetherWritten<T>(value: T, writing: Promise<unknown>): Promise<Saved<T>> {
  try {
    await writing;
    return { written: true, value };
  } catch (error) {
    // A message would name the folder's place; without a cause it is the lock of another process.
    if (error instanceof SourceError)
      return { written: false, reason: error.cause ? codeOf(error.cause) : 'an analysis is writing to it' };
    throw error;
  }
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? 'unknown reason';
}

/**
 * Ids for URLs, from the folders' names, each its own.
 */
export function studyIds(folders: readonly string[]): string[] {
  const ids: string[] = [];
  for (const folder of folders) {
    const base = basename(resolve(folder)).replace(/[^\w.-]+/g, '-') || 'study';
    let id = base;
    for (let n = 2; ids.includes(id); n++) id = `${base}-${n}`;
    ids.push(id);
  }
  return ids;
}
