import { type Command, InvalidArgumentError, Option } from 'commander';
import type { OptionKind, OptionTable, OptionValues } from '../../base/option-table.ts';

/** Adds a flag for each option of a table, with its help, default and check. */
export function addOptionFlags(command: Command, table: OptionTable): Command {
  for (const [name, record] of Object.entries(table)) {
    const { kind, default: initial, help, flag, preset } = record;
    if (flag === null) continue;
    const words = kind.choices ? ` (${kind.choices.join(', ')})` : '';
    const option = new Option(flagsOf(name, record), help + words);
    const { join } = kind;
    if (join)
      option.argParser((text: string, before: unknown) => {
        const value = readValue(kind, text);
        return command.getOptionValueSource(option.attributeName()) === 'cli' ? join(before, value) : value;
      });
    else if (kind.value !== null) option.argParser((text: string) => readValue(kind, text));
    if (preset !== undefined) option.preset(String(preset));
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
  for (const [name, record] of Object.entries(table)) {
    if (record.flag === null) continue;
    const attribute = new Option(flagsOf(name, record)).attributeName();
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

function flagsOf(name: string, { kind, default: initial, flag, preset }: OptionTable[string]): string {
  const long = flag ?? `--${kind.value === null && initial === true ? 'no-' : ''}${kebab(name)}`;
  if (kind.value === null) return long;
  return `${long} ${preset === undefined ? kind.value : kind.value.replace('<', '[').replace('>', ']')}`;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
