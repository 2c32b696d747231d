import type { WordNet } from './wordnet.ts';

/** A synset, everything above it, and how many links up each lies at least; nearest first, the synset itself at 0. */
export interface Ancestors {
  synsets: Uint32Array;
  distances: Uint8Array;
}

/** Breadth first through hypernyms and instance hypernyms, so each ancestor has its shortest distance. */
export function ancestorsOf(wordnet: WordNet, synset: number): Ancestors {
  const { hypernymStart, hypernyms } = wordnet;
  const found = [synset];
  const distances = [0];
  for (let k = 0; k < found.length; k++) {
    const from = found[k]!;
    for (let i = hypernymStart[from]!; i < hypernymStart[from + 1]!; i++) {
      const above = hypernyms[i]!;
      if (found.includes(above)) continue;
      found.push(above);
      distances.push(distances[k]! + 1);
    }
  }
  return { synsets: Uint32Array.from(found), distances: Uint8Array.from(distances) };
}

/** Every way from a synset up to entity.n.01, each beginning with the synset and ending with the root. */
export function pathsToRoot(wordnet: WordNet, synset: number): number[][] {
  const start = wordnet.hypernymStart[synset]!;
  const end = wordnet.hypernymStart[synset + 1]!;
  if (start === end) return [[synset]];
  const paths: number[][] = [];
  for (let i = start; i < end; i++)
    for (const path of pathsToRoot(wordnet, wordnet.hypernyms[i]!)) paths.push([synset, ...path]);
  return paths;
}

/** How many links a synset lies below entity.n.01, along its shortest and along its longest path; the root has 0. */
export function depthOf(wordnet: WordNet, synset: number): { min: number; max: number } {
  return createDepths(wordnet)(synset);
}

/** As `depthOf`, remembering what was computed: for many synsets of one region of the graph. */
export function createDepths(wordnet: WordNet): (synset: number) => { min: number; max: number } {
  const known = new Map<number, { min: number; max: number }>();
  const depth = (synset: number): { min: number; max: number } => {
    let found = known.get(synset);
    if (!found) {
      let min = Number.POSITIVE_INFINITY;
      let max = -1;
      for (let i = wordnet.hypernymStart[synset]!; i < wordnet.hypernymStart[synset + 1]!; i++) {
        const above = depth(wordnet.hypernyms[i]!);
        min = Math.min(min, above.min);
        max = Math.max(max, above.max);
      }
      found = max < 0 ? { min: 0, max: 0 } : { min: min + 1, max: max + 1 };
      known.set(synset, found);
    }
    return found;
  };
  return depth;
}
