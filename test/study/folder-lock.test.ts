import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/study/folder-store.ts';
import { whileLocked } from '#src/study/store.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'semblance-lock-')), 'study');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const held = (holder: object): void => writeFileSync(join(folder, '.semblance-lock'), JSON.stringify(holder));

describe('the lock of a study', () => {
  it('is held while the work goes on, is not a file of the study, and leaves nothing behind', async () => {
    const store = folderStore(folder);
    await whileLocked(store, async () => {
      expect(existsSync(join(folder, '.semblance-lock'))).toBe(true);
      expect(await store.list()).toEqual([]);
      await expect(folderStore(folder).lock!()).rejects.toThrow(
        /another analysis is writing here \(process \d+, since /,
      );
    });
    expect(existsSync(folder)).toBe(false);
    await expect(whileLocked(store, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(existsSync(folder)).toBe(false);
  });

  it('of a process that is gone counts for nothing', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((done) => child.on('close', done));
    const store = folderStore(folder);
    await store.write('x.json', new Uint8Array());
    held({ pid: child.pid, host: hostname(), since: 'then' });
    await whileLocked(store, async () => expect(existsSync(join(folder, '.semblance-lock'))).toBe(true));
    held({ not: 'a lock' });
    await (await store.lock!())();
  });

  it.skipIf(process.platform !== 'linux')('of a process that is over but not yet looked after is free', async () => {
    // The shell becomes a program that does not ask for its children: one that ends after that stays in the list.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const pid = Number(await new Promise((found) => parent.stdout.once('data', (text) => found(String(text)))));
      while (!/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await new Promise((done) => setTimeout(done, 10));
      const store = folderStore(folder);
      await store.write('x.json', new Uint8Array());
      held({ pid, host: hostname(), since: 'then' });
      await (await store.lock!())();
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('of another machine is believed', async () => {
    const store = folderStore(folder);
    await store.write('x.json', new Uint8Array());
    held({ pid: 1, host: 'elsewhere', since: 'then' });
    await expect(store.lock!()).rejects.toThrow(
      'another analysis is writing here (process 1 on elsewhere, since then).',
    );
  });
});
