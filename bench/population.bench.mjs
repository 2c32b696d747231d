/**
 * A population of 42 heads of 1000 classes and 192 to 4096 features in one run: NCSM, NSAD of all 861 pairs in three
 * measures for all classes and within a subtree of 398 of them (the animals of ImageNet-1k), clustering with optimal
 * leaf order and histograms. SciPy takes many minutes for all pairs, so it is measured on those of the first few heads
 * and scaled. Run: node bench/population.bench.mjs
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterOrder } from '../dist/clustering/cluster-order.js';
import { kernelTier } from '../dist/kernels/shared/wasm-kernel.js';
import { nsad } from '../dist/measures/class-similarity/alignment.js';
import { histogram } from '../dist/measures/class-similarity/population/histogram.js';
import { prepareSimilarity } from '../dist/measures/class-similarity/prepared-similarity.js';
import { cosineSimilarityMatrix } from '../dist/statistics/cosine-matrix.js';
import { select } from '../dist/tensor/matrix.js';
import { npyBytes, syntheticHead } from './support/heads.mjs';
import { printRatio, runPeer } from './support/measure.mjs';

const WIDTHS = [192, 256, 384, 512, 768, 1024, 1280, 2048, 4096];
const MODELS = 42;
const PEER_MODELS = 5;
const PLAIN_MODELS = 4;
const SUBTREE = 398;
const MEASURES = ['cosine', 'spearman', 'kendall'];

const heads = Array.from({ length: MODELS }, (_, m) => syntheticHead(1000, WIDTHS[m % WIDTHS.length], m));
const inside = Array.from({ length: SUBTREE }, (_, i) => i);

/** Everything for the first `count` heads: milliseconds of the parts that grow with models, with pairs, and of the rest. */
function population(count, tier) {
  const start = performance.now();
  const matrices = heads.slice(0, count).map((head) => cosineSimilarityMatrix(head, { tier }));
  const prepared = [matrices, matrices.map((matrix) => select(matrix, inside))].map((list) =>
    list.map((matrix) => prepareSimilarity(matrix, { tier })),
  );
  const made = performance.now();
  const values = [];
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) values.push(prepared.map((list) => nsad(list[i], list[j], { tier })));
  const compared = performance.now();
  const orders = MEASURES.map((measure) => {
    const similarity = new Float64Array(count * count).fill(1);
    let k = 0;
    for (let i = 0; i < count; i++)
      for (let j = i + 1; j < count; j++)
        similarity[i * count + j] = similarity[j * count + i] = values[k++][0][measure];
    for (const part of [0, 1])
      histogram(
        values.map((pair) => pair[part][measure]),
        { bins: 30 },
      );
    return clusterOrder({ rows: count, cols: count, data: similarity }).order;
  });
  const end = performance.now();
  return { models: made - start, pairs: compared - made, rest: end - compared, total: end - start, values, orders };
}

const pairs = (n) => (n * (n - 1)) / 2;
const few = population(PEER_MODELS, 'simd');
const ours = population(MODELS, 'simd');
console.log(
  `Kernel tier: ${kernelTier()}. ${MODELS} heads of 1000 × ${WIDTHS[0]} … ${WIDTHS.at(-1)}, ${ours.values.length} pairs, ${SUBTREE} classes in the subtree.`,
);
console.log(
  `Ours: matrices and ranks ${(ours.models / 1000).toFixed(2)} s, pairs ${(ours.pairs / 1000).toFixed(2)} s, clustering and histograms ${ours.rest.toFixed(0)} ms.`,
);

const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
try {
  for (let m = 0; m < PEER_MODELS; m++)
    writeFileSync(join(folder, `${String(m).padStart(2, '0')}.npy`), npyBytes(heads[m]));
  const peer = runPeer('population', [folder, String(SUBTREE), String(MODELS)]);
  if (peer) {
    console.log(`SciPy was measured on ${peer.values.length} pairs and scaled to ${pairs(MODELS)}.`);
    const scaled = peer.msPerModel * MODELS + peer.msPerPair * pairs(MODELS) + peer.msRest;
    printRatio('population of 42 heads in one run', ours.total, 'NumPy + SciPy (scaled)', scaled, 10);
    const apart = few.values.flatMap((pair, k) =>
      pair.flatMap((result, part) => MEASURES.map((name, m) => Math.abs(result[name] - peer.values[k][part][m]))),
    );
    console.log(`The numbers differ from SciPy's by at most ${Math.max(...apart).toExponential(1)}.`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
const plain = population(PLAIN_MODELS, 'plain');
const plainMs =
  (plain.models * MODELS) / PLAIN_MODELS + (plain.pairs * pairs(MODELS)) / pairs(PLAIN_MODELS) + ours.rest;
printRatio('population of 42 heads in one run', ours.total, 'plain TypeScript (scaled)', plainMs);
