import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheFolder, diskCache } from '#src/model-files/remote/disk-cache.ts';
import { httpSource } from '#src/model-files/remote/http-source.ts';
import { type FileServer, pattern, patternFile, startFileServer } from '../../support/file-server.ts';

const root = mkdtempSync(join(tmpdir(), 'semblance-cache-'));
let server: FileServer;
let count = 0;
const fresh = (): string => join(root, String(count++));
const entries = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bin'));
beforeAll(async () => {
  server = await startFileServer();
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

describe('diskCache', () => {
  it('gives back parts, and parts of parts, of the same content only', async () => {
    const cache = diskCache(fresh());
    expect(await cache.get('a', 0, 10)).toBeUndefined();
    await cache.put('a', 100, pattern(100, 200));
    expect(await cache.get('a', 100, 200)).toEqual(pattern(100, 200));
    expect(await cache.get('a', 150, 160)).toEqual(pattern(150, 160));
    expect(await cache.get('a', 150, 201)).toBeUndefined();
    expect(await cache.get('b', 100, 200)).toBeUndefined();
  });

  it('drops an entry that was damaged', async () => {
    const folder = fresh();
    const cache = diskCache(folder);
    await cache.put('a', 0, pattern(0, 100));
    const [entry] = entries(folder);
    writeFileSync(join(folder, entry!), pattern(1, 101));
    expect(await cache.get('a', 0, 100)).toBeUndefined();
    expect(entries(folder)).toEqual([]);
  });

  it('keeps to its size, the least recently used going first', async () => {
    const folder = fresh();
    const cache = diskCache(folder, 250);
    for (const key of ['a', 'b']) {
      await cache.put(key, 0, pattern(0, 100));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await cache.get('a', 0, 100);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await cache.put('c', 0, pattern(0, 100));
    expect(await cache.get('b', 0, 100)).toBeUndefined();
    expect(await cache.get('a', 0, 100)).toBeDefined();
    expect(await cache.get('c', 0, 100)).toBeDefined();
    await cache.put('d', 0, pattern(0, 300));
    expect(await cache.get('d', 0, 300)).toBeUndefined();
  });

  it('never fails where it cannot write', async () => {
    const file = fresh();
    writeFileSync(file, '');
    const cache = diskCache(file);
    await cache.put('a', 0, pattern(0, 10));
    expect(await cache.get('a', 0, 10)).toBeUndefined();
  });

  it('spares the second run the body, and not when the file changed', async () => {
    const cache = diskCache(fresh());
    server.files.set('/a.bin', patternFile(2_000_000, { etag: '"v1"' }));
    const read = async () => {
      const before = server.bytesSent();
      const source = await httpSource(`${server.url}/a.bin`, { cache });
      const bytes = await source.read(500_000, 1_500_000);
      expect(Buffer.compare(bytes, pattern(500_000, 1_500_000))).toBe(0);
      return server.bytesSent() - before;
    };
    expect(await read()).toBeGreaterThan(1_000_000);
    expect(await read()).toBeLessThanOrEqual(65_536);
    server.files.set('/a.bin', patternFile(2_000_000, { etag: '"v2"' }));
    expect(await read()).toBeGreaterThan(1_000_000);
    server.files.set('/a.bin', patternFile(2_000_000, { etag: 'W/"weak"' }));
    expect(await read()).toBeGreaterThan(1_000_000);
    expect(await read()).toBeGreaterThan(1_000_000);
  });
});

describe('cacheFolder', () => {
  it('follows the environment and the system', () => {
    expect(cacheFolder({ SEMBLANCE_CACHE: '/c', XDG_CACHE_HOME: '/x' })).toBe('/c');
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe(join('/x', 'semblance'));
    expect(cacheFolder({}, 'linux')).toMatch(/\.cache.semblance$/);
    expect(cacheFolder({}, 'darwin')).toMatch(/Library.Caches.semblance$/);
    expect(cacheFolder({ LOCALAPPDATA: '/l' }, 'win32')).toBe(join('/l', 'semblance', 'cache'));
  });
});
