import { type AncestorTable, ancestorTable } from './ancestor-table.ts';
import { ancestorsOf, createDepths } from './ancestors.ts';
import { compareSynsetNames } from './synset-name.ts';
import type { WordNet } from './wordnet.ts';

/** Writes the similarities of class i to the classes `from` … C − 1 into out[from …]. */
export type SimilarityRow = (i: number, from: number, out: Float64Array) => void;

/**
 * Wu–Palmer similarity 2·D / (2·D + d₁ + d₂) with the deepest common subsumer at depth D (the root at depth 1, along the
 * longest path) and the links d₁, d₂ up to it; of equally deep subsumers, the nearest.
 */
export function wuPalmer(wordnet: WordNet, a: number, b: number): number {
  return pair(wuPalmerRows(wordnet, ancestorTable(wordnet, [a, b])));
}

/**
 * Wu–Palmer similarity in NLTK's reading: the subsumer is the common one of greatest *minimum* depth (ties: one of the
 * two synsets themselves, else the first by synset name), D its *maximum* depth + 1, and d₁, d₂ are ordinary
 * shortest-path lengths to it, through any common ancestor.
 */
export function wuPalmerNltk(wordnet: WordNet, a: number, b: number): number {
  return pair(wuPalmerNltkRows(wordnet, ancestorTable(wordnet, [a, b])));
}

function pair(fill: SimilarityRow): number {
  const out = new Float64Array(2);
  fill(0, 1, out);
  return out[1]!;
}

/** `wuPalmer` by rows, for many classes. */
export function wuPalmerRows(wordnet: WordNet, table: AncestorTable): SimilarityRow {
  const depths = createDepths(wordnet);
  const depth = Int32Array.from(table.nodeSynsets, (synset) => depths(synset).max + 1);
  const up = Uint32Array.from(table.distances);
  return subsumerRows(table, depth, depth, up);
}

/** `wuPalmerNltk` by rows, for many classes. */
export function wuPalmerNltkRows(wordnet: WordNet, table: AncestorTable): SimilarityRow {
  const { nodeSynsets, nodeCount, start, nodes, distances } = table;
  const depths = createDepths(wordnet);
  const depth = Int32Array.from(nodeSynsets, (synset) => depths(synset).max + 1);
  // One number orders the candidates: greatest minimum depth first, then the first by name.
  const byName = Array.from(nodeSynsets.keys()).sort((a, b) =>
    compareSynsetNames(wordnet, nodeSynsets[a]!, nodeSynsets[b]!),
  );
  const order = new Int32Array(nodeCount);
  byName.forEach((node, rank) => {
    order[node] = depths(nodeSynsets[node]!).min * nodeCount + (nodeCount - 1 - rank);
  });

  const nodeOf = new Map(Array.from(nodeSynsets, (synset, node) => [synset, node]));
  const above = Array.from(nodeSynsets, (synset) => {
    const { synsets, distances: links } = ancestorsOf(wordnet, synset);
    return { nodes: Uint32Array.from(synsets, (ancestor) => nodeOf.get(ancestor)!), links };
  });
  const shortest = new Uint32Array(nodes.length);
  const fromClass = new Uint8Array(nodeCount).fill(127);
  for (let c = 0; c < table.classCount; c++) {
    for (let k = start[c]!; k < start[c + 1]!; k++) fromClass[nodes[k]!] = distances[k]!;
    for (let k = start[c]!; k < start[c + 1]!; k++) {
      const { nodes: meetings, links } = above[nodes[k]!]!;
      let least = 254;
      for (let m = 0; m < meetings.length; m++) least = Math.min(least, fromClass[meetings[m]!]! + links[m]!);
      shortest[k] = least;
    }
    for (let k = start[c]!; k < start[c + 1]!; k++) fromClass[nodes[k]!] = 127;
  }
  return subsumerRows(table, order, depth, shortest, nodeCount);
}

/**
 * Picks of the common ancestors the one of greatest `order`; where it is equal, the one nearest by `links`. With
 * `tieSpan`, orders in the same span of that width count as tied, and one of the two classes themselves wins the tie.
 */
function subsumerRows(
  table: AncestorTable,
  order: Int32Array,
  depth: Int32Array,
  links: Uint32Array,
  tieSpan = 0,
): SimilarityRow {
  const { start, nodes } = table;
  const fromI = new Int32Array(table.nodeCount).fill(-1);
  return (i, from, out) => {
    for (let k = start[i]!; k < start[i + 1]!; k++) fromI[nodes[k]!] = links[k]!;
    const own = nodes[start[i]!]!;
    for (let j = from; j < table.classCount; j++) {
      let best = -1;
      let bestLinks = 0;
      let subsumer = 0;
      for (let k = start[j]!; k < start[j + 1]!; k++) {
        const node = nodes[k]!;
        if (fromI[node]! < 0) continue;
        const both = fromI[node]! + links[k]!;
        let rank = order[node]!;
        if (tieSpan > 0 && (node === own || k === start[j]!)) rank = rank - (rank % tieSpan) + tieSpan - 1;
        if (rank > best || (rank === best && both < bestLinks)) {
          best = rank;
          bestLinks = both;
          subsumer = node;
        }
      }
      const twice = 2 * depth[subsumer]!;
      out[j] = twice / (twice + bestLinks);
    }
    for (let k = start[i]!; k < start[i + 1]!; k++) fromI[nodes[k]!] = -1;
  };
}
