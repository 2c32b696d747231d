import type { ClassModel } from 'semblance';
import type { ClassesData } from './classes-data.ts';

/** An argument as a POSIX shell takes it. */
export function shellQuote(argument: string): string {
  return /^[\w./:=@%+,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** The command that prints what the details of a class show. */
export function classCommand(data: ClassesData, model: ClassModel, index: number): string {
  const row = data.classes[index]!;
  return `semblance classes ${shellQuote(model.file)} --class ${shellQuote(row.synset ?? row.name)}`;
}
