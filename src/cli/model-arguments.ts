import { parseArgs } from 'node:util';
import type { Command } from 'commander';
import { UsageError } from '../errors.ts';

/** One model of the command line with the options that belong to it. */
export interface ModelArgument {
  path: string;
  labels?: string;
  head?: string;
  name?: string;
}

const PER_MODEL = ['labels', 'head', 'name'] as const;
type PerModel = (typeof PER_MODEL)[number];

/**
 * Reads models and their options in the order given: `--labels`, `--head` and `--name` apply to the model named before
 * them; given before the first model, `--labels` and `--head` apply to every model that has none of its own.
 *
 * @param args The arguments behind the command's name.
 * @param flags Every other option of the command, by long name, so that values are not taken for models.
 */
export function parseModelArguments(
  args: readonly string[],
  flags: Readonly<Record<string, { type: 'string' | 'boolean'; short?: string }>>,
): ModelArgument[] {
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...flags, labels: { type: 'string' }, head: { type: 'string' }, name: { type: 'string' } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const models: ModelArgument[] = [];
  const common: Partial<Record<PerModel, string>> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') models.push({ path: token.value });
    else if (token.kind === 'option' && (PER_MODEL as readonly string[]).includes(token.name)) {
      const name = token.name as PerModel;
      if (!token.value) throw new UsageError(`--${name} needs a value.`);
      const target: Partial<Record<PerModel, string>> = models.at(-1) ?? common;
      if (target[name] !== undefined)
        throw new UsageError(
          `--${name} is given twice ${models.length === 0 ? 'before the first model' : `for ${models.at(-1)!.path}`}: ${target[name]} and ${token.value}.`,
        );
      target[name] = token.value;
    }
  }
  if (common.name !== undefined && models.length > 1)
    throw new UsageError(
      '--name before the first of several models would name them all alike; put it behind the model it names.',
    );
  return models.map((model) => ({ ...common, ...model }));
}

/** The command's options in the form of `node:util`, which keeps the order of arguments. */
export function flagTypes(command: Command): Record<string, { type: 'string' | 'boolean'; short?: string }> {
  return Object.fromEntries(
    command.options.map((option) => [
      option.long!.replace(/^--/, ''),
      {
        type: option.required || option.optional ? 'string' : 'boolean',
        ...(option.short ? { short: option.short.slice(1) } : {}),
      },
    ]),
  );
}
