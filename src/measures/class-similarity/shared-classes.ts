import { IncomparableError } from '../../base/errors.ts';

/** What a class is, for telling whether two models speak of the same one. */
export interface ClassIdentity {
  name: string;
  synset: string | null;
}

/** One order of classes for several models, and where each model has them. */
export interface SharedClasses {
  /** Positions in the first model's list, in its order: the classes that all models share. */
  reference: Int32Array;
  /** For each model, the position in its own list of each shared class. */
  positions: Int32Array[];
  /** For each model, how many of its classes are left out because another model lacks them. */
  leftOut: number[];
}

/**
 * Brings several lists of classes into the order of the first. Classes are the same when they have the same synset, or,
 * without one, the same name; a synset or name that occurs several times in a list is matched in order of occurrence.
 *
 * @param names One label per model, for messages.
 * @param shared Compare models on the classes they all have; without it different sets are refused.
 * @throws IncomparableError when the sets differ and `shared` is false, or when nothing is shared.
 */
export function alignClasses(
  lists: readonly (readonly ClassIdentity[])[],
  names: readonly string[],
  shared: boolean,
): SharedClasses {
  const indices = lists.map(indexByKey);
  const first = indices[0]!;
  const common = [...first.keys()].filter((key) => indices.every((index) => index.has(key)));
  for (let m = 1; m < lists.length; m++) {
    if (shared) continue;
    const both = [...first.keys()].filter((key) => indices[m]!.has(key)).length;
    if (both === first.size && both === indices[m]!.size) continue;
    throw new IncomparableError(
      `${names[0]} has ${describe(lists[0]!)} and ${names[m]} has ${describe(lists[m]!)}; they share ${both}.`,
      {
        hint:
          both === 0
            ? 'Say what the classes are with --labels: behind each model, or once before the first for all of them.'
            : 'Add --shared to compare them on the classes they share.',
      },
    );
  }
  if (common.length === 0)
    throw new IncomparableError(`${names.join(', ')}: no class is shared by all of them.`, {
      hint: 'Say what the classes are with --labels: behind each model, or once before the first for all of them.',
    });
  return {
    reference: Int32Array.from(common, (key) => first.get(key)!),
    positions: indices.map((index) => Int32Array.from(common, (key) => index.get(key)!)),
    leftOut: lists.map((list) => list.length - common.length),
  };
}

function describe(list: readonly ClassIdentity[]): string {
  return `${list.length} classes (${list[0]?.name.split(',')[0] ?? 'none'} …)`;
}

/** Key of each class → its position; repeated synsets and names are numbered in order of occurrence. */
function indexByKey(list: readonly ClassIdentity[]): Map<string, number> {
  const index = new Map<string, number>();
  list.forEach(({ name, synset }, position) => {
    const base = synset ?? `name:${name.trim().toLowerCase()}`;
    let key = base;
    for (let k = 2; index.has(key); k++) key = `${base}#${k}`;
    index.set(key, position);
  });
  return index;
}
