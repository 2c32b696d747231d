import { parseArgs } from 'node:util';
import type { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';

/** One model of the command line with the options that belong to it. */
export interface ModelArgument {
  path: string;
  labels?: string;
  head?: string;
  name?: string;
}

/** A model of `semblance classes`, which may also be run for class templates. */
export type ClassModelArgument = ModelArgument &
  Partial<Record<'templates' | 'template-layer' | (typeof PREPROCESSING)[number], string>>;

/** The options that say how pictures enter a model. */
const PREPROCESSING = ['mean', 'std', 'size', 'crop', 'resize', 'interpolation', 'channels', 'rescale'] as const;

/** The models of `semblance classes`; see `parsePerModel`. */
export function parseClassModels(args: readonly string[], flags: OptionTypes): ClassModelArgument[] {
  return parsePerModel(args, flags, [...PER_MODEL, 'templates', 'template-layer', ...PREPROCESSING]);
}

const PER_MODEL = ['labels', 'head', 'name'] as const;

type OptionTypes = Readonly<Record<string, { type: 'string' | 'boolean'; short?: string }>>;

/** The models of a command that takes `--labels`, `--head` and `--name`; see `parsePerModel`. */
export function parseModelArguments(args: readonly string[], flags: OptionTypes): ModelArgument[] {
  return parsePerModel(args, flags, PER_MODEL);
}

/**
 * Reads models and their options in the order given: options that belong to a model apply to the one named before them;
 * given before the first model, all but `--name` apply to every model that has none of its own.
 *
 * @param args The arguments behind the command's name.
 * @param flags Every other option of the command, by long name, so that values are not taken for models.
 * @param perModel The options that belong to a model; each takes a value.
 */
export function parsePerModel<K extends string>(
  args: readonly string[],
  flags: OptionTypes,
  perModel: readonly K[],
): ({ path: string } & Partial<Record<K, string>>)[] {
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...flags, ...Object.fromEntries(perModel.map((name) => [name, { type: 'string' as const }])) },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const models: ({ path: string } & Partial<Record<K, string>>)[] = [];
  const common: Partial<Record<string, string>> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') models.push({ path: token.value } as (typeof models)[number]);
    else if (token.kind === 'option' && (perModel as readonly string[]).includes(token.name)) {
      const { name, value } = token;
      if (!value) throw new UsageError(`--${name} needs a value.`);
      const target: Partial<Record<string, string>> = models.at(-1) ?? common;
      if (target[name] !== undefined)
        throw new UsageError(
          `--${name} is given twice ${models.length === 0 ? 'before the first model' : `for ${models.at(-1)!.path}`}: ${target[name]} and ${value}.`,
        );
      target[name] = value;
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
