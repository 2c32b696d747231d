import type { WordNet } from './wordnet.ts';
export function wordnetOrder(_g: WordNet, s: readonly (string | null)[]) {
  return { order: s.map((_, i) => i), groups: [] };
}
