import { IncomparableError } from '../../base/errors.ts';
import { labelSet } from '../../semantics/label-sets/label-sets.ts';
import type { RowClass } from './row-classes.ts';

/** The classes of a label set, for a study of published values alone. */
export function classesOfSet(id: string): RowClass[] {
  return labelSet(id).classes.map(({ name, synset }) => ({
    name,
    synset: synset ?? null,
    how: 'label-set',
    candidates: [],
  }));
}

/** @throws IncomparableError where the classes are others than those that published values are of. */
export function requireClassesOf(id: string, classes: readonly RowClass[]): void {
  const wanted = new Set(labelSet(id).classes.map(({ synset }) => synset));
  const missing = wanted.size - classes.filter(({ synset }) => synset !== null && wanted.has(synset)).length;
  if (missing === 0 && classes.length === wanted.size) return;
  throw new IncomparableError(
    `The published values are of ${wanted.size} classes of ${id}; the models given have ${classes.length}, of which ${wanted.size - missing} are among these.`,
    { hint: 'Give models of the same classes, or say with --labels what their rows are.' },
  );
}
