import type { Command, Option } from 'commander';
import { UsageError } from '../../base/errors.ts';

/** A flag that belongs to one model of the command line. */
export interface ModelFlag {
  /** What stands for the value in help. */
  value: string;
  help: string;
}

export type ModelFlags = Readonly<Record<string, ModelFlag>>;

/** A model, or run, of the command line with the values of its flags. */
export type ModelArgument<F extends ModelFlags> = { path: string } & Partial<Record<keyof F & string, string>>;

/** The flags of models among all options: these may be given once for each model. */
const modelFlags = new WeakSet<Option>();

/** Whether an option belongs to the model named before it. */
export function isModelFlag(option: Option): boolean {
  return modelFlags.has(option);
}

/** Where the flags of models may stand, for the help of a command. */
export const PER_MODEL_HELP =
  'belong to the model named before them; given before the first model or behind the last, they are for all models that\nhave none of their own.';

/**
 * Adds flags that belong to models, and gives back a reader of the models. Commander reads every argument; since it does
 * not tell which model stood before a flag, the arguments are walked once more along the flags that it found.
 */
export function addModelFlags<F extends ModelFlags>(command: Command, flags: F): () => ModelArgument<F>[] {
  for (const [name, { value, help }] of Object.entries(flags)) {
    const option = command.createOption(`--${name} ${value}`, help);
    modelFlags.add(option);
    command.addOption(option);
  }
  const found: { option: Option; value: string | null }[] = [];
  for (const option of command.options)
    command.on(`option:${option.name()}`, (value?: string | null) => found.push({ option, value: value ?? null }));
  // Options that are added later than these are seen as well.
  const add = command.addOption.bind(command);
  command.addOption = (option) => {
    command.on(`option:${option.name()}`, (value?: string | null) => found.push({ option, value: value ?? null }));
    return add(option);
  };
  return () => modelsOf(command, flags, found);
}

function modelsOf<F extends ModelFlags>(
  command: Command,
  flags: F,
  found: readonly { option: Option; value: string | null }[],
): ModelArgument<F>[] {
  type Values = Partial<Record<string, string>>;
  const before: Values = {};
  const models: { path: string; values: Values }[] = [];
  const take = (name: string, value: string): void => {
    const target = models.at(-1)?.values ?? before;
    if (target[name] !== undefined)
      throw new UsageError(
        `--${name} is given twice ${models.length === 0 ? 'before the first model' : `for ${models.at(-1)!.path}`}: ${target[name]} and ${value}.`,
      );
    target[name] = value;
  };
  for (const step of walk(command, found))
    if (typeof step === 'string') models.push({ path: step, values: {} });
    else if (Object.hasOwn(flags, step.option.name())) take(step.option.name(), step.value!);
  if (before.name !== undefined && models.length > 1)
    throw new UsageError(
      '--name before the first of several models would name them all alike; put it behind the model it names.',
    );
  // What stands behind the last model is for all, unless it was already said for all; a name is one model's own.
  const { name: _, ...behind } = models.at(-1)?.values ?? {};
  return models.map(({ path, values }) => ({ path, ...behind, ...before, ...values }) as ModelArgument<F>);
}

/** The arguments in their order: paths as texts, flags as Commander found them. */
function* walk(
  command: Command,
  found: readonly { option: Option; value: string | null }[],
): Generator<string | { option: Option; value: string | null }> {
  const args = argumentsOf(command);
  let next = 0;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '--') {
      yield* args.slice(at + 1);
      return;
    }
    const event = found[next];
    if (!event || !names(event.option, arg)) {
      if (!arg.startsWith('-')) yield arg;
      continue;
    }
    next++;
    yield event;
    // A value of its own argument, unlike those in "--flag=value" and "-k5".
    if (event.value !== null && arg === (arg.startsWith('--') ? event.option.long : event.option.short)) at++;
    // "-qk" is "-q -k".
    else if (event.value === null && /^-[^-]./.test(arg)) args.splice(at + 1, 0, `-${arg.slice(2)}`);
  }
}

function names({ long, short }: Option, arg: string): boolean {
  return (
    arg === long || arg.startsWith(`${long}=`) || (short !== undefined && /^-[^-]/.test(arg) && arg.startsWith(short))
  );
}

/** What stands behind the command's name. */
export function argumentsOf(command: Command): string[] {
  let root = command;
  while (root.parent) root = root.parent;
  const { rawArgs } = root as Command & { rawArgs: string[] };
  const at = rawArgs.indexOf(command.name());
  return rawArgs.slice(at + 1);
}
