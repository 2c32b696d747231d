import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/study/folder-store.ts';
import { rawRequest } from '../support/http.ts';
import { CLI, runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

let folder: ReturnType<typeof temporaryFolder>;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  folder.remove();
});

const studyAt = async (path: string, name: string, time?: number): Promise<string> => {
  const target = join(folder.path, path);
  await writeSampleStudy(folderStore(target), { name });
  if (time !== undefined) utimesSync(join(target, 'study.json'), time, time);
  return target;
};

interface Opened {
  url: string;
  stdout(): string;
  stderr(): string;
  /** Sends the signal and waits; null when it was the signal that ended the process. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts `semblance open` and waits for its address. */
function open(...args: string[]): Promise<Opened> {
  const child = spawn(process.execPath, [CLI, 'open', ...args], {
    cwd: folder.path,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let stdout = '';
  let stderr = '';
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return new Promise((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.includes('\n'))
        resolve({
          url: stdout.split('\n')[0]!,
          stdout: () => stdout,
          stderr: () => stderr,
          end(signal) {
            child.kill(signal);
            return ended;
          },
        });
    });
    child.on('close', (code) => reject(new Error(`It ended with ${code}: ${stderr}`)));
  });
}

describe('semblance open --home', () => {
  it('shows a place to drop models where there is no study', async () => {
    const opened = await open('--home', '--port', '0', '--no-open');
    expect(opened.stderr()).toBe('Showing a place to drop models. Ctrl+C ends.\n');
    expect((await rawRequest(opened.url, '/api/home')).json()).toEqual([]);
    const study = await rawRequest(opened.url, '/api/study/study.json');
    expect(study.status).toBe(404);
    expect(study.json()).toHaveProperty('error.hint', expect.stringContaining('None is shown yet'));
    expect(await opened.end('SIGINT')).toBe(0);
  });

  it('begins with the list where there are studies', async () => {
    await studyAt('semblance-studies/one', 'One');
    const opened = await open('--home', '--port', '0', '--no-open');
    expect(opened.stdout()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#\/home\n$/);
    expect(await opened.end('SIGINT')).toBe(0);
  });
});

describe('semblance open', () => {
  it('prints one address, serves the study there, and ends with 0 on Ctrl+C', async () => {
    const opened = await open(await studyAt('my-study', 'Mine'), '--port', '0');
    expect(opened.stdout()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
    expect((await rawRequest(opened.url, '/api/study/study.json')).json()).toHaveProperty('name', 'Mine');
    // An open stream of events must not keep it from ending.
    const events = await fetch(`${opened.url}api/events`);
    expect(await opened.end('SIGINT')).toBe(0);
    await events.text().catch(() => {});
    expect(opened.stdout()).toBe(`${opened.url}\n`);
    expect(opened.stderr()).toContain('Showing Mine');
  });

  it('ends with 0 on SIGTERM too', async () => {
    const opened = await open(await studyAt('my-study', 'Mine'), '--port', '0');
    expect(await opened.end('SIGTERM')).toBe(0);
  });

  it('takes the next port when one is taken, and says so', async () => {
    const study = await studyAt('my-study', 'Mine');
    const first = await open(study, '--port', '0');
    const { port } = new URL(first.url);
    const second = await open(study, '--port', port);
    expect(Number(new URL(second.url).port)).toBeGreaterThan(Number(port));
    expect(second.stderr()).toContain(`Port ${port} is taken`);
    await Promise.all([first.end('SIGINT'), second.end('SIGINT')]);
  });

  it('shows all studies of a folder, the newest first', async () => {
    await studyAt('all/old', 'Old', 1000);
    await studyAt('all/new', 'New', 2000);
    const opened = await open(join(folder.path, 'all'), '--port', '0');
    expect(opened.stderr()).toContain('Showing New, Old');
    const list = (await rawRequest(opened.url, '/api/home')).json() as { name: string }[];
    expect(list.map(({ name }) => name)).toEqual(['New', 'Old']);
    expect((await rawRequest(opened.url, '/api/study/study.json')).json()).toHaveProperty('name', 'New');
  });

  it('opens the newest study when none is named', async () => {
    await studyAt('semblance-studies/a', 'Newest', 2000);
    await studyAt('semblance-studies/b', 'Older', 1000);
    mkdirSync(join(folder.path, 'semblance-studies/c'));
    for (const args of [[], ['semblance-studies'], ['semblance-studies/a/study.json']]) {
      const opened = await open(...args, '--port', '0');
      expect((await rawRequest(opened.url, '/api/study/study.json')).json()).toHaveProperty('name', 'Newest');
      await opened.end('SIGINT');
    }
  });

  it('warns of a study that is broken, and shows it so that the page can say how', async () => {
    const study = await studyAt('broken', 'Broken');
    const path = join(study, 'study.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), schemaVersion: 9 }));
    const opened = await open(study, '--port', '0');
    expect(opened.stderr()).toContain('has schemaVersion 9');
    expect((await rawRequest(opened.url, '/api/study/study.json')).status).toBe(422);
    await opened.end('SIGINT');
  });

  it('gives out its token when others can reach it', async () => {
    const opened = await open(await studyAt('my-study', 'Mine'), '--port', '0', '--host', '0.0.0.0');
    expect(opened.url).toMatch(/^http:\/\/0\.0\.0\.0:\d+\/\?token=[\w-]{32}$/);
    expect(opened.stderr()).toContain('Others who can reach this machine');
    await opened.end('SIGINT');
  });

  it.each<[string, string[], number, RegExp]>([
    ['no study anywhere', [], 3, /There is no study below \.\/semblance-studies[\s\S]*semblance classes MODEL/],
    ['a path that is not there', ['nowhere'], 3, /nowhere: no such file or folder/],
    ['a folder without a study', ['.'], 3, /is not a study; it has no study\.json/],
    ['a file', ['file.txt'], 3, /is a file, where a study's folder was expected/],
    ['a port that is none', ['--port', 'eighty'], 2, /from 0 to 65535/],
    ['a port too high', ['--port', '70000'], 2, /from 0 to 65535/],
  ])('refuses %s', async (_, args, code, message) => {
    writeFileSync(join(folder.path, 'file.txt'), 'text');
    const result = await runCli(['open', ...args], { cwd: folder.path });
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(message);
    expect(result.stdout).toBe('');
  });
});

const pty = process.platform === 'linux' && spawnSync('python3', ['-c', 'import pty']).status === 0;

describe.skipIf(!pty)('opening the browser from a terminal', () => {
  /** Runs `semblance open` on a pseudo-terminal with a stand-in for xdg-open; gives the address it was called with. */
  const openedWith = async (
    args: string[],
    env: Record<string, string>,
    patience: number,
  ): Promise<string | undefined> => {
    const study = await studyAt('my-study', 'Mine');
    const bin = join(folder.path, 'bin');
    const called = join(folder.path, 'called');
    mkdirSync(bin);
    for (const name of ['xdg-open', 'my-browser']) {
      writeFileSync(
        join(bin, name),
        `#!/bin/sh\necho "${name} $*" > "${called}.part"\nmv "${called}.part" "${called}"\n`,
      );
      chmodSync(join(bin, name), 0o755);
    }
    const child = spawn(
      'python3',
      ['-c', 'import pty,sys; pty.spawn(sys.argv[1:])', process.execPath, CLI, 'open', study, '--port', '0', ...args],
      { env: { PATH: `${bin}:${process.env.PATH}`, TERM: 'dumb', ...env }, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    children.push(child);
    let output = '';
    await new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (/http:\/\/\S+\s/.test(output)) resolve();
      });
      child.on('close', () => resolve());
    });
    const url = /http:\/\/\S+/.exec(output)![0];
    for (let waited = 0; waited < patience && !existsSync(called); waited += 25)
      await new Promise((resolve) => setTimeout(resolve, 25));
    // Ctrl+C as the terminal sends it.
    child.stdin.write('\x03');
    await new Promise((resolve) => child.on('close', resolve));
    return existsSync(called) ? readFileSync(called, 'utf8').trim().replace(url, 'URL') : undefined;
  };

  it.each<[string, string[], Record<string, string>, string | undefined]>([
    ['is done with a display', [], { DISPLAY: ':0' }, 'xdg-open URL'],
    ['is done with the browser of choice', [], { DISPLAY: ':0', BROWSER: 'my-browser' }, 'my-browser URL'],
    ['is not done without a display', [], {}, undefined],
    ['is not done with --no-open', ['--no-open'], { DISPLAY: ':0' }, undefined],
    ['is not done in CI', [], { DISPLAY: ':0', CI: 'true' }, undefined],
    ['may fail without harm', [], { DISPLAY: ':0', BROWSER: '/nowhere/browser' }, undefined],
  ])('%s', async (_, args, env, expected) => {
    expect(await openedWith(args, env, expected === undefined ? 300 : 20_000)).toBe(expected);
  });
});
