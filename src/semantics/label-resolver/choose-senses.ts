import { type AncestorTable, ancestorTable } from '../ancestor-table.ts';
import { LEXICOGRAPHER_FILES, lemmaText, type WordNet } from '../wordnet.ts';
import { wordsOf } from './sense-candidates.ts';

/** How many of the other classes a sense is compared with: its nearest. */
const NEIGHBOURS = 3;
const MAX_SWEEPS = 20;

/** What pictures of classes show, and what they may show; the rest of WordNet is abstract. */
const VISIBLE = filesNamed('animal artifact food object plant');
const BODILY = filesNamed('Tops body group location person phenomenon shape substance');

/** Penalties in units of the logarithm of path similarity. */
const PENALTY = {
  /** Bodily, and abstract: enough to lose against any visible sense. */
  bodily: 2,
  abstract: 6,
  /** Times ln(1 + rank) of the sense among the word's senses. */
  rarer: 0.4,
  /** The name is not the synset's usual word. */
  secondWord: 0.8,
  /** A named individual, as the poet Hart Crane. */
  individual: 3,
  /** Times −ln of the share of the list that lies in the same lexicographer file. */
  company: 0.15,
} as const;

export interface NamedSenses {
  name: string;
  synsets: readonly number[];
}

/**
 * Chooses one sense for each name, jointly: each sense is scored by the logarithm of its mean path similarity to the
 * three nearest senses chosen for other names, less penalties for what is not visible, rare, not the usual word, or
 * unlike the rest of the list. Starting from the best by penalty alone, every name in turn takes its best sense until
 * none changes (iterated conditional modes); no chance is involved.
 *
 * @returns of each name the index into its senses, −1 where it has none, and the scores of all its senses.
 */
export function chooseSenses(
  wordnet: WordNet,
  names: readonly NamedSenses[],
): { choice: Int32Array; scores: Float64Array[] } {
  const start = new Uint32Array(names.length + 1);
  names.forEach(({ synsets }, i) => {
    start[i + 1] = start[i]! + synsets.length;
  });
  const table = ancestorTable(wordnet, Uint32Array.from(names.flatMap(({ synsets }) => [...synsets])));
  const penalties = names.map((name) => Float64Array.from(name.synsets, (_, k) => penaltyOf(wordnet, name, k)));
  const files = names.map(({ synsets }) => Uint8Array.from(synsets, (synset) => wordnet.lexFiles[synset]!));
  const choice = Int32Array.from(penalties, (row) => (row.length === 0 ? -1 : row.indexOf(Math.min(...row))));
  const nearest = nearestMean(table, start, choice);
  const company = new Uint32Array(LEXICOGRAPHER_FILES.length);
  let placed = 0;
  choice.forEach((k, i) => {
    if (k < 0) return;
    company[files[i]![k]!]!++;
    placed++;
  });

  const score = (i: number, k: number): number => {
    const file = files[i]![k]!;
    const others = company[file]! - (file === files[i]![choice[i]!]! ? 1 : 0);
    const alike = Math.log((others + 1) / (placed + 5));
    return Math.log(nearest(i, start[i]! + k)) - penalties[i]![k]! + PENALTY.company * alike;
  };
  for (let sweep = 0, changed = true; changed && sweep < MAX_SWEEPS; sweep++) {
    changed = false;
    for (let i = 0; i < names.length; i++) {
      const count = names[i]!.synsets.length;
      if (count < 2) continue;
      let best = -1;
      let most = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < count; k++) {
        const value = score(i, k);
        if (value > most + 1e-12) {
          most = value;
          best = k;
        }
      }
      if (best === choice[i]) continue;
      company[files[i]![choice[i]!]!]!--;
      company[files[i]![best]!]!++;
      choice[i] = best;
      changed = true;
    }
  }
  return { choice, scores: names.map(({ synsets }, i) => Float64Array.from(synsets, (_, k) => score(i, k))) };
}

function filesNamed(names: string): ReadonlySet<number> {
  return new Set(names.split(' ').map((name) => LEXICOGRAPHER_FILES.indexOf(name)));
}

function penaltyOf(wordnet: WordNet, { name, synsets }: NamedSenses, k: number): number {
  const synset = synsets[k]!;
  const file = wordnet.lexFiles[synset]!;
  let penalty = PENALTY.rarer * Math.log(1 + k);
  if (!VISIBLE.has(file)) penalty += BODILY.has(file) ? PENALTY.bodily : PENALTY.abstract;
  const first = wordnet.wordStart[synset]!;
  if (!namesWord(name, lemmaText(wordnet, wordnet.words[first]!))) penalty += PENALTY.secondWord;
  const isProper = wordnet.wordCases[first]! > 0;
  const hasKinds = wordnet.hyponymStart[synset]! < wordnet.hyponymStart[synset + 1]!;
  if (isProper && !hasKinds) penalty += PENALTY.individual;
  return penalty;
}

/** Whether a name is that lemma, whatever joins their parts; a plural, or "maple tree" for maple, also counts. */
function namesWord(name: string, lemma: string): boolean {
  const words = wordsOf(name);
  const joined = words.join('');
  const plain = lemma.replace(/[_-]/g, '');
  return joined === plain || joined === `${plain}s` || words[0] === plain;
}

/** A function that gives the mean path similarity of candidate `f` to the chosen senses nearest to it, but class i's. */
function nearestMean(
  table: AncestorTable,
  start: Uint32Array,
  choice: Int32Array,
): (i: number, candidate: number) => number {
  const { nodes, distances } = table;
  const up = new Uint8Array(table.nodeCount).fill(127);
  const least = new Uint8Array(NEIGHBOURS);
  return (i, candidate) => {
    for (let k = table.start[candidate]!; k < table.start[candidate + 1]!; k++) up[nodes[k]!] = distances[k]!;
    least.fill(255);
    let found = 0;
    for (let j = 0; j < choice.length; j++) {
      if (j === i || choice[j]! < 0) continue;
      const other = start[j]! + choice[j]!;
      const end = table.start[other + 1]!;
      let length = 255;
      for (let k = table.start[other]!; k < end; k++) {
        const sum = up[nodes[k]!]! + distances[k]!;
        if (sum < length) length = sum;
      }
      found++;
      for (let place = 0; place < NEIGHBOURS; place++) {
        if (length >= least[place]!) continue;
        const held = least[place]!;
        least[place] = length;
        length = held;
      }
    }
    for (let k = table.start[candidate]!; k < table.start[candidate + 1]!; k++) up[nodes[k]!] = 127;
    if (found === 0) return 1;
    let sum = 0;
    const count = Math.min(found, NEIGHBOURS);
    for (let place = 0; place < count; place++) sum += 1 / (1 + least[place]!);
    return sum / count;
  };
}
