import { type Command, InvalidArgumentError, Option } from 'commander';
import type { OptionKind, OptionTable, OptionValues } from '../../base/option-table.ts';

/** Adds a flag for each option of a table, with its help, default and check. */
export function addOptionFlags(command: Command, table: OptionTable): Command {
  for (const [name, { kind, default: initial, help, flag }] of Object.entries(table)) {
    if (flag === null) continue;
    const option = new Option(flagsOf(name, kind, initial, flag), help);
    if (kind.value !== null) option.argParser((text: string) => readValue(kind, text));
    if (kind.value === null && initial === false) option.default(false);
    else if (kind.value !== null && initial !== null && !(Array.isArray(initial) && initial.length === 0))
      option.default(initial, Array.isArray(initial) ? initial.join(',') : String(initial));
    command.addOption(option);
  }
  return command;
}

/** The options of a table that were typed; those left to their defaults are not among them. */
export function typedOptions<T extends OptionTable>(command: Command, table: T): Partial<OptionValues<T>> {
  const values: Record<string, unknown> = {};
  for (const [name, { kind, default: initial, flag }] of Object.entries(table)) {
    if (flag === null) continue;
    const attribute = new Option(flagsOf(name, kind, initial, flag)).attributeName();
    if (command.getOptionValueSource(attribute) === 'cli') values[name] = command.getOptionValue(attribute);
  }
  return values as Partial<OptionValues<T>>;
}

/** Reads one value of a flag. @throws InvalidArgumentError with what is allowed. */
export function readValue<T>(kind: OptionKind<T>, text: string): T {
  const value = kind.read(text);
  if (value !== undefined && kind.accepts(value)) return value;
  throw new InvalidArgumentError(`It must be ${kind.expected}.`);
}

function flagsOf(name: string, kind: OptionKind<unknown>, initial: unknown, flag: string | undefined): string {
  const long = flag ?? `--${kind.value === null && initial === true ? 'no-' : ''}${kebab(name)}`;
  return kind.value === null ? long : `${long} ${kind.value}`;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
