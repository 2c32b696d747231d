/**
 * NSAD of 42 heads of 1000 classes: 861 pairs, three measures, each model ranked once, against SciPy pair by pair. SciPy
 * takes minutes for all pairs, so it is measured on those of the first few heads and scaled. Run: node bench/nsad.bench.mjs
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kernelTier } from '../dist/kernels/shared/wasm-kernel.js';
import { nsad } from '../dist/measures/class-similarity/alignment.js';
import { prepareSimilarity } from '../dist/measures/class-similarity/prepared-similarity.js';
import { cosineSimilarityMatrix } from '../dist/statistics/cosine-matrix.js';
import { npyBytes, syntheticHead } from './support/heads.mjs';
import { printRatio, runPeer } from './support/measure.mjs';

const MODELS = 42;
const PEER_MODELS = 6;
const PLAIN_MODELS = 4;

const heads = Array.from({ length: MODELS }, (_, m) => syntheticHead(1000, 256 + 128 * (m % 4), m));

/** Milliseconds from heads to all pairs of the first `count`, and what each pair gave. */
function allPairs(count, tier) {
  const start = performance.now();
  const prepared = heads
    .slice(0, count)
    .map((head) => prepareSimilarity(cosineSimilarityMatrix(head, { tier }), { tier }));
  const values = [];
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) values.push(nsad(prepared[i], prepared[j], { tier }));
  return { ms: performance.now() - start, values };
}

const pairs = (n) => (n * (n - 1)) / 2;
allPairs(PEER_MODELS, 'simd');
const ours = allPairs(MODELS, 'simd');
console.log(`Kernel tier: ${kernelTier()}. ${MODELS} heads, ${ours.values.length} pairs.`);

const plain = allPairs(PLAIN_MODELS, 'plain');
const plainMs = plain.ms * (pairs(MODELS) / pairs(PLAIN_MODELS));

const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
try {
  for (let m = 0; m < PEER_MODELS; m++)
    writeFileSync(join(folder, `${String(m).padStart(2, '0')}.npy`), npyBytes(heads[m]));
  const peer = runPeer('nsad', [folder]);
  if (peer) {
    console.log(`SciPy was measured on ${peer.values.length} pairs and scaled to ${pairs(MODELS)}.`);
    printRatio(
      'NSAD of 42 heads, three measures',
      ours.ms,
      'NumPy + SciPy (scaled)',
      peer.msPerPair * pairs(MODELS),
      10,
    );
    const same = allPairs(PEER_MODELS, 'simd').values;
    const apart = same.map((v, k) =>
      Math.max(...[v.cosine, v.spearman, v.kendall].map((value, m) => Math.abs(value - peer.values[k][m]))),
    );
    console.log(`The numbers differ from SciPy's by at most ${Math.max(...apart).toExponential(1)}.`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
printRatio('NSAD of 42 heads, three measures', ours.ms, 'plain TypeScript (scaled)', plainMs);
