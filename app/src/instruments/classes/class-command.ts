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

/** The command that prints what the details of a class show. */
export function classCommand(data: ClassesData, model: ClassModel, index: number): string {
  const row = data.classes[index]!;
  const wanted = `--class ${shellQuote(row.synset ?? row.name)}`;
  // Templates need all that the study's own command says of pictures.
  if (model.templates) return `${data.section.command} ${wanted}`;
  return `semblance classes ${shellQuote(pathIn(data.section.command, model.file))} ${wanted}`;
}
