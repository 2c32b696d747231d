import { lemmaText, type WordNet, wnidOf } from '../wordnet.ts';
import type { Relation } from './relation.ts';
import type { SynsetFacts } from './synset-facts.ts';

/** The offset of "whole, unit": that a whole has parts and sections says nothing about any two things. */
const WHOLE = 3553;

const PART_KINDS = ['member', 'substance', 'part'] as const;

/** Hypernym, hyponym, sisters or cousins: where the two stand to each other among the kinds. */
export function kinship(wordnet: WordNet, a: SynsetFacts, b: SynsetFacts, cousinSteps: number): Relation[] {
  const found: Relation[] = [];
  if (a.synset === b.synset) return found;
  if (b.above.has(a.synset)) found.push(vertical(wordnet, 'hypernym', b, a));
  if (a.above.has(b.synset)) found.push(vertical(wordnet, 'hyponym', a, b));
  let nearest = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [synset, links] of a.above) {
    const other = b.above.get(synset);
    if (links === 0 || other === undefined || other === 0) continue;
    // The lowest: within the fewest steps of both, then the fewest in all.
    const steps = Math.max(links, other) * 100 + links + other;
    if (steps < least) {
      least = steps;
      nearest = synset;
    }
  }
  const steps = Math.floor(least / 100);
  const common = nearest < 0 ? '' : nameOf(wordnet, nearest);
  if (steps === 1) {
    const shared = [...a.above].filter(([synset, links]) => links === 1 && b.above.get(synset) === 1);
    const names = shared.map(([synset]) => nameOf(wordnet, synset)).join(' and ');
    found.push({
      kind: 'sisters',
      text: `both are kinds of ${names}`,
      synsets: shared.map(([synset]) => wnidOf(wordnet, synset)),
    });
  } else if (found.length === 0 && steps <= cousinSteps) {
    const text = `both are kinds of ${common}, ${steps} steps up`;
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
export function partOf(wordnet: WordNet, a: SynsetFacts, b: SynsetFacts): Relation[] {
  return [...parts(wordnet, b, a, 'meronym'), ...parts(wordnet, a, b, 'holonym')];
}

function parts(wordnet: WordNet, whole: SynsetFacts, part: SynsetFacts, kind: 'meronym' | 'holonym'): Relation[] {
  const { meronymStart, meronyms, meronymKinds } = wordnet;
  let least = Number.POSITIVE_INFINITY;
  let from = -1;
  let at = -1;
  for (const [synset, links] of whole.above) {
    if (wordnet.offsets[synset] === WHOLE) continue;
    for (let i = meronymStart[synset]!; i < meronymStart[synset + 1]!; i++) {
      const other = part.above.get(meronyms[i]!);
      if (other === undefined || links + other >= least) continue;
      least = links + other;
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
