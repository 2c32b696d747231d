import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { COMMANDS, calledCommand } from '#src/cli/command-table.ts';
import { ownColors } from '#src/cli/terminal/escapes.ts';
import type { CliIo } from '#src/cli/terminal/io.ts';
import { CLI, runCli } from '../support/run-cli.ts';

const io: CliIo = {
  stdout: () => {},
  stderr: () => {},
  env: {},
  cwd: tmpdir(),
  isTerminal: false,
  columns: 100,
  colors: ownColors(false),
  signal: new AbortController().signal,
};

describe('the table of commands', () => {
  it.each(Object.entries(COMMANDS))('has of %s what its module says', async (name, entry) => {
    const program = new Command();
    (await entry.load())(program, io);
    const [command] = program.commands;
    expect(program.commands).toHaveLength(1);
    expect(command!.name()).toBe(name);
    expect(command!.description()).toBe(entry.summary);
    const usage = command!.registeredArguments.map((argument) => {
      const text = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return argument.required ? `<${text}>` : `[${text}]`;
    });
    expect(usage.join(' ')).toBe(entry.arguments);
  });

  it.each([
    [[], undefined],
    [['--help'], undefined],
    [['-V'], undefined],
    [['--help', 'classes'], undefined],
    [['help'], undefined],
    [['help', 'classes'], 'classes'],
    [['help', 'nothing'], undefined],
    [['classes', '--help'], 'classes'],
    [['--no-color', 'classes', 'a.onnx'], 'classes'],
    [['a.onnx'], 'look'],
    [['constructor'], 'look'],
  ] as const)('takes %j for %s', (argv, command) => {
    expect(calledCommand(argv)).toBe(command);
  });
});

describe('help', () => {
  it('lists the commands and loads none of them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'semblance-help-'));
    const hooks = 'export const load = (url, context, next) => (process._rawDebug(url), next(url, context));';
    writeFileSync(join(folder, 'hooks.mjs'), hooks);
    const register = `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(join(folder, 'hooks.mjs')).href)});`;
    writeFileSync(join(folder, 'register.mjs'), register);
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--import', join(folder, 'register.mjs'), CLI, '--help'],
      { encoding: 'utf8' },
    );
    rmSync(folder, { recursive: true });
    expect(status).toBe(0);
    for (const [name, { hidden }] of Object.entries(COMMANDS))
      expect(stdout.includes(`\n  ${name} [options]`), name).toBe(hidden !== true);
    expect(stderr).toContain('/cli/command-table.js');
    expect(stderr).not.toMatch(/\/cli\/commands\/|\/(analyses|model-files|study)\//);
    expect(stderr.trim().split('\n').length).toBeLessThan(40);
  });

  it('is printed without a word, and of one command by either way', async () => {
    expect(await runCli([])).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: semblance [options]') });
    const [one, other] = [await runCli(['classes', '--help']), await runCli(['help', 'classes'])];
    expect(other).toMatchObject({ code: 0, stdout: one.stdout });
    expect((await runCli(['clases', 'a.onnx'])).stderr).toContain('Did you mean classes?');
  });
});
