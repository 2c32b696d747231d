/**
 * A whole process, cold: `semblance classes` on a 0.5 MB TFLite file (1001 × 256, 8 bits), from start to exit, beside a
 * bare Node and, where it is installed, a Python that only imports NumPy and SciPy. Needs ../shared/data.
 * Run: node bench/cold-start.bench.mjs
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const model = fileURLToPath(
  new URL('../../shared/data/models/imagenet-1k/mobilenet_v1_0.25_128_quant.tflite', import.meta.url),
);
const cli = fileURLToPath(new URL('../bin/semblance.js', import.meta.url));
const RUNS = 7;

if (!existsSync(model)) {
  console.log('The model is not there: ../shared/data is not beside the checkout.');
  process.exit(0);
}

/** Milliseconds of one process. */
function time(command, args) {
  const start = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  return status === 0 ? performance.now() - start : Number.NaN;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const rows = { semblance: [], 'node -e 0': [], 'python3 importing numpy and scipy.stats': [] };
for (let run = 0; run < RUNS; run++) {
  const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
  rows.semblance.push(time(process.execPath, [cli, 'classes', model, '--out', folder, '--json']));
  rmSync(folder, { recursive: true });
  rows['node -e 0'].push(time(process.execPath, ['-e', '0']));
  rows['python3 importing numpy and scipy.stats'].push(time('python3', ['-c', 'import numpy, scipy.stats']));
}
for (const [name, values] of Object.entries(rows)) {
  const middle = median(values);
  if (Number.isNaN(middle)) console.log(`${name}: not installed.`);
  else
    console.log(
      `${name}: ${middle.toFixed(0)} ms (ours takes ${(median(rows.semblance) / middle).toFixed(2)} times as long)`,
    );
}
