import { ancestorsOf } from '../ancestors.ts';
import { singularsOf } from '../inflection.ts';
import { sensesOf, type WordNet } from '../wordnet.ts';

/** What a name may mean. */
export interface SenseCandidates {
  /** Synsets, the most frequent sense first. */
  synsets: number[];
  /** Whether only the last part of the name was found ("paint can" read as a can). */
  general: boolean;
}

/**
 * The noun senses of a class name, from the first of these that gives any: the name as written, with its parts joined or
 * hyphenated, in the singular; a closed compound opened ("firetruck"); a first part whose sense lies below its last part
 * ("maple_tree", "crane (bird)"); the last part alone.
 */
export function senseCandidates(wordnet: WordNet, name: string): SenseCandidates {
  const found = sensesOfWords(wordnet, wordsOf(name.toLowerCase()));
  // "FireTruck" only where "firetruck" gives nothing whole.
  if (found.synsets.length > 0 && !found.general) return found;
  const split = sensesOfWords(wordnet, wordsOf(name));
  return split.synsets.length > 0 ? split : found;
}

function sensesOfWords(wordnet: WordNet, words: readonly string[]): SenseCandidates {
  const whole = lookUp(wordnet, words) ?? lookUpOpened(wordnet, words);
  if (whole) return { synsets: whole, general: false };
  for (let cut = words.length - 1; cut > 0; cut--) {
    const first = lookUp(wordnet, words.slice(0, cut));
    const last = lookUp(wordnet, words.slice(cut));
    if (!first || !last) continue;
    const kinds = new Set(last);
    const below = first.filter((synset) => ancestorsOf(wordnet, synset).synsets.some((above) => kinds.has(above)));
    if (below.length > 0) return { synsets: below, general: false };
  }
  for (let cut = 1; cut < words.length; cut++) {
    // The number in LABEL_7 is no thing.
    if (!words.slice(cut).some((word) => /[a-z]/.test(word))) break;
    const last = lookUp(wordnet, words.slice(cut));
    if (last) return { synsets: last, general: true };
  }
  return { synsets: [], general: false };
}

/** Lower-case words of a name: camel case, underscores, hyphens and brackets taken apart, a leading article dropped. */
export function wordsOf(name: string): string[] {
  const words = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/([a-z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[^a-z0-9'.]+/)
    .filter((word) => word !== '');
  return words.length > 1 && /^(the|an?)$/.test(words[0]!) ? words.slice(1) : words;
}

function lookUp(wordnet: WordNet, words: readonly string[]): number[] | undefined {
  const spellings = spellingsOf(words);
  for (const spelling of spellings) {
    const senses = sensesOf(wordnet, spelling);
    if (senses.length > 0) return [...senses];
  }
  for (const spelling of spellings) {
    for (const singular of singularsOf(spelling)) {
      const senses = sensesOf(wordnet, singular);
      if (senses.length > 0) return [...senses];
    }
  }
  return undefined;
}

function spellingsOf(words: readonly string[]): string[] {
  if (words.length === 1) return [words[0]!];
  const mixed =
    words.length === 3 ? [`${words[0]}-${words[1]}_${words[2]}`, `${words[0]}_${words[1]}-${words[2]}`] : [];
  return [words.join('_'), words.join('-'), ...mixed, words.join('')];
}

/** "rollerskates" as "roller skates"; at most one cut, both parts at least three letters. */
function lookUpOpened(wordnet: WordNet, words: readonly string[]): number[] | undefined {
  const word = words.length === 1 ? words[0]! : '';
  for (let cut = 3; cut <= word.length - 3; cut++) {
    const found = lookUp(wordnet, [word.slice(0, cut), word.slice(cut)]);
    if (found) return found;
  }
  return undefined;
}
