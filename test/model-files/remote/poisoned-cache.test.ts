import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordedHash } from '#src/base/bytes/byte-source.ts';
import { diskCache } from '#src/model-files/remote/disk-cache.ts';
import { httpSource } from '#src/model-files/remote/http-source.ts';
import { type FileServer, pattern, patternFile, startFileServer } from '../../support/file-server.ts';

const HASH = 'a'.repeat(64);
const SIZE = 300_000;
let good: FileServer;
let evil: FileServer;
let folder: string;
beforeAll(async () => {
  [good, evil] = await Promise.all([startFileServer(), startFileServer()]);
});
afterAll(() => Promise.all([good.close(), evil.close()]));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'semblance-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a server that claims the hash of another server’s file', () => {
  it('fills the cache for its own files alone', async () => {
    const cache = diskCache(folder);
    evil.files.set('/x.bin', {
      ...patternFile(SIZE, { etag: `"${HASH}"` }),
      read: (start, end) => new Uint8Array(end - start).fill(7),
    });
    good.files.set('/model.bin', patternFile(SIZE, { etag: `"${HASH}"` }));
    const wrong = await (await httpSource(`${evil.url}/x.bin`, { cache })).read(100_000, 200_000);
    const right = await (await httpSource(`${good.url}/model.bin`, { cache })).read(100_000, 200_000);
    expect(Buffer.compare(right, pattern(100_000, 200_000))).toBe(0);
    expect(Buffer.compare(right, wrong)).not.toBe(0);
  });

  it('is believed in nothing: the study says that the hash was claimed', async () => {
    good.files.set('/model.bin', patternFile(SIZE, { etag: `"${HASH}"` }));
    const source = await httpSource(`${good.url}/model.bin`);
    expect(await recordedHash(source)).toEqual({ sha256: HASH, sha256Claimed: true });
  });
});

describe('the cache on the disk', () => {
  it.skipIf(process.platform === 'win32')('is for its user alone', async () => {
    good.files.set('/model.bin', patternFile(SIZE, { etag: '"v1"' }));
    await (await httpSource(`${good.url}/model.bin`, { cache: diskCache(folder) })).read(100_000, 200_000);
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path));
    expect(paths.length).toBeGreaterThan(1);
    for (const path of paths) {
      expect(existsSync(path)).toBe(true);
      const { mode } = statSync(path);
      expect(mode & 0o077, path).toBe(0);
    }
  });
});

describe('a redirect', () => {
  it.each(['file:///etc/passwd', 'data:text/plain,hello', 'ftp://127.0.0.1/x'])(
    'to %s is refused at once',
    async (to) => {
      let asked = 0;
      good.before = (_, response) => {
        asked++;
        response.writeHead(302, { Location: to }).end();
        return true;
      };
      try {
        await expect(httpSource(`${good.url}/moved.bin`, { retryDelay: 1 })).rejects.toThrow(
          /moved\.bin: 127\.0\.0\.1:\d+ redirects to an address that is not HTTP\./,
        );
        expect(asked).toBe(1);
      } finally {
        good.before = () => false;
      }
    },
  );
});
