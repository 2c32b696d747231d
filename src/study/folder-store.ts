import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SourceError, UsageError } from '../base/errors.ts';
import { LOCK_FILE, lockFolder } from './folder-lock.ts';
import { makeFolder } from './make-folder.ts';
import type { StudyStore } from './store.ts';
import { checkStudyPath } from './study-path.ts';

/** Temporary files carry the machine and the process that writes them, so that leftovers can be told from work. */
const TEMPORARY = /^\.semblance-([0-9a-f]{8})-(\d+)-[0-9a-f]+\.tmp$/;
const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/**
 * A study in a folder. Node only. The folder is made by the first write. `write` fills a temporary file beside the
 * target, flushes it to the disk and renames it, so that a crash leaves the old bytes or the new ones. `remove` takes folders along that are left empty. Temporary files
 * of writers that are gone are never listed, and are removed by the first write.
 * @throws UsageError on a path that leaves the folder, by its text or through a symbolic link; SourceError when the
 *   file system refuses.
 */
export function folderStore(folder: string): StudyStore {
  const root = resolve(folder);
  let swept: Promise<void> | undefined;

  /** Where `path` lies, with symbolic links on the way resolved as far as they exist. */
  const locate = async (path: string): Promise<string> => {
    checkStudyPath(folder, path);
    const target = join(root, path);
    let inside: boolean;
    try {
      inside = isInside(await nearestReal(root), await nearestReal(target));
    } catch (cause) {
      throw new SourceError(`${target}: cannot be reached (${(cause as Error).message}).`, { cause, file: path });
    }
    if (!inside)
      throw new UsageError(`${folder}: ${path} is a symbolic link that leads out of the study.`, { file: path });
    return target;
  };

  return {
    name: folder,
    async read(path) {
      const target = await locate(path);
      try {
        // Asked before it is opened: a named pipe waits for a writer that may never come.
        if (!(await stat(target)).isFile()) throw new SourceError(`${target}: is no file.`, { file: path });
        return new Uint8Array(await readFile(target));
      } catch (cause) {
        if (cause instanceof SourceError) throw cause;
        if (isMissing(cause)) return undefined;
        throw new SourceError(`${target}: cannot be read (${(cause as Error).message}).`, { cause, file: path });
      }
    },
    async write(path, bytes) {
      const target = await locate(path);
      swept ??= removeLeftovers(root);
      await swept;
      try {
        await writeAtomically(target, bytes);
      } catch (cause) {
        throw new SourceError(`${target}: cannot be written (${(cause as Error).message}).`, {
          cause,
          file: path,
          hint: 'Check that the folder may be written to and that the disk is not full.',
        });
      }
    },
    list: async (prefix = '') => {
      const paths = await walk(root);
      return paths
        .filter((path) => !TEMPORARY.test(basename(path)) && basename(path) !== LOCK_FILE && path.startsWith(prefix))
        .sort();
    },
    async remove(path) {
      const target = await locate(path);
      await rm(target, { force: true });
      await removeEmptyFolders(dirname(target), root);
    },
    lock: () => lockFolder(root),
  };
}

/**
 * Writes a file so that its readers see the old bytes or the new ones, also after a crash: temporary file in the same
 * folder, fsync, rename, fsync of the folder. Missing folders are made.
 */
export async function writeAtomically(target: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(target);
  await makeFolder(folder);
  const temporary = join(folder, `.semblance-${MACHINE}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Makes the rename itself durable. Some systems cannot open a folder; there the rename is durable soon enough. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP'].includes(codeOf(error) ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}

/** Removes a folder and those above it, below `root`, as far as they are empty. */
async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let at = folder; at !== root && isInside(root, at); at = dirname(at))
    try {
      await rmdir(at);
    } catch {
      return;
    }
}

async function removeLeftovers(root: string): Promise<void> {
  for (const path of await walk(root)) {
    const match = TEMPORARY.exec(basename(path));
    if (match && (await isAbandoned(join(root, path), match[1]!, Number(match[2]))))
      await rm(join(root, path), { force: true });
  }
}

async function isAbandoned(file: string, machine: string, pid: number): Promise<boolean> {
  if (machine === MACHINE && !isRunning(pid)) return true;
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Regular files below `root`, as relative paths with forward slashes; symbolic links are not followed. */
async function walk(root: string): Promise<string[]> {
  const paths: string[] = [];
  const visit = async (folder: string, prefix: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) await visit(join(folder, entry.name), `${prefix}${entry.name}/`);
      else if (entry.isFile()) paths.push(prefix + entry.name);
    }
  };
  try {
    await visit(root, '');
  } catch (cause) {
    if (!isMissing(cause)) throw new SourceError(`${root}: cannot be listed (${(cause as Error).message}).`, { cause });
  }
  return paths;
}

/** The real path of the deepest part of `path` that exists, with the rest put back. */
async function nearestReal(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if (!isMissing(error) || parent === path) throw error;
    return join(await nearestReal(parent), basename(path));
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
