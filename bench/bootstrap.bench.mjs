/**
 * 1,000 resamples of SSAD Spearman at 1000 classes, against a loop of NumPy and SciPy measured on a few resamples and
 * scaled. Run: node bench/bootstrap.bench.mjs
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrapAlignment } from '../dist/measures/class-similarity/bootstrap.js';
import { mantelTest } from '../dist/measures/class-similarity/mantel.js';
import { prepareSimilarity } from '../dist/measures/class-similarity/prepared-similarity.js';
import { cosineSimilarityMatrix } from '../dist/statistics/cosine-matrix.js';
import { npyBytes, steppedReference, syntheticHead } from './support/heads.mjs';
import { printRatio, runPeer } from './support/measure.mjs';

const RESAMPLES = 1000;
const PEER_RESAMPLES = 20;

const network = cosineSimilarityMatrix(syntheticHead(1000, 512, 1));
const reference = steppedReference(1000, 2);
const sides = [prepareSimilarity(network), prepareSimilarity(reference)];

function timed(run) {
  const start = performance.now();
  const result = run();
  return { ms: performance.now() - start, result };
}

const { ms, result } = timed(() =>
  bootstrapAlignment([sides[0]], sides[1], { resamples: RESAMPLES, measures: ['spearman'] }),
);
const { draws } = result.models[0].spearman;
const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
const sd = Math.sqrt(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws.length - 1));

const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
try {
  const paths = ['network.npy', 'reference.npy'].map((name) => join(folder, name));
  writeFileSync(paths[0], npyBytes(network));
  writeFileSync(paths[1], npyBytes(reference));
  const peer = runPeer('bootstrap', [...paths, String(PEER_RESAMPLES)]);
  if (peer) {
    console.log(`SciPy was measured on ${PEER_RESAMPLES} resamples and scaled to ${RESAMPLES}.`);
    printRatio(
      '1,000 resamples of SSAD Spearman, 1000 classes',
      ms,
      'NumPy + SciPy (scaled)',
      peer.msPerResample * RESAMPLES,
      10,
    );
    console.log(
      `Mean and sd of the draws: ${mean.toFixed(5)} ± ${sd.toFixed(5)}, SciPy's ${peer.mean.toFixed(5)} ± ${peer.sd.toFixed(5)}.`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
const all = timed(() => bootstrapAlignment([sides[0]], sides[1], { resamples: 100 }));
console.log(`100 resamples of all three measures: ${(all.ms / 1000).toFixed(2)} s.`);
const mantel = timed(() => mantelTest(...sides, { measures: ['cosine', 'spearman'] }));
console.log(`Mantel test, 999 permutations, cosine and Spearman: ${(mantel.ms / 1000).toFixed(2)} s.`);
