import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileSource } from '../base/bytes/file-source.ts';
import { SourceError } from '../base/errors.ts';
import { oneLine } from '../base/one-line.ts';
import type { RunFile, RunFolder } from './run-folder.ts';

/**
 * A run's folder on disk. Node only. Files that vanish while the folder is listed are passed over; hidden ones too.
 * @throws SourceError (from `list`) when the folder is not there or is a file.
 */
export function diskRunFolder(path: string): RunFolder {
  const root = resolve(path);
  return {
    name: oneLine(basename(root)),
    list: () => listFolder(root, '', 1),
    open: (name) => fileSource(join(root, name)),
  };
}

async function listFolder(root: string, prefix: string, depth: number): Promise<RunFile[]> {
  const folder = join(root, prefix);
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    if (prefix !== '') return [];
    const reason = cause.code === 'ENOTDIR' ? 'is a file, where the folder of a run was expected' : 'no such folder';
    throw new SourceError(`${folder}: ${reason}.`, { cause });
  });
  const files: RunFile[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const name = prefix + entry.name;
    if (entry.isDirectory()) {
      if (depth > 0) files.push(...(await listFolder(root, `${name}/`, depth - 1)));
      continue;
    }
    const found = await stat(join(root, name)).catch(() => undefined);
    if (found?.isFile()) files.push({ name, byteLength: found.size, modified: found.mtimeMs });
  }
  return files;
}
