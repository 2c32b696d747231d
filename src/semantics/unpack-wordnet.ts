import type { WordNet } from './wordnet.ts';

/**
 * Reads the packed noun graph that scripts/build-wordnet.mjs writes. Little-endian 32-bit counts come first: synsets,
 * lemmas, words, then the byte length of each section. The sections, in order:
 *
 * 0. offsets of the synsets as varint differences
 * 1. lexicographer file of each synset, one byte
 * 2. number of hypernyms of each synset, one byte
 * 3. hypernyms: varint of zigzag(target − synset) · 2 + (1 for an instance)
 * 4. number of meronyms of each synset, varint
 * 5. meronyms: varint of zigzag(target − synset) · 3 + kind (0 member, 1 substance, 2 part)
 * 6. number of words of each synset, one byte
 * 7. lemma index of each word: all low bytes, all middle bytes, all high bytes
 * 8. capitalisation of each word, one byte
 * 9. words whose capitalisation is 4, newline-separated
 * 10. of each lemma, how many bytes it shares with the one before, one byte
 * 11. the rest of each lemma, newline-separated
 * 12. of each lemma with several senses, the sense order: the rank of each sense among the lemma's sorted synsets
 */
export function unpackWordNet(bytes: Uint8Array): WordNet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const synsetCount = view.getUint32(0, true);
  const lemmaCount = view.getUint32(4, true);
  const wordCount = view.getUint32(8, true);
  const sections: Uint8Array[] = [];
  for (let i = 0, at = 64; i < 13; i++) {
    const length = view.getUint32(12 + 4 * i, true);
    sections.push(bytes.subarray(at, at + length));
    at += length;
  }

  const offsets = new Uint32Array(synsetCount);
  readVarints(sections[0]!, offsets);
  for (let i = 1; i < synsetCount; i++) offsets[i]! += offsets[i - 1]!;

  const hypernymStart = startsOf(sections[2]!);
  const hypernyms = new Uint32Array(hypernymStart[synsetCount]!);
  readVarints(sections[3]!, hypernyms);
  toTargets(hypernyms, hypernymStart, 2);

  const meronymCounts = new Uint32Array(synsetCount);
  readVarints(sections[4]!, meronymCounts);
  const meronymStart = startsOf(meronymCounts);
  const meronyms = new Uint32Array(meronymStart[synsetCount]!);
  readVarints(sections[5]!, meronyms);
  const meronymKinds = toTargets(meronyms, meronymStart, 3);

  const wordStart = startsOf(sections[6]!);
  const words = new Uint32Array(wordCount);
  const planes = sections[7]!;
  for (let i = 0; i < wordCount; i++)
    words[i] = planes[i]! | (planes[wordCount + i]! << 8) | (planes[2 * wordCount + i]! << 16);

  const { starts: hyponymStart, values: hyponyms } = reverse(hypernymStart, hypernyms, synsetCount);
  return {
    version: '3.0',
    synsetCount,
    offsets,
    lexFiles: sections[1]!.slice(),
    hypernymStart,
    hypernyms,
    hyponymStart,
    hyponyms,
    meronymStart,
    meronyms,
    meronymKinds,
    lemmaCount,
    ...unpackLemmas(sections[10]!, sections[11]!),
    ...sensesInOrder(wordStart, words, lemmaCount, sections[12]!),
    wordStart,
    words,
    wordCases: sections[8]!.slice(),
    wordSpellings: spellings(sections[8]!, sections[9]!),
  };
}

function readVarints(bytes: Uint8Array, out: Uint32Array): void {
  let at = 0;
  for (let i = 0; i < out.length; i++) {
    let byte = bytes[at++]!;
    let value = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = bytes[at++]!;
      value |= (byte & 127) << shift;
    }
    out[i] = value;
  }
}

function startsOf(counts: ArrayLike<number>): Uint32Array {
  const starts = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) starts[i + 1] = starts[i]! + counts[i]!;
  return starts;
}

/** Turns zigzag(target − row) · kinds + kind into the target, in place; returns the kinds. */
function toTargets(values: Uint32Array, starts: Uint32Array, kinds: number): Uint8Array {
  const kind = new Uint8Array(values.length);
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let i = starts[row]!; i < starts[row + 1]!; i++) {
      kind[i] = values[i]! % kinds;
      const zigzag = (values[i]! - kind[i]!) / kinds;
      values[i] = row + ((zigzag >>> 1) ^ -(zigzag & 1));
    }
  }
  return kind;
}

/** The transposed relation: of each value, the rows that hold it, ascending. */
function reverse(
  starts: Uint32Array,
  values: Uint32Array,
  count: number,
): { starts: Uint32Array; values: Uint32Array } {
  const counts = new Uint32Array(count);
  for (const value of values) counts[value]!++;
  const outStarts = startsOf(counts);
  const next = outStarts.slice();
  const out = new Uint32Array(values.length);
  for (let row = 0; row + 1 < starts.length; row++)
    for (let i = starts[row]!; i < starts[row + 1]!; i++) out[next[values[i]!]!++] = row;
  return { starts: outStarts, values: out };
}

function unpackLemmas(prefixes: Uint8Array, suffixes: Uint8Array): Pick<WordNet, 'lemmaStart' | 'lemmaBytes'> {
  let total = suffixes.length + 1 - prefixes.length;
  for (const shared of prefixes) total += shared;
  const lemmaBytes = new Uint8Array(total);
  const lemmaStart = new Uint32Array(prefixes.length + 1);
  let from = 0;
  let to = 0;
  let previous = 0;
  for (let i = 0; i < prefixes.length; i++) {
    const start = to;
    for (let k = 0; k < prefixes[i]!; k++) lemmaBytes[to++] = lemmaBytes[previous + k]!;
    while (from < suffixes.length && suffixes[from] !== 10) lemmaBytes[to++] = suffixes[from++]!;
    from++;
    previous = start;
    lemmaStart[i + 1] = to;
  }
  return { lemmaStart, lemmaBytes };
}

function sensesInOrder(
  wordStart: Uint32Array,
  words: Uint32Array,
  lemmaCount: number,
  order: Uint8Array,
): Pick<WordNet, 'senseStart' | 'senses'> {
  const { starts, values } = reverse(wordStart, words, lemmaCount);
  const senseStart = new Uint32Array(lemmaCount + 1);
  const senses = new Uint32Array(values.length);
  const sorted = new Uint32Array(256);
  let to = 0;
  let from = 0;
  for (let lemma = 0; lemma < lemmaCount; lemma++) {
    let count = 0;
    // A synset may list a lemma twice in different capitals ("Earth", "earth").
    for (let i = starts[lemma]!; i < starts[lemma + 1]!; i++)
      if (count === 0 || sorted[count - 1] !== values[i]) sorted[count++] = values[i]!;
    if (count === 1) senses[to++] = sorted[0]!;
    else for (let k = 0; k < count; k++) senses[to++] = sorted[order[from++]!]!;
    senseStart[lemma + 1] = to;
  }
  return { senseStart, senses: senses.slice(0, to) };
}

function spellings(cases: Uint8Array, spelled: Uint8Array): Map<number, string> {
  const texts = new TextDecoder().decode(spelled).split('\n');
  const out = new Map<number, string>();
  for (let slot = 0; slot < cases.length; slot++) if (cases[slot] === 4) out.set(slot, texts[out.size]!);
  return out;
}
