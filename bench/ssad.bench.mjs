/** SSAD of a 1000 × 1280 head, from the file to the three numbers, against NumPy and SciPy. Run: node bench/ssad.bench.mjs */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSource } from '../dist/base/bytes/file-source.js';
import { kernelTier } from '../dist/kernels/shared/wasm-kernel.js';
import { ssad } from '../dist/measures/class-similarity/alignment.js';
import { chanceLevel } from '../dist/measures/class-similarity/chance.js';
import { prepareSimilarity } from '../dist/measures/class-similarity/prepared-similarity.js';
import { openModel } from '../dist/model-files/open-model.js';
import { cosineSimilarityMatrix } from '../dist/statistics/cosine-matrix.js';
import { npyBytes, steppedReference, syntheticHead } from './support/heads.mjs';
import { medianMs, printRatio, runPeer } from './support/measure.mjs';

const REPEATS = 9;
const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
try {
  const headPath = join(folder, 'head.npy');
  const referencePath = join(folder, 'reference.npy');
  const reference = steppedReference(1000, 2);
  writeFileSync(headPath, npyBytes(syntheticHead(1000, 1280, 1)));
  writeFileSync(referencePath, npyBytes(reference));

  const ready = prepareSimilarity(reference);
  const run = async (tier, prepared) => {
    const source = await fileSource(headPath);
    const [entry] = (await openModel(source)).tensors.values();
    const { shape, data } = await entry.read();
    const network = cosineSimilarityMatrix({ rows: shape[0], cols: shape[1], data }, { tier });
    return ssad(prepareSimilarity(network, { tier }), prepared ?? prepareSimilarity(reference, { tier }), { tier });
  };
  const values = await run('simd');
  const ours = await medianMs(() => run('simd'), REPEATS);
  const further = await medianMs(() => run('simd', ready), REPEATS);
  const peer = runPeer('ssad', [headPath, referencePath, String(REPEATS)]);
  const plain = await medianMs(() => run('plain'), 3);

  console.log(`Kernel tier: ${kernelTier()}.`);
  if (peer) {
    printRatio('SSAD of a 1000×1280 head, file to three numbers', ours, 'NumPy + SciPy', peer.ms, 3);
    printRatio('the same, with the reference ranked before', further, 'NumPy + SciPy', peer.ms);
    const found = [values.cosine, values.spearman, values.kendall];
    const apart = Math.max(...found.map((value, i) => Math.abs(value - peer.values[i])));
    console.log(`The three numbers differ from SciPy's by at most ${apart.toExponential(1)}.`);
  }
  printRatio('SSAD of a 1000×1280 head, file to three numbers', ours, 'plain TypeScript', plain);

  const head = prepareSimilarity(cosineSimilarityMatrix(syntheticHead(1000, 1280, 1)));
  const chance = await medianMs(() => chanceLevel(head, ready), 5);
  const chancePlain = await medianMs(() => chanceLevel(head, ready, { tier: 'plain' }), 3);
  printRatio('chance level of it, 20 permutations, three measures', chance, 'plain TypeScript', chancePlain);
} finally {
  rmSync(folder, { recursive: true });
}
