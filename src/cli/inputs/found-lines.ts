import type { Colors } from '../terminal/io.ts';
import type { FoundFiles } from './find-models.ts';

/** Files with one reason are listed up to this many. */
const LISTED = 6;

/** What was found below the paths that a person named, and what was passed over and why. */
export function foundLines({ models, studies, runs, skipped }: FoundFiles, colors: Colors): string {
  const training = runs.length > 0 ? `, ${count(runs.length, 'training run', 'training runs')}` : '';
  const head = `Found ${count(models.length, 'model', 'models')}${training} and ${count(studies.length, 'study', 'studies')}; skipped ${skipped.length}.`;
  return [head, ...skippedLines(skipped).map((line) => colors.dim(`  ${line}`))].map((line) => `${line}\n`).join('');
}

/** One line a file, or one a reason where there are many files of it. */
function skippedLines(skipped: FoundFiles['skipped']): string[] {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  return reasons.flatMap((reason) => {
    const files = skipped.filter((file) => file.reason === reason);
    return files.length <= LISTED
      ? files.map(({ path }) => `skipped ${path}: ${reason}`)
      : [`skipped ${files.length} files, such as ${files[0]!.path}: each ${reason}`];
  });
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
