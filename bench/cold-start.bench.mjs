/**
 * Whole processes, cold. `semblance classes` on a 0.5 MB TFLite file (1001 × 256, 8 bits), from start to exit, beside a
 * bare Node and, where it is installed, a Python that only imports NumPy and SciPy; then the processor time, which a busy
 * machine changes less, of help and of `classes` on a MobileNetV2. Needs ../shared/data.
 * Run: node bench/cold-start.bench.mjs
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const shared = (name) => fileURLToPath(new URL(`../../shared/data/models/imagenet-1k/${name}`, import.meta.url));
const model = shared('mobilenet_v1_0.25_128_quant.tflite');
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

/** Seconds of processor time of one process and its children, as the shell counts them. */
function processorTime(args) {
  const script = '"$@" >/dev/null 2>&1 || exit 1; times';
  const { stdout } = spawnSync('sh', ['-c', script, 'sh', process.execPath, cli, ...args], { encoding: 'utf8' });
  const [, children = ''] = stdout.trim().split('\n');
  const spent = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => minutes * 60 + Number(seconds),
  );
  return spent.length === 2 ? spent[0] + spent[1] : Number.NaN;
}

const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
for (const [name, args, most] of [
  ['semblance --help', ['--help'], 0.25],
  [
    'semblance classes mobilenet_v2_1.0_224_quant.tflite',
    ['classes', shared('mobilenet_v2_1.0_224_quant.tflite')],
    1.2,
  ],
]) {
  const out = (run) => (args[0] === 'classes' ? ['--out', join(folder, String(run)), '--json'] : []);
  const spent = Array.from({ length: RUNS }, (_, run) => processorTime([...args, ...out(run)]));
  console.log(`${name}: ${median(spent).toFixed(2)} s of processor time (wanted: under ${most} s)`);
}
rmSync(folder, { recursive: true });
