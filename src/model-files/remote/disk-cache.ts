import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { RangeCache } from './range-cache.ts';

/** Changes when the layout does, so that old entries are left alone and not misread. */
const LAYOUT = 'ranges-v2';
const MAX_BYTES = 4 * 2 ** 30;
/** START-END-DIGEST.bin: the digest tells a damaged entry from a good one. */
const ENTRY = /^(\d+)-(\d+)-([0-9a-f]{16})\.bin$/;

/** The folder for what may be fetched again: SEMBLANCE_CACHE, or where the system keeps such things. Node only. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>, platform = process.platform): string {
  if (env.SEMBLANCE_CACHE) return env.SEMBLANCE_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'semblance');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'semblance', 'cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'semblance');
  return join(homedir(), '.cache', 'semblance');
}

/** Parts of remote files in a folder, at most `maxBytes` of them, the least recently used dropped first. Node only. */
export function diskCache(folder: string, maxBytes = MAX_BYTES): RangeCache {
  const root = join(folder, LAYOUT);
  const folderOf = (key: string): string => join(root, digest(key).slice(0, 32));
  return {
    async get(key, start, end) {
      const home = folderOf(key);
      for (const name of await readdir(home).catch(() => [])) {
        const match = ENTRY.exec(name);
        if (!match || Number(match[1]) > start || Number(match[2]) < end) continue;
        const path = join(home, name);
        const bytes = await readFile(path).catch(() => undefined);
        if (!bytes) continue;
        const from = Number(match[1]);
        if (bytes.length !== Number(match[2]) - from || digest(bytes).slice(0, 16) !== match[3]) {
          await rm(path, { force: true });
          continue;
        }
        const now = new Date();
        await utimes(path, now, now).catch(() => {});
        return new Uint8Array(bytes.subarray(start - from, end - from));
      }
      return undefined;
    },
    async put(key, start, bytes) {
      if (bytes.length > maxBytes) return;
      const home = folderOf(key);
      const path = join(home, `${start}-${start + bytes.length}-${digest(bytes).slice(0, 16)}.bin`);
      const temporary = join(home, `.${randomBytes(6).toString('hex')}.tmp`);
      try {
        // What a private repository holds is nobody else's on this machine.
        await mkdir(home, { recursive: true, mode: 0o700 });
        await writeFile(temporary, bytes, { mode: 0o600 });
        await rename(temporary, path);
        await makeRoom(root, maxBytes);
      } catch {
        await rm(temporary, { force: true }).catch(() => {});
      }
    },
  };
}

/** Removes the entries that were longest unused until the rest fits. */
async function makeRoom(root: string, maxBytes: number): Promise<void> {
  const entries: { path: string; size: number; time: number }[] = [];
  for (const name of await readdir(root, { recursive: true })) {
    const found = await stat(join(root, name)).catch(() => undefined);
    if (found?.isFile()) entries.push({ path: join(root, name), size: found.size, time: found.mtimeMs });
  }
  let total = entries.reduce((sum, entry) => sum + entry.size, 0);
  for (const { path, size } of entries.sort((a, b) => a.time - b.time)) {
    if (total <= maxBytes) return;
    await rm(path, { force: true });
    total -= size;
  }
}

function digest(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex');
}
