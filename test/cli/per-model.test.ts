import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { choice, option, toggle, whole } from '#src/base/option-table.ts';
import { addOptionFlags, typedOptions } from '#src/cli/arguments/option-flags.ts';
import { addModelFlags, argumentsOf } from '#src/cli/arguments/per-model.ts';

const MODEL_FLAGS = {
  labels: { value: '<set>', help: '' },
  name: { value: '<name>', help: '' },
  mean: { value: '<x>', help: '' },
};

/** Reads a line as a command with flags of every form would. */
function read(line: string) {
  const program = new Command('semblance').exitOverride();
  const command = program
    .command('classes')
    .argument('<models...>')
    .option('--ci [n]', '', Number)
    .option('-k, --k <n>', '', Number)
    .option('--at-accuracy <band>')
    .option('-q, --quiet')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const models = addModelFlags(command, MODEL_FLAGS);
  command.option('--json');
  let found: { models: ReturnType<typeof models>; args: string[] } | undefined;
  command.action(() => {
    found = { models: models(), args: argumentsOf(command) };
  });
  program.parse(line.split(' '), { from: 'user' });
  return { ...found!, flags: command.opts() };
}

describe('flags of models', () => {
  it.each([
    ['classes a --labels x b --labels y', [{ labels: 'x' }, { labels: 'y' }]],
    ['classes --labels x a b --labels y', [{ labels: 'x' }, { labels: 'y' }]],
    ['classes a b --labels x', [{ labels: 'x' }, { labels: 'x' }]],
    ['classes a --mean 1 b --labels x', [{ mean: '1', labels: 'x' }, { labels: 'x' }]],
    ['classes a b --name B', [{}, { name: 'B' }]],
    ['classes a --name A b', [{ name: 'A' }, {}]],
    ['classes --ci --labels x a b', [{ labels: 'x' }, { labels: 'x' }]],
    ['classes a --ci --labels x b', [{ labels: 'x' }, {}]],
    ['classes a --ci 500 b', [{}, {}]],
    ['classes a -qk 5 b --labels=x', [{ labels: 'x' }, { labels: 'x' }]],
    ['classes a -k5 --labels x b', [{ labels: 'x' }, {}]],
    ['classes a -q b --json', [{}, {}]],
    ['classes --labels x -- a --b', [{ labels: 'x' }, { labels: 'x' }]],
  ])('belong where they stand: %s', (line, expected) => {
    expect(read(line).models.map(({ path: _, ...values }) => values)).toEqual(expected);
  });

  it('leave the models themselves in order', () => {
    expect(read('classes a --ci 500 b -k 5 c --at-accuracy 80±1').models.map(({ path }) => path)).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(read('classes -- --a b').models.map(({ path }) => path)).toEqual(['--a', 'b']);
  });

  it('are not taken for the value of an option that may go without one', () => {
    const { flags, models } = read('classes a --ci --at-accuracy 80±1');
    expect(flags).toMatchObject({ ci: true, atAccuracy: '80±1' });
    expect(models).toEqual([{ path: 'a' }]);
  });

  it('are given once for each model', () => {
    expect(() => read('classes a --labels x --labels y')).toThrow('--labels is given twice for a: x and y.');
    expect(() => read('classes --labels x --labels y a')).toThrow('--labels is given twice before the first model');
    expect(() => read('classes --name x a b')).toThrow('--name before the first of several models');
  });
});

describe('a table of options', () => {
  const table = {
    seed: option(whole(0), 0, 'seed'),
    batchSize: option(whole(1), 512, 'size'),
    rule: option(choice(['one', 'two']), 'one', 'rule'),
    pictures: option(toggle, true, 'no pictures'),
    sweep: option(toggle, false, 'sweep'),
    hidden: option(whole(0), 3, 'hidden', { flag: null }),
  };
  const typed = (...args: string[]) => {
    const command = addOptionFlags(
      new Command('x').exitOverride().configureOutput({ writeErr: () => undefined }),
      table,
    );
    command.parse(args, { from: 'user' });
    return { typed: typedOptions(command, table), help: command.helpInformation() };
  };

  it('gives flags with names, defaults and checks', () => {
    expect(typed().typed).toEqual({});
    expect(typed('--batch-size', '7', '--rule', 'two', '--no-pictures', '--sweep').typed).toEqual({
      batchSize: 7,
      rule: 'two',
      pictures: false,
      sweep: true,
    });
    expect(typed().help).toContain('--batch-size <n>');
    expect(typed().help).toContain('(default: 512)');
    expect(typed().help).not.toContain('hidden');
    expect(() => typed('--batch-size', '0')).toThrow('It must be a whole number of at least 1.');
    expect(() => typed('--rule', 'three')).toThrow('It must be one of one, two.');
  });
});
