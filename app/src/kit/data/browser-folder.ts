import { SourceError } from '#src/base/errors.ts';
import type { StudyStore } from '#src/study/store.ts';
import { checkStudyPath } from '#src/study/study-path.ts';

/**
 * A study in a folder of the browser's own file system. `write` is atomic: the browser puts what was written into its
 * place when all of it is there. `write` and `list` reject with SourceError where there is no room, or the folder is gone.
 * @param name For messages.
 */
export function browserFolderStore(folder: FileSystemDirectoryHandle, name: string): StudyStore {
  /** The folder that a path lies in, and its last part; undefined where the folder is not there. */
  const locate = async (path: string, create: boolean) => {
    checkStudyPath(name, path);
    const parts = path.split('/');
    let at = folder;
    for (const part of parts.slice(0, -1)) {
      const child = await at.getDirectoryHandle(part, { create }).catch(unlessMissing);
      if (!child) return undefined;
      at = child;
    }
    return { at, file: parts.at(-1)! };
  };
  return {
    name,
    async read(path) {
      const place = await locate(path, false);
      const handle = await place?.at.getFileHandle(place.file).catch(unlessMissing);
      return handle && new Uint8Array(await (await handle.getFile()).arrayBuffer());
    },
    async write(path, bytes) {
      try {
        const { at, file } = (await locate(path, true))!;
        const stream = await (await at.getFileHandle(file, { create: true })).createWritable();
        await stream.write(bytes as Uint8Array<ArrayBuffer>);
        await stream.close();
      } catch (cause) {
        throw notWritten(cause, name, path);
      }
    },
    async list(prefix = '') {
      const paths: string[] = [];
      const visit = async (at: FileSystemDirectoryHandle, before: string): Promise<void> => {
        for await (const [part, handle] of at.entries())
          if (handle.kind === 'directory') await visit(handle as FileSystemDirectoryHandle, `${before}${part}/`);
          else paths.push(before + part);
      };
      await visit(folder, '').catch((cause: Error) => {
        throw cause.name === 'NotFoundError'
          ? studyGone(cause)
          : new SourceError(`${name}: the study cannot be listed (${cause.message}).`, { cause });
      });
      return paths.filter((path) => path.startsWith(prefix)).sort();
    },
    async remove(path) {
      const place = await locate(path, false);
      await place?.at.removeEntry(place.file).catch(unlessMissing);
    },
  };
}

/** A study that was deleted while it was open. */
export function studyGone(cause?: unknown): SourceError {
  return new SourceError('This study is no longer kept in this browser: it was deleted, perhaps in another tab.', {
    cause,
    hint: 'The first page lists the studies that are kept.',
  });
}

/** What is told of something that could not be written: there is no room, or the study is gone. */
export function notWritten(cause: unknown, name: string, what: string): SourceError {
  if (cause instanceof SourceError) return cause;
  const { name: kind, message } = cause as Error;
  if (kind === 'NotFoundError') return studyGone(cause);
  return new SourceError(`${name}: ${what} cannot be kept in this browser (${message}).`, {
    cause,
    file: what,
    hint: 'Delete studies that are no longer needed, or download this one.',
  });
}

/** Nothing for what is not there; any other error goes on. */
export function unlessMissing(error: unknown): undefined {
  if ((error as Error)?.name === 'NotFoundError') return undefined;
  throw error;
}
