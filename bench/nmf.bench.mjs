/**
 * Non-negative factorisation of 1600×512 activations into 10 concepts, 200 iterations from the same start, against
 * scikit-learn's coordinate descent in both precisions and our plain twin; and the exact NNDSVD start.
 * Run: node bench/nmf.bench.mjs
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kernelTier } from '../dist/kernels/shared/wasm-kernel.js';
import { factorise } from '../dist/measures/concepts/factor/factorise.js';
import { nndsvd } from '../dist/measures/concepts/factor/nndsvd.js';
import { createRandom } from '../dist/statistics/random.js';
import { medianMs, printRatio, runPeer } from './support/measure.mjs';

const [rows, cols, k, iterations, repeats] = [1600, 512, 10, 200, 5];
const random = createRandom(7);
const draw = (length) => Float64Array.from({ length }, () => Math.max(0, random.normal()));
/** Ten parts and noise, as pooled activations after a ReLU have them. */
const [parts, shares] = [draw(k * cols), draw(rows * k)];
const data = Float64Array.from({ length: rows * cols }, (_, at) => {
  const [i, j] = [Math.floor(at / cols), at % cols];
  let sum = 0.3 * Math.max(0, random.normal());
  for (let t = 0; t < k; t++) sum += shares[i * k + t] * parts[t * cols + j];
  return sum;
});
const x = { rows, cols, data };
const init = nndsvd(x, k);
const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
const run = (options) => factorise(x, { method: 'nmf', nComponents: k, maxIter: iterations, tol: 0, init, ...options });

async function time(options, times = repeats) {
  return medianMs(() => run(options), times);
}

try {
  const file = join(folder, 'factors.bin');
  const all = new Float64Array(data.length + init.coefficients.data.length + init.directions.data.length);
  all.set(data);
  all.set(init.coefficients.data, data.length);
  all.set(init.directions.data, data.length + init.coefficients.data.length);
  writeFileSync(file, new Uint8Array(all.buffer));
  // Ours, the peer's and ours again, so that both meet the same load.
  const before = { f64: await time({ precision: 'f64' }), f32: await time({ precision: 'f32' }) };
  const peer = runPeer('nmf', [file, rows, cols, k, iterations, repeats].map(String));
  const after = { f64: await time({ precision: 'f64' }), f32: await time({ precision: 'f32' }) };
  const ours = { f64: (before.f64 + after.f64) / 2, f32: (before.f32 + after.f32) / 2 };
  if (peer) {
    console.log(`scikit-learn ${peer.sklearn}, NumPy ${peer.numpy}; kernel tier ${kernelTier()}.`);
    printRatio('NMF 1600×512, k = 10, 200 iterations, f64', ours.f64, 'scikit-learn f64', peer.results.float64.ms, 0.7);
    printRatio('NMF 1600×512, k = 10, 200 iterations, f32', ours.f32, 'scikit-learn f32', peer.results.float32.ms, 1.2);
    const errors = { f64: run({ precision: 'f64' }).error, f32: run({ precision: 'f32' }).error };
    console.log(
      `Errors: ours ${errors.f64.toFixed(6)} and ${errors.f32.toFixed(6)} (f32), scikit-learn ${peer.results.float64.error.toFixed(6)} and ${peer.results.float32.error.toFixed(6)} (f32).`,
    );
  }
  const plain = await time({ precision: 'f64', tier: 'plain' }, 1);
  printRatio('the same, f64', ours.f64, 'plain TypeScript', plain, 2);
  printRatio('the same, f32', ours.f32, 'plain TypeScript', plain, 2);
  const start = await medianMs(() => nndsvd(x, k), repeats);
  printRatio('exact NNDSVD start', start, 'plain TypeScript', await medianMs(() => nndsvd(x, k, { tier: 'plain' }), 3));
} finally {
  rmSync(folder, { recursive: true });
}
