import type { Random } from '#src/statistics/random.ts';
import { readAnswer } from '#src/study/concepts/suggestion-answer.ts';
import type { ConceptNotes } from '#src/study/concepts-section.ts';
import type { Concept } from '../concepts-data.ts';

/** A question: which of the collages is of the concept with this name? */
export interface BlindRound {
  target: Concept;
  name: string;
  /** Who gave the name: a person, or a language model's suggestion. */
  by: 'person' | 'model';
  /** In random order, the target among them. */
  options: readonly Concept[];
}

/** How often the right collage was found, by how many there were to choose from. */
export interface BlindScore {
  right: number;
  asked: number;
  /** Right answers that guessing gives on average: the sum of 1 / collages. */
  chance: number;
  /** Concepts whose answer is known; they are counted once. */
  told: readonly string[];
}

export const NO_SCORE: BlindScore = { right: 0, asked: 0, chance: 0, told: [] };

/** The name of a concept: a person's own before that of a language model. */
export function nameOf(notes: ConceptNotes, key: string): Pick<BlindRound, 'name' | 'by'> | undefined {
  const note = notes[key];
  if (note?.name) return { name: note.name, by: 'person' };
  const name = note?.suggestion && readAnswer(note.suggestion.answer)?.name;
  return name ? { name, by: 'model' } : undefined;
}

/** The concepts that can be asked about: those with a name, where there is a collage to mistake each for. */
export function askable(concepts: readonly Concept[], notes: ConceptNotes): Concept[] {
  const names = concepts.map(({ key }) => nameOf(notes, key)?.name.toLowerCase());
  return concepts.filter((_, i) => names[i] !== undefined && names.some((name) => name !== names[i]));
}

/**
 * Draws a concept that has a name, and others to tell it from: of its own class and model as far as there are any, since
 * those of another class are told by the class alone. Undefined where nothing can be asked.
 *
 * @param told Concepts whose answer is known, the last one at the end: they come again only when all are, and the last not
 *   twice in a row where there is another.
 */
export function drawRound(
  concepts: readonly Concept[],
  notes: ConceptNotes,
  collages: number,
  random: Random,
  told: readonly string[] = [],
): BlindRound | undefined {
  const all = askable(concepts, notes);
  const unknown = all.filter(({ key }) => !told.includes(key));
  const again = all.length > 1 ? all.filter(({ key }) => key !== told.at(-1)) : all;
  const fresh = unknown.length > 0 ? unknown : again;
  const target = fresh[random.below(Math.max(1, fresh.length))];
  if (!target) return undefined;
  const mixed = <T>(list: readonly T[]): T[] => Array.from(random.permutation(list.length), (i) => list[i]!);
  // Another concept of the same name would be as right.
  const name = nameOf(notes, target.key)!;
  const same = (key: string): boolean => nameOf(notes, key)?.name.toLowerCase() === name.name.toLowerCase();
  const others = mixed(concepts.filter(({ key }) => key !== target.key && !same(key)));
  const nearness = (concept: Concept): number =>
    (concept.of.id === target.of.id ? 0 : 2) + (concept.model === target.model ? 0 : 1);
  const nearest = others.sort((a, b) => nearness(a) - nearness(b)).slice(0, collages - 1);
  return { target, ...name, options: mixed([target, ...nearest]) };
}

/** The score with one more answer; of a concept whose answer was known nothing is counted. */
export function scored(score: BlindScore, { target, options }: BlindRound, guess: string): BlindScore {
  const { right, asked, chance, told } = score;
  const known = told.filter((key) => key !== target.key);
  if (known.length < told.length) return { ...score, told: [...known, target.key] };
  return {
    right: right + (guess === target.key ? 1 : 0),
    asked: asked + 1,
    chance: chance + 1 / options.length,
    told: [...told, target.key],
  };
}

/** Reads a kept score; none where it is absent or broken. */
export function parseScore(text: string | null): BlindScore {
  try {
    const { right, asked, chance, told } = JSON.parse(text ?? '') as Record<string, unknown>;
    const isScore =
      Number.isInteger(right) &&
      Number.isInteger(asked) &&
      typeof chance === 'number' &&
      (right as number) >= 0 &&
      (right as number) <= (asked as number) &&
      chance >= 0 &&
      chance <= (asked as number) &&
      Array.isArray(told) &&
      told.length === asked &&
      told.every((key) => typeof key === 'string');
    return isScore ? ({ right, asked, chance, told } as BlindScore) : NO_SCORE;
  } catch {
    return NO_SCORE;
  }
}
