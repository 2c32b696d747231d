/**
 * Exact coefficients of at least 0 for 3,200 rows and 10 concepts of 64 channels, against a loop of SciPy's nnls, with the
 * largest difference between the two; then wider rows. Run: node bench/nnls.bench.mjs
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kernelTier } from '../dist/kernels/shared/wasm-kernel.js';
import { nonNegativeCoefficients } from '../dist/measures/concepts/factor/nnls.js';
import { createRandom } from '../dist/statistics/random.js';
import { medianMs, printRatio, runPeer } from './support/measure.mjs';

const [rows, k, repeats] = [3200, 10, 5];
const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));

/** Directions of at least 0, and rows that mix some of them under noise, so that many coefficients are 0. */
function problem(cols) {
  const random = createRandom(cols);
  const directions = Float64Array.from({ length: k * cols }, () => Math.max(0, random.normal()));
  const shares = Float64Array.from({ length: rows * k }, () => Math.max(0, random.normal()));
  const data = Float64Array.from({ length: rows * cols }, (_, at) => {
    const [i, j] = [Math.floor(at / cols), at % cols];
    let sum = 0.5 * Math.abs(random.normal());
    for (let t = 0; t < k; t++) sum += shares[i * k + t] * directions[t * cols + j];
    return sum;
  });
  return [
    { rows, cols, data },
    { rows: k, cols, data: directions },
  ];
}

try {
  for (const [cols, goal] of [
    [64, 10],
    [512, undefined],
  ]) {
    const [x, directions] = problem(cols);
    const file = join(folder, 'rows.bin');
    const values = new Float64Array(x.data.length + directions.data.length);
    values.set(x.data);
    values.set(directions.data, x.data.length);
    writeFileSync(file, new Uint8Array(values.buffer));
    // Ours, the peer's and ours again, so that both meet the same load.
    const before = await medianMs(() => nonNegativeCoefficients(x, directions), 15);
    const peer = runPeer('nnls', [file, rows, cols, k, repeats].map(String));
    const ours = (before + (await medianMs(() => nonNegativeCoefficients(x, directions), 15))) / 2;
    const name = `NNLS of ${rows} rows, k = ${k}, D = ${cols}`;
    if (peer) {
      printRatio(name, ours, `SciPy ${peer.scipy} nnls loop`, peer.ms, goal);
      const found = nonNegativeCoefficients(x, directions).data;
      const apart = peer.coefficients.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i])), 0);
      console.log(`Largest difference: ${apart.toExponential(1)}; kernel tier ${kernelTier()}.`);
    }
    const plain = await medianMs(() => nonNegativeCoefficients(x, directions, { tier: 'plain' }), 7);
    printRatio(name, ours, 'plain TypeScript', plain);
  }
} finally {
  rmSync(folder, { recursive: true });
}
