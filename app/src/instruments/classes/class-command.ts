import { shellLine, shellWords } from '#src/base/shell-words.ts';
import type { ClassModel } from '#src/study/classes-section.ts';
import type { ClassesData } from './classes-data.ts';

/** A command with an option set anew, whatever it was before. */
export function withOption(command: string, option: string, value: string): string {
  const words = without(shellWords(command), option);
  // What stands behind "--" is no option.
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return shellLine([...words.slice(0, end), option, value, ...words.slice(end)]);
}

/** The command that prints what the details of a class show: the study's own, as all its options count. */
export function classCommand(data: ClassesData, index: number): string {
  const { synset, name } = data.classes[index]!;
  return withOption(data.section.command, '--class', synset ?? name);
}

/**
 * The command of the study with another order of classes for one of its models: behind a model stand its own options,
 * before the first and behind the last those of all. Where the command does not tell which model is which (a folder, a
 * population), or other models would be read otherwise too, the model stands alone.
 */
export function relabelCommand(data: ClassesData, model: ClassModel, set: string): string {
  const { command, models } = data.section;
  const words = shellWords(command);
  const places = placesOf(words, models);
  const own = places?.[models.indexOf(model)];
  if (!places || own === undefined)
    return shellLine(['semblance', 'classes', pathIn(words, model.file), '--labels', set]);
  const order = places.toSorted((a, b) => a - b);
  const [first, last] = [order[0]!, order.at(-1)!];
  const next = order.find((place) => place > own) ?? words.length;
  const [front, before, behind, rest] = [
    words.slice(0, first),
    words.slice(first, own),
    words.slice(own + 1, next),
    words.slice(next),
  ];
  const relabelled = [words[own]!, '--labels', set];
  if (own !== last || models.length === 1)
    return shellLine([...front, ...before, ...relabelled, ...without(behind, '--labels'), ...rest]);
  // Behind the last model it would count for all: those of all go in front, and where there were none the model does.
  const shared = optionValue(behind, '--labels');
  const kept = without(behind, '--labels');
  if (optionValue(front, '--labels') !== undefined) return shellLine([...front, ...before, ...relabelled, ...kept]);
  if (shared !== undefined) return shellLine([...front, '--labels', shared, ...before, ...relabelled, ...kept]);
  const name = optionValue(kept, '--name');
  const left = name === undefined ? kept : without(kept, '--name');
  const flags = (list: readonly string[]): string[] =>
    list.filter((word) => word.startsWith('-')).map((word) => word.split('=')[0]!);
  const taken = new Set([...flags(front), ...flags(words.slice(order.at(-2)!, own))]);
  if (flags(left).some((flag) => taken.has(flag)))
    return shellLine(['semblance', 'classes', ...relabelled, ...(name === undefined ? [] : ['--name', name]), ...left]);
  return shellLine([...front, ...relabelled, ...(name === undefined ? [] : ['--name', name]), ...before, ...left]);
}

/** Where each model stands among the words; undefined unless each is found once. */
function placesOf(words: readonly string[], models: readonly ClassModel[]): number[] | undefined {
  const used = new Map<string, number>();
  const places = models.map(({ file }) => {
    const nth = used.get(file) ?? 0;
    used.set(file, nth + 1);
    return words.flatMap((word, at) => (isPathOf(word, file) ? [at] : []))[nth] ?? -1;
  });
  const found = words.filter((word) => models.some(({ file }) => isPathOf(word, file))).length;
  return found === models.length && new Set(places).size === models.length && !places.includes(-1) ? places : undefined;
}

function isPathOf(word: string, file: string): boolean {
  return word === file || word.endsWith(`/${file}`);
}

/** The file as the study's command named it, so that the new command works from the same folder. */
function pathIn(words: readonly string[], file: string): string {
  return words.find((word) => isPathOf(word, file)) ?? file;
}

/** Words without an option and its value, of which it has one. */
function without(words: readonly string[], option: string): string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++) {
    if (words[at] === option) at++;
    else if (!words[at]!.startsWith(`${option}=`)) kept.push(words[at]!);
  }
  return kept;
}

function optionValue(words: readonly string[], option: string): string | undefined {
  const joined = words.find((word) => word.startsWith(`${option}=`));
  if (joined !== undefined) return joined.slice(option.length + 1);
  const at = words.indexOf(option);
  return at < 0 ? undefined : words[at + 1];
}
