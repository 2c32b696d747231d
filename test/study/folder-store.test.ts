import { fork } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceError, UsageError } from '#src/base/errors.ts';
import { createRandom } from '#src/statistics/random.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { isStudyPath } from '#src/study/study-path.ts';

const root = mkdtempSync(join(tmpdir(), 'semblance-store-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const fresh = (): string => join(root, `study-${count++}`);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('folderStore', () => {
  it('writes, reads, lists and removes', async () => {
    const store = folderStore(fresh());
    expect(await store.list()).toEqual([]);
    expect(await store.read('study.json')).toBeUndefined();
    await store.write('study.json', text('{}'));
    await store.write('b/deep/x.npy', text('x'));
    await store.write('b/a.npy', text('old'));
    await store.write('b/a.npy', text('new'));
    expect(await store.read('b/a.npy')).toEqual(text('new'));
    expect(await store.list()).toEqual(['b/a.npy', 'b/deep/x.npy', 'study.json']);
    expect(await store.list('b/')).toEqual(['b/a.npy', 'b/deep/x.npy']);
    await store.remove('b/a.npy');
    await store.remove('b/a.npy');
    expect(await store.list('b/')).toEqual(['b/deep/x.npy']);
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', '', '.', 'a//b', 'a/./b', 'a\\..\\x', 'C:/x', 'a\0b', 'a\nb', 'x/'])(
    'refuses the path %j',
    async (path) => {
      const store = folderStore(fresh());
      await expect(store.read(path)).rejects.toThrow(UsageError);
      await expect(store.write(path, text('x'))).rejects.toThrow(UsageError);
      await expect(store.remove(path)).rejects.toThrow(UsageError);
    },
  );

  it('accepts only paths that stay below the folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', ':', '\0') }), (path) => {
        if (!isStudyPath(path)) return;
        expect(new URL(path, 'file:///study/').pathname.startsWith('/study/')).toBe(true);
        expect(path).not.toMatch(/[\\:\0]/);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not follow symbolic links out of the study', async () => {
    const folder = fresh();
    mkdirSync(folder);
    writeFileSync(join(root, 'secret.txt'), 'secret');
    symlinkSync(join(root, 'secret.txt'), join(folder, 'link.txt'));
    symlinkSync(root, join(folder, 'up'));
    const store = folderStore(folder);
    await expect(store.read('link.txt')).rejects.toThrow(/symbolic link that leads out/);
    await expect(store.read('up/secret.txt')).rejects.toThrow(UsageError);
    await expect(store.write('up/secret.txt', text('x'))).rejects.toThrow(UsageError);
    expect(await store.list()).toEqual([]);
  });

  it('works in a folder that is itself reached by a symbolic link', async () => {
    const folder = fresh();
    mkdirSync(folder);
    symlinkSync(folder, `${folder}-link`);
    const store = folderStore(`${folder}-link`);
    await store.write('a/x', text('x'));
    expect(await store.read('a/x')).toEqual(text('x'));
  });

  it('says why a folder cannot be written', async () => {
    const file = fresh();
    writeFileSync(file, '');
    await expect(folderStore(file).write('x', text('x'))).rejects.toThrow(SourceError);
    await expect(folderStore(join(file, 'below', 'it')).write('x', text('x'))).rejects.toThrow('cannot be written');
  });

  it.runIf(existsSync('/proc/self'))('gives up below /proc, where making folders one by one has no end', async () => {
    const store = folderStore('/proc/semblance/study');
    await expect(store.write('study.json', text('{}'))).rejects.toThrow(
      '/proc/semblance/study/study.json: cannot be written (ENOENT',
    );
  });

  it('removes the temporary files of writers that are gone, and no others', async () => {
    const folder = fresh();
    const store = folderStore(folder);
    await store.write('a/x', text('x'));
    const machine = await temporaryMachine(folder);
    const gone = `.semblance-${machine}-4194999-abc123.tmp`;
    const running = `.semblance-${machine}-${process.pid}-abc123.tmp`;
    const elsewhere = '.semblance-00000000-1-abc123.tmp';
    const elsewhereOld = '.semblance-00000000-2-abc123.tmp';
    for (const name of [gone, running, elsewhere, elsewhereOld]) writeFileSync(join(folder, 'a', name), 'part');
    utimesSync(join(folder, 'a', elsewhereOld), 0, 0);
    expect(await store.list()).toEqual(['a/x', 'large']);
    await folderStore(folder).write('y', text('y'));
    expect(readdirSync(join(folder, 'a')).sort()).toEqual([elsewhere, running, 'x'].sort());
  });
});

/** The mark of this machine in the names of temporary files, seen while a large file is being written. */
async function temporaryMachine(folder: string): Promise<string> {
  const writing = folderStore(folder).write('large', new Uint8Array(40_000_000));
  let name: string | undefined;
  while (name === undefined) {
    name = readdirSync(folder).find((entry) => entry.endsWith('.tmp'));
    await new Promise(setImmediate);
  }
  await writing;
  return name.split('-')[1]!;
}

describe('a writer killed at a random moment', () => {
  const folder = fresh();
  const size = 300_000;
  const writer = fileURLToPath(new URL('../support/endless-writer.mjs', import.meta.url));
  beforeAll(async () => {
    await folderStore(folder).write('array.npy', new Uint8Array(size).fill(7));
  });

  it('leaves a whole file, the old or a new one', async () => {
    const random = createRandom(5);
    const seen = new Set<number>();
    for (let round = 0; round < 12; round++) {
      const child = fork(writer, [folder, String(size), String(round)], { stdio: 'ignore' });
      await new Promise<void>((resolve) => child.once('message', () => resolve()));
      await new Promise((resolve) => setTimeout(resolve, random.next() * 30));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      const bytes = (await folderStore(folder).read('array.npy'))!;
      expect(bytes.length).toBe(size);
      expect(bytes.every((value) => value === bytes[0])).toBe(true);
      seen.add(bytes[0]!);
      expect(await folderStore(folder).list()).toEqual(['array.npy']);
    }
    expect(seen.size).toBeGreaterThan(1);
    await folderStore(folder).write('last', text('x'));
    expect(readdirSync(folder).sort()).toEqual(['array.npy', 'last']);
    expect(existsSync(folder)).toBe(true);
  });
});
