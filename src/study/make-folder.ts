import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing, one by one (Node). Node's own recursive mkdir never returns below
 * /proc, whose folders are there but refuse new ones as if they were not.
 *
 * @throws the file system's error.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return requireFolder(folder, error);
    if (!(await isFolder(dirname(folder)))) await makeFolder(dirname(folder));
    // The folder above is there now, whoever made it.
    await mkdir(folder).catch((again: unknown) => requireFolder(folder, again));
  }
}

async function requireFolder(folder: string, error: unknown): Promise<void> {
  if (!(await isFolder(folder))) throw error;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
