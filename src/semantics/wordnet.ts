import { UsageError } from '../base/errors.ts';

/**
 * The noun graph of WordNet 3.0 as typed arrays. A synset is its index 0 … synsetCount − 1 in the order of the offsets,
 * a lemma its index in byte order. `xStart` and `x` together are compressed rows: the values of row i are
 * x[xStart[i]] … x[xStart[i + 1] − 1].
 */
export interface WordNet {
  version: '3.0';
  synsetCount: number;
  /** Byte offsets in the database's data.noun, ascending: the number in an ImageNet id. */
  offsets: Uint32Array;
  /** Lexicographer file of each synset, 3 … 28; LEXICOGRAPHER_FILES names them. */
  lexFiles: Uint8Array;
  hypernymStart: Uint32Array;
  /** Hypernyms and instance hypernyms of each synset, in the order of the database. */
  hypernyms: Uint32Array;
  hyponymStart: Uint32Array;
  /** The reverse of `hypernyms`, ascending. */
  hyponyms: Uint32Array;
  meronymStart: Uint32Array;
  /** Members, substances and parts of each synset; the holonym pointers of WordNet are exactly their reverse. */
  meronyms: Uint32Array;
  /** Of each entry of `meronyms`: 0 member, 1 substance, 2 part. */
  meronymKinds: Uint8Array;
  lemmaCount: number;
  lemmaStart: Uint32Array;
  /** The lemmas, lower-case ASCII with underscores, sorted, one after the other. */
  lemmaBytes: Uint8Array;
  senseStart: Uint32Array;
  /** Synsets of each lemma, the most frequent sense first. */
  senses: Uint32Array;
  wordStart: Uint32Array;
  /** Lemmas of each synset in the database's order, the most usual word first. */
  words: Uint32Array;
  /** How each entry of `words` is capitalised: 0 not, 1 first letter, 2 each part, 3 all, 4 as `wordSpellings` has it. */
  wordCases: Uint8Array;
  wordSpellings: ReadonlyMap<number, string>;
}

/** Names of WordNet's lexicographer files for nouns, by number; 0 to 2 hold other parts of speech. */
export const LEXICOGRAPHER_FILES: readonly string[] =
  ',,,Tops,act,animal,artifact,attribute,body,cognition,communication,event,feeling,food,group,location,motive,object,person,phenomenon,plant,possession,process,quantity,relation,shape,state,substance,time'.split(
    ',',
  );

/** The synset of an ImageNet-style id ("n02084071", WordNet 3.0 offset), or undefined where there is none. */
export function findSynset(wordnet: WordNet, wnid: string): number | undefined {
  if (!/^n\d{8}$/.test(wnid)) return undefined;
  const offset = Number(wnid.slice(1));
  let low = 0;
  let high = wordnet.synsetCount - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = wordnet.offsets[middle]!;
    if (found === offset) return middle;
    if (found < offset) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

/** The synset of an ImageNet-style id; throws UsageError where WordNet 3.0 has none. */
export function synsetById(wordnet: WordNet, wnid: string): number {
  const synset = findSynset(wordnet, wnid);
  if (synset === undefined)
    throw new UsageError(`${JSON.stringify(wnid)} is not a noun synset of WordNet 3.0.`, {
      hint: 'An id is n and an eight-digit offset, such as n02084071; the ids of WordNet 3.1 do not match.',
    });
  return synset;
}

/** The id of a synset: n and its eight-digit offset. */
export function wnidOf(wordnet: WordNet, synset: number): string {
  return `n${String(wordnet.offsets[synset]!).padStart(8, '0')}`;
}

/** The words of a synset as WordNet writes them ("Canis_familiaris"), the most usual first. */
export function lemmasOf(wordnet: WordNet, synset: number): string[] {
  const lemmas: string[] = [];
  for (let slot = wordnet.wordStart[synset]!; slot < wordnet.wordStart[synset + 1]!; slot++)
    lemmas.push(
      wordnet.wordSpellings.get(slot) ?? capitalise(lemmaText(wordnet, wordnet.words[slot]!), wordnet.wordCases[slot]!),
    );
  return lemmas;
}

function capitalise(lemma: string, code: number): string {
  if (code === 1) return lemma[0]!.toUpperCase() + lemma.slice(1);
  if (code === 2)
    return lemma.replace(/(^|[_-])([a-z])/g, (_, mark: string, letter: string) => mark + letter.toUpperCase());
  return code === 3 ? lemma.toUpperCase() : lemma;
}

/** The lemma of that index, lower-case. */
export function lemmaText(wordnet: WordNet, lemma: number): string {
  let text = '';
  for (let i = wordnet.lemmaStart[lemma]!; i < wordnet.lemmaStart[lemma + 1]!; i++)
    text += String.fromCharCode(wordnet.lemmaBytes[i]!);
  return text;
}

/** Index of a lemma, written in any case and with spaces or underscores; −1 where WordNet has no such noun. */
function lemmaIndex(wordnet: WordNet, lemma: string): number {
  const key = lemma.toLowerCase().replaceAll(' ', '_');
  const { lemmaStart, lemmaBytes } = wordnet;
  let low = 0;
  let high = wordnet.lemmaCount - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const start = lemmaStart[middle]!;
    const length = lemmaStart[middle + 1]! - start;
    let order = 0;
    for (let i = 0; order === 0 && i < length && i < key.length; i++)
      order = lemmaBytes[start + i]! - key.charCodeAt(i);
    if (order === 0) order = length - key.length;
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The noun synsets that a word names, the most frequent sense first; empty where WordNet has none. */
export function sensesOf(wordnet: WordNet, lemma: string): Uint32Array {
  const index = lemmaIndex(wordnet, lemma);
  return index < 0
    ? new Uint32Array(0)
    : wordnet.senses.subarray(wordnet.senseStart[index]!, wordnet.senseStart[index + 1]!);
}

/** Direct hypernyms and instance hypernyms. */
export function hypernymsOf(wordnet: WordNet, synset: number): Uint32Array {
  return wordnet.hypernyms.subarray(wordnet.hypernymStart[synset]!, wordnet.hypernymStart[synset + 1]!);
}

/** Direct hyponyms and instances. */
export function hyponymsOf(wordnet: WordNet, synset: number): Uint32Array {
  return wordnet.hyponyms.subarray(wordnet.hyponymStart[synset]!, wordnet.hyponymStart[synset + 1]!);
}
