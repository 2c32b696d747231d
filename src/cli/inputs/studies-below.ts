import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_PATH } from '../../study/manifest.ts';

/** Folders of studies directly below a folder, the newest first; none where it cannot be listed. */
export async function studiesBelow(parent: string): Promise<string[]> {
  const names = await readdir(parent).catch(() => []);
  const studies: { folder: string; time: number }[] = [];
  for (const name of names) {
    const folder = join(parent, name);
    const found = await stat(join(folder, MANIFEST_PATH)).catch(() => undefined);
    if (found?.isFile()) studies.push({ folder, time: found.mtimeMs });
  }
  return studies.sort((a, b) => b.time - a.time).map(({ folder }) => folder);
}
