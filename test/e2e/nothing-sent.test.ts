import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, temporaryFolder } from '../support/run-cli.ts';
import { samples } from '../support/sample-networks.ts';
import { canTrace, homeOf, type Trace, trace } from '../support/strace.ts';

/** What no command may do unasked: talk to anything but this machine, or write anywhere but where it was told. */
describe.skipIf(!canTrace)('each command, traced', { timeout: 300_000 }, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeAll(() => {
    folder = temporaryFolder();
    mkdirSync(join(folder.path, 'tmp'));
    mkdirSync(join(folder.path, 'run'));
    for (const name of readdirSync(join(samples, 'tiny-imagenet-cnn')))
      if (/^(config|classes)|-000[0-9]|log/.test(name))
        cpSync(join(samples, 'tiny-imagenet-cnn', name), join(folder.path, 'run', name));
  });
  afterAll(() => folder.remove());

  const run = (args: readonly string[], until?: { output: RegExp; signal: NodeJS.Signals }): Promise<Trace> =>
    trace(process.execPath, [CLI, ...args], {
      cwd: folder.path,
      // A user who switched it on, for whatever program, has not switched it on for us.
      env: { TMPDIR: join(folder.path, 'tmp'), ORT_DISABLE_TELEMETRY: '0' },
      ...(until && { until }),
    });

  /** Files written outside the named places of the folder; devices and a process' view of itself are no files. */
  const elsewhere = ({ written }: Trace, ...places: string[]): string[] =>
    written.filter((path) => {
      if (/^\/(dev|proc\/self|proc\/\d+)\//.test(path) || path === folder.path) return false;
      const [first] = relative(folder.path, path).split('/');
      // What is made again whole stands beside its place, hidden, until it is complete.
      if (places.length > 0 && /^\.semblance-.*\.tmp$/.test(first!)) return false;
      return !['tmp', ...places].some((place) => first === place || first!.startsWith(`.${place}-`));
    });

  const emoji = join(samples, 'emoji');
  const squares = join(samples, 'pink-square');
  const COMMANDS: [name: string, args: string[], ...places: string[]][] = [
    ['--help', ['--help']],
    ['doctor', ['doctor']],
    ['classes', ['classes', 'run/epoch-0009.safetensors', '--no-open', '--out', 'classes'], 'classes'],
    ['training', ['training', 'run', '--no-open', '--out', 'training'], 'training'],
    [
      'representations',
      [
        ...['representations', join(emoji, 'networks/cnn.onnx'), '--images', join(emoji, 'demo.csv')],
        ...['--threads', '2', '--no-open', '--out', 'representations'],
      ],
      'representations',
    ],
    ['the demo', ['demo', '--no-open', '--out', 'demo'], 'demo'],
    ['export as one file', ['export', 'demo', 'demo.html'], 'demo.html'],
    ['export as a folder', ['export', 'classes', 'site'], 'site'],
    ['reproduce without a network', ['reproduce', 'ssad-2025', '--offline', '--out', 'rows'], 'rows'],
  ];
  it.each(COMMANDS)('%s talks to nobody and writes only where it was told', async (_, args, ...places) => {
    const traced = await run(args);
    expect(traced.code, traced.stderr).toBe(0);
    expect(traced.sockets).toEqual([]);
    expect(elsewhere(traced, ...places)).toEqual([]);
    expect(existsSync(join(homeOf(folder.path), '.cache'))).toBe(false);
  });

  it('concepts talks to nobody and writes only where it was told', async () => {
    const models = ['with-square', 'without-square'].map((name) => join(squares, `networks/${name}.onnx`));
    const args = ['concepts', ...models, '--images', join(squares, 'images'), '--classes', 'cat'];
    const traced = await run([...args, '--patch', '18', '--stride', '14', '--no-open', '--out', 'concepts']);
    expect(traced.code).toBe(0);
    expect(traced.sockets).toEqual([]);
    expect(elsewhere(traced, 'concepts')).toEqual([]);
  });

  it('open serves on this machine alone and writes nothing', async () => {
    const traced = await run(['open', 'classes', '--no-open', '--port', '0'], {
      output: /http:\/\/127\.0\.0\.1:\d+/,
      signal: 'SIGINT',
    });
    expect(traced.stdout + traced.stderr).toContain('http://127.0.0.1:');
    expect(traced.sockets).toEqual([]);
    expect(elsewhere(traced)).toEqual([]);
  });
});
