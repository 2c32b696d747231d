import { quantiseMatrix } from '#src/study/display-matrix.ts';
import { MANIFEST_PATH } from '#src/study/manifest.ts';
import { parseManifest, readStudyMatrix } from '#src/study/read-study.ts';
import type { StudyStore } from '#src/study/store.ts';
import { summarise } from '#src/study/study-summary.ts';
import { browserFolderStore, notWritten, studyGone, unlessMissing } from './browser-folder.ts';
import type { ListedStudy } from './listed-study.ts';
import { shownError } from './shown-error.ts';

/** Where the studies are that were made in this browser: below the page's origin, apart from what other sites keep. */
const FOLDER = 'semblance-studies';
/** A study without its manifest is one that is being written, or was left half-written. */
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/** The folder of all kept studies; undefined where the browser keeps nothing (an insecure page, a private window). */
async function keptFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(FOLDER, { create: true });
  } catch {
    return undefined;
  }
}

/** Ids begin with when the study was made, in milliseconds to the base of 36. */
function newId(): string {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  return `${Date.now().toString(36)}-${random!.toString(36)}`;
}

const madeAt = (id: string): number => Number.parseInt(id.split('-')[0]!, 36);

/**
 * Keeps a study in this browser. Its manifest is written last, so that a study that is there is whole.
 * @returns where it is; undefined where the browser keeps nothing.
 * @throws SourceError where there is no room for it, the signal's reason when aborted; what was written of it is gone then.
 */
export async function keepStudy(
  files: ReadonlyMap<string, Uint8Array>,
  signal: AbortSignal,
): Promise<{ id: string; store: StudyStore } | undefined> {
  const folder = await keptFolder();
  if (!folder || !('createWritable' in FileSystemFileHandle.prototype)) return undefined;
  const id = newId();
  const made = await folder.getDirectoryHandle(id, { create: true }).catch((cause: unknown) => {
    throw notWritten(cause, 'this browser', 'the study');
  });
  const store = browserFolderStore(made, 'this browser');
  try {
    for (const [path, bytes] of files) {
      signal.throwIfAborted();
      if (path !== MANIFEST_PATH) await store.write(path, bytes);
    }
    await store.write(MANIFEST_PATH, files.get(MANIFEST_PATH)!);
    signal.throwIfAborted();
  } catch (error) {
    await removeStudy(id);
    throw error;
  }
  return { id, store };
}

/**
 * A kept study to read from and to write notes and pins to. Where there is none of that id, nothing is read, and what would
 * be written or listed rejects with SourceError.
 */
export function keptStore(id: string): StudyStore {
  const opened = keptFolder().then(async (folder) => {
    // Others are no names of files, which browsers refuse.
    const found = /^[\w-]+$/.test(id) ? await folder?.getDirectoryHandle(id).catch(unlessMissing) : undefined;
    return found && browserFolderStore(found, 'this browser');
  });
  const there = async (): Promise<StudyStore> => {
    const store = await opened;
    if (!store) throw studyGone();
    return store;
  };
  return {
    name: 'this browser',
    read: async (path) => (await opened)?.read(path),
    list: async (prefix) => (await there()).list(prefix),
    write: async (path, bytes) => (await there()).write(path, bytes),
    remove: async (path) => (await opened)?.remove(path),
  };
}

/** Deletes a kept study. */
export async function removeStudy(id: string): Promise<void> {
  await (await keptFolder())?.removeEntry(id, { recursive: true }).catch(unlessMissing);
}

/** All kept studies, the newest first. One that cannot be read is listed with the reason. */
export async function listKept(): Promise<ListedStudy[]> {
  const folder = await keptFolder();
  const studies: ListedStudy[] = [];
  if (!folder) return studies;
  for await (const [id, handle] of folder.entries()) {
    if (handle.kind !== 'directory') continue;
    const store = browserFolderStore(handle as FileSystemDirectoryHandle, 'this browser');
    const bytes = await store.read(MANIFEST_PATH);
    if (bytes) studies.push(await listed(id, store, bytes));
    else if (Date.now() - madeAt(id) > ABANDONED_AFTER_MS) await removeStudy(id);
  }
  return studies.sort((a, b) => madeAt(b.id) - madeAt(a.id));
}

async function listed(id: string, store: StudyStore, bytes: Uint8Array): Promise<ListedStudy> {
  const changed = new Date(madeAt(id)).toISOString();
  try {
    const manifest = parseManifest(bytes, store.name);
    const summary = summarise(manifest);
    const { picture } = summary;
    return {
      id,
      ...summary,
      changed,
      bytes: null,
      ...(picture !== null && { display: async () => quantiseMatrix(await readStudyMatrix(store, manifest, picture)) }),
    };
  } catch (error) {
    const { message } = shownError(error);
    const unknown = { instruments: [], models: [], classes: null, images: null, picture: null, bytes: null };
    return { id, name: id, ...unknown, changed, error: message };
  }
}
