/**
 * The relations of 1,000 pairs of ImageNet classes after WordNet and its glosses are loaded: in a fresh process, with
 * nothing remembered, and again. The goal is 50 ms. Run: node bench/relations.bench.mjs
 */
import { labelSet } from '../dist/semantics/label-sets/label-sets.js';
import { loadGlosses, loadWordNet } from '../dist/semantics/load-wordnet.js';
import { relationFinder, relationsBetween } from '../dist/semantics/relations/relations-between.js';
import { createRandom } from '../dist/statistics/random.js';
import { median } from './support/measure.mjs';

const wordnet = await loadWordNet();
const glosses = await loadGlosses();
const labelSetSynsets = labelSet('imagenet-1k').classes.map(({ synset }) => synset);
const random = createRandom(1);
const pairs = labelSetSynsets.map((synset) => [synset, labelSetSynsets[random.below(1000)]]);

/** Milliseconds for all pairs by a new finder, which has nothing remembered. */
function run() {
  const start = performance.now();
  const find = relationFinder(wordnet, { glosses, labelSetSynsets });
  for (const [a, b] of pairs) find(a, b);
  return performance.now() - start;
}

const first = run();
const again = median(Array.from({ length: 9 }, run));
const start = performance.now();
for (const [a, b] of pairs) relationsBetween(wordnet, a, b, { glosses, labelSetSynsets });
const single = performance.now() - start;
console.log(
  `1,000 pairs, first run of the process: ${first.toFixed(1)} ms (goal 50 ms: ${first <= 50 ? 'met' : 'MISSED'})`,
);
console.log(`1,000 pairs, median of nine more, each from nothing: ${again.toFixed(1)} ms`);
console.log(
  `1,000 pairs one by one, nothing shared between them: ${single.toFixed(1)} ms (${(single / again).toFixed(1)}× as long)`,
);
