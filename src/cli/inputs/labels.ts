import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { LabelsRequest } from '../../analyses/classes/row-classes.ts';
import { UsageError } from '../../base/errors.ts';
import { parseLabels } from '../../semantics/label-files/parse-labels.ts';
import { findLabelSet, labelSet } from '../../semantics/label-sets/label-sets.ts';

/**
 * What `--labels VALUE` means: the name of a shipped set, or a file of names or ids. A file that exists wins over a set
 * of the same name only when it is written as a path ("./cifar-10").
 *
 * @throws UsageError when it is neither.
 */
export async function readLabels(value: string, cwd: string): Promise<LabelsRequest> {
  const known = findLabelSet(value);
  if (known) return { kind: 'set', id: known.id };
  const path = resolve(cwd, value);
  let bytes: Uint8Array;
  try {
    if (!(await stat(path)).isFile()) throw new Error('It is no file.');
    bytes = await readFile(path);
  } catch (cause) {
    if (!/[/\\.]/.test(value)) labelSet(value); // Throws with the nearest known name.
    throw new UsageError(`--labels ${value}: no such file, and no label set of that name.`, {
      cause,
      hint: 'Give a file with one name or WordNet id a line, or one of the shipped sets (semblance classes --help lists them).',
    });
  }
  return { kind: 'names', source: basename(path), labels: parseLabels(bytes, basename(path)) };
}
