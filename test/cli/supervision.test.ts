import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLimits } from '#src/cli/supervision/command-limits.ts';
import { endlessModel } from '../support/endless-model.ts';
import { CLI, spawnCli, temporaryFolder } from '../support/run-cli.ts';

const images = fileURLToPath(new URL('../../samples/emoji/images', import.meta.url));
const isLinux = process.platform === 'linux';

let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder.path, 'endless.onnx'), endlessModel());
});
afterAll(() => folder.remove());

const endless = [
  'representations',
  'endless.onnx',
  '--images',
  images,
  '--layers',
  'vector',
  '--no-open',
  '--threads',
  '1',
];

/** The process that supervisor `pid` watches, once it runs. */
function commandOf(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? undefined : Number(children.split(' ')[0]);
}

/** Processor time of a process, in ticks of 10 ms. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

let started = 0;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Hanging {
  pid: number;
  /** The process that does the work. */
  worker: number;
  signal(signal: NodeJS.Signals): void;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string; seconds: number }>;
}

/** Starts the endless model and waits until it goes round: nearly all of the process' time is then inference. */
async function hang(): Promise<Hanging> {
  const child = spawn(process.execPath, [CLI, ...endless, '--out', `study-${started++}`], {
    cwd: folder.path,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  let since = performance.now();
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Awaited<Hanging['ended']>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stderr, seconds: (performance.now() - since) / 1000 }));
  });
  let worker: number | undefined;
  while (worker === undefined || ticksOf(worker) < 200) {
    await pause(50);
    worker = commandOf(child.pid!);
  }
  return {
    pid: child.pid!,
    worker,
    signal(name) {
      since = performance.now();
      child.kill(name);
    },
    ended,
  };
}

describe.skipIf(!isLinux)('a model that never ends', () => {
  it('is refused where that can be told', async () => {
    writeFileSync(join(folder.path, 'plain.onnx'), endlessModel('plainly'));
    const { code, stderr } = await spawnCli(['representations', 'plain.onnx', ...endless.slice(2)], {
      cwd: folder.path,
    });
    expect(stderr).toContain('plain.onnx: the Loop that makes looped never ends');
    expect(code).toBe(3);
  });

  it('is ended within seconds by one Ctrl+C', async () => {
    const run = await hang();
    run.signal('SIGINT');
    const { code, stderr, seconds } = await run.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('Interrupted.');
    expect(seconds).toBeLessThan(20);
    expect(existsSync(`/proc/${run.worker}`)).toBe(false);
  });

  it('is ended at once by a second', async () => {
    const run = await hang();
    run.signal('SIGINT');
    await pause(200);
    run.signal('SIGINT');
    const { code, seconds } = await run.ended;
    expect(code).toBe(130);
    // Four seconds of grace follow one signal; none a second.
    expect(seconds).toBeLessThan(4);
    expect(existsSync(`/proc/${run.worker}`)).toBe(false);
  });

  it('is ended within seconds by SIGTERM, with the exit code that stands for it', async () => {
    const run = await hang();
    run.signal('SIGTERM');
    const { code, seconds } = await run.ended;
    expect(code).toBe(143);
    expect(seconds).toBeLessThan(20);
    expect(existsSync(`/proc/${run.worker}`)).toBe(false);
  });

  it('does not outlive its supervisor', async () => {
    const run = await hang();
    run.signal('SIGKILL');
    expect((await run.ended).signal).toBe('SIGKILL');
    for (let waited = 0; existsSync(`/proc/${run.worker}/exe`) && waited < 20_000; waited += 20) await pause(20);
    expect(existsSync(`/proc/${run.worker}/exe`)).toBe(false);
  });

  it('ends with a message when it breaks down', async () => {
    const run = await hang();
    process.kill(run.worker, 'SIGSEGV');
    const { code, stderr } = await run.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('The command broke down (SIGSEGV)');
  });

  it('ends with a message at the limit of time', async () => {
    const { code, stderr, stdout } = await spawnCli([...endless, '--json', '--time-limit', '4'], { cwd: folder.path });
    expect(stderr).toContain('The command was not done within the 4 s of --time-limit and was ended.');
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, error: { code: 'LIMIT' } });
    expect(code).toBe(3);
  });

  it('ends with a message at the limit of memory', async () => {
    const { code, stderr } = await spawnCli([...endless, '--memory-limit=64M', '--time-limit', '30'], {
      cwd: folder.path,
    });
    expect(stderr).toMatch(/The command took \d+ MiB of memory, more than --memory-limit, and was ended\./);
    expect(code).toBe(3);
  });
});

describe('limits of a command', () => {
  it.each([
    [['classes', 'a', '--time-limit', '2.5'], { time: 2.5, memory: undefined }],
    [['classes', 'a', '--time-limit=3', '--memory-limit=2G'], { time: 3, memory: 2 ** 31 }],
    [['classes', '--', '--time-limit', '3'], { time: undefined, memory: undefined }],
    [['classes', '--time-limit', 'soon', '--memory-limit', '1K'], { time: undefined, memory: undefined }],
  ])('%j', (argv, expected) => {
    expect(commandLimits(argv)).toEqual(expected);
  });

  it.each([
    ['--time-limit', '0', /must be a number above 0/],
    ['--time-limit', 'soon', /must be a number above 0/],
    ['--memory-limit', '1K', /at least 64M/],
  ])('%s %s is refused', async (flag, value, message) => {
    const { code, stderr } = await spawnCli(['classes', 'model.onnx', flag, value], { cwd: folder.path });
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
