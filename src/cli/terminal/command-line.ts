import { basename, isAbsolute, relative } from 'node:path';
import { shellLine } from '../../base/shell-words.ts';

/** Where a command was given, and whether its absolute paths may be written down. */
export interface CommandPlace {
  cwd: string;
  fullPaths?: boolean | undefined;
}

/**
 * The command as one line that a shell takes back, for studies, reports and exported pages. They are sent on, so absolute
 * paths, which tell who works where, are shortened as `sharedPath` does unless they are asked for.
 */
export function commandLine(command: string, args: readonly string[], { cwd, fullPaths }: CommandPlace): string {
  const given = args.map((arg, k) => (fullPaths || namesPart(arg, args[k - 1]) ? arg : shortened(arg, cwd)));
  return shellLine(['semblance', command, ...given]);
}

/** A path as it may be sent on: below the working folder relative to it, elsewhere the last name of an absolute one. */
export function sharedPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path;
  const below = relative(cwd, path);
  return below !== '' && !below.startsWith('..') && !isAbsolute(below) ? below : basename(path);
}

/** Flags whose values name parts of a model. Those of ONNX graphs begin with "/" as paths do. */
const PART_FLAGS = ['--layers', '--template-layer', '--head', '--logits'];

function namesPart(arg: string, before: string | undefined): boolean {
  return PART_FLAGS.some((flag) => before === flag || arg.startsWith(`${flag}=`));
}

/** Paths stand alone, behind a flag's "=" (--out=/tmp/a), or behind a name (--group cats=/data/cats). */
function shortened(arg: string, cwd: string): string {
  const [, before = '', path = arg] = /^([^/\\=]*=)(.+)$/s.exec(arg) ?? [];
  return `${before}${sharedPath(path, cwd)}`;
}
