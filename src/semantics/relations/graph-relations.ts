import { lemmaText, type WordNet, wnidOf } from '../wordnet.ts';
import type { Relation } from './relation.ts';
import { type FactsPair, NOT_ABOVE, type SynsetFacts } from './synset-facts.ts';

/** The offset of "whole, unit": that a whole has parts and sections says nothing about any two things. */
const WHOLE = 3553;

const PART_KINDS = ['member', 'substance', 'part'] as const;

/** Hypernym, hyponym, sisters or cousins: where the two stand to each other among the kinds. */
export function kinship(wordnet: WordNet, { a, b, upA, upB }: FactsPair, cousinSteps: number): Relation[] {
  const found: Relation[] = [];
  if (upB[a.synset] !== NOT_ABOVE) found.push(vertical(wordnet, 'hypernym', b, a));
  if (upA[b.synset] !== NOT_ABOVE) found.push(vertical(wordnet, 'hyponym', a, b));
  const { synsets, links } = a.above;
  let nearest = -1;
  let steps = NOT_ABOVE;
  let sum = 2 * NOT_ABOVE;
  for (let k = 1; k < synsets.length; k++) {
    const other = upB[synsets[k]!]!;
    if (other === 0 || other === NOT_ABOVE) continue;
    // The lowest: within the fewest steps of both, then the fewest in all.
    const further = Math.max(links[k]!, other);
    if (further > steps || (further === steps && links[k]! + other >= sum)) continue;
    steps = further;
    sum = links[k]! + other;
    nearest = synsets[k]!;
  }
  if (steps === 1) {
    const shared = synsets.filter((synset, k) => links[k] === 1 && upB[synset] === 1);
    const names = shared.map((synset) => nameOf(wordnet, synset)).join(' and ');
    const text = `both are kinds of ${names}`;
    found.push({ kind: 'sisters', text, synsets: shared.map((synset) => wnidOf(wordnet, synset)) });
  } else if (found.length === 0 && steps <= cousinSteps) {
    const text = `both are kinds of ${nameOf(wordnet, nearest)}, ${steps} steps up`;
    found.push({ kind: 'cousins', text, synsets: [wnidOf(wordnet, nearest)], steps });
  }
  return found;
}

function vertical(wordnet: WordNet, kind: 'hypernym' | 'hyponym', lower: SynsetFacts, upper: SynsetFacts): Relation {
  const path = shortestUp(wordnet, lower, upper.synset);
  const between = path.slice(1, -1).map((synset) => nameOf(wordnet, synset));
  return {
    kind,
    text: `${lower.name} is a kind of ${upper.name}${between.length > 0 ? `, through ${between.join(', ')}` : ''}`,
    synsets: path.map((synset) => wnidOf(wordnet, synset)),
    steps: path.length - 1,
  };
}

/** The synsets on a shortest way up, both ends included. */
function shortestUp(wordnet: WordNet, lower: SynsetFacts, target: number): number[] {
  const before = new Map<number, number>([[lower.synset, -1]]);
  for (const from of before.keys()) {
    if (from === target) break;
    for (let i = wordnet.hypernymStart[from]!; i < wordnet.hypernymStart[from + 1]!; i++)
      if (!before.has(wordnet.hypernyms[i]!)) before.set(wordnet.hypernyms[i]!, from);
  }
  const path: number[] = [];
  for (let at = target; at >= 0; at = before.get(at)!) path.unshift(at);
  return path;
}

/**
 * Part-of in either direction. Direct: WordNet points from the one to the other. Inherited: some hypernym of the whole,
 * or itself, points to some hypernym of the part, or itself; of several pointers the one nearest to both is shown. The pointers of "whole" itself, which everything
 * would inherit, are passed over.
 */
export function partOf(wordnet: WordNet, { a, b, upA, upB }: FactsPair): Relation[] {
  return [...parts(wordnet, b, a, upA, 'meronym'), ...parts(wordnet, a, b, upB, 'holonym')];
}

function parts(
  wordnet: WordNet,
  whole: SynsetFacts,
  part: SynsetFacts,
  abovePart: Uint8Array,
  kind: 'meronym' | 'holonym',
): Relation[] {
  const { meronymStart, meronyms, meronymKinds } = wordnet;
  const { synsets, links } = whole.above;
  let least = NOT_ABOVE;
  let from = -1;
  let at = -1;
  for (let k = 0; k < synsets.length; k++) {
    const synset = synsets[k]!;
    if (wordnet.offsets[synset] === WHOLE) continue;
    for (let i = meronymStart[synset]!; i < meronymStart[synset + 1]!; i++) {
      const sum = links[k]! + abovePart[meronyms[i]!]!;
      if (sum >= least) continue;
      least = sum;
      from = synset;
      at = i;
    }
  }
  if (at < 0) return [];
  const how = PART_KINDS[meronymKinds[at]!]!;
  const said = { member: 'a member of', substance: 'a substance of', part: 'part of' }[how];
  const inherited = least > 0;
  const pointer = `${nameOf(wordnet, meronyms[at]!)} is ${said} ${nameOf(wordnet, from)}`;
  return [
    {
      kind,
      text: inherited ? `${part.name} is ${said} ${whole.name}, since ${pointer}` : pointer,
      synsets: [wnidOf(wordnet, from), wnidOf(wordnet, meronyms[at]!)],
      steps: least,
      part: how,
      inherited,
    },
  ];
}

function nameOf(wordnet: WordNet, synset: number): string {
  return lemmaText(wordnet, wordnet.words[wordnet.wordStart[synset]!]!).replaceAll('_', ' ');
}
