import { oneLine } from '../../base/one-line.ts';
import { loadWordNet } from '../../semantics/load-wordnet.ts';
import { shortNames } from '../../semantics/short-names.ts';
import type { ClassRow } from '../../study/classes-section.ts';

const LONGEST = 32;

/** Names of the study's classes for tables, by study index: short, and different for different classes. */
export async function shortClassNames(classes: readonly ClassRow[]): Promise<string[]> {
  const labels = classes.map(({ name, synset }) => ({ name, ...(synset === null ? {} : { synset }) }));
  return shortNames(await loadWordNet(), labels)
    .map(oneLine)
    .map((name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name));
}
