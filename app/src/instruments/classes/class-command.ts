import type { ClassModel } from '#src/study/classes-section.ts';
import type { ClassesData } from './classes-data.ts';

/** An argument as a POSIX shell takes it. */
export function shellQuote(argument: string): string {
  return /^[\w./:=@%+,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** The file as the study's command named it, so that the new command works from the same folder. */
function pathIn(command: string, file: string): string {
  const words = command.match(/'[^']*'|\S+/g) ?? [];
  const paths = words.map((word) => word.replace(/^'(.*)'$/, '$1'));
  return paths.find((path) => path === file || path.endsWith(`/${file}`)) ?? file;
}

/** The command of the study with another order of classes for one of its models. */
export function relabelCommand(data: ClassesData, model: ClassModel, set: string): string {
  const { command } = data.section;
  const path = shellQuote(pathIn(command, model.file));
  const named = command.split(path).length === 2;
  const without = (text: string): string => text.replace(/^ --labels (?:'[^']*'|\S+)/, '');
  if (!named) return `semblance classes ${path} --labels ${shellQuote(set)}`;
  const [before, after] = command.split(path) as [string, string];
  return `${before}${path} --labels ${shellQuote(set)}${without(after)}`;
}

/** The command that prints what the details of a class show. */
export function classCommand(data: ClassesData, model: ClassModel, index: number): string {
  const row = data.classes[index]!;
  const wanted = `--class ${shellQuote(row.synset ?? row.name)}`;
  // Templates need all that the study's own command says of pictures.
  if (model.templates) return `${data.section.command} ${wanted}`;
  return `semblance classes ${shellQuote(pathIn(data.section.command, model.file))} ${wanted}`;
}
