import type { Glosses } from './load-wordnet.ts';
import type { WordNet } from './wordnet.ts';
export function wordnetExcerpt(_g: WordNet, _l: Glosses, _s: readonly string[]) {
  return [];
}
