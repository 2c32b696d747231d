import type { ClassRow } from '../classes-section.ts';

/**
 * A short name for each class: the first of its names, made longer where two classes would be called the same
 * ("maillot, tank suit"; "crane n03126707").
 */
export function shortNames(classes: readonly Pick<ClassRow, 'name' | 'synset'>[]): string[] {
  const lists = classes.map((row) => row.name.split(', '));
  const first = count(lists.map((names) => names[0]!));
  const two = lists.map((names) => (first.get(names[0]!)! > 1 ? names.slice(0, 2).join(', ') : names[0]!));
  const second = count(two);
  return two.map((name, i) => (second.get(name)! > 1 ? `${name} ${classes[i]!.synset ?? `#${i}`}` : name));
}

function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
