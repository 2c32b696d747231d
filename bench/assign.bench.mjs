/**
 * Exact matching against SciPy's linear_sum_assignment, one thread, affinity given: real feature maps at 49 to 4096
 * positions, hard matrices at 1024; then SciPy's optimum on 1,000 random cases, and the other methods' time and share of
 * the optimum. Run: node bench/assign.bench.mjs [--quick leaves out 3136 and 4096 positions |
 * --chart FILE.svg draws time against quality, and nothing else]
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kernelTier } from '../dist/kernels/shared/wasm-kernel.js';
import { assign } from '../dist/measures/representations/matching/assign.js';
import { createRandom } from '../dist/statistics/random.js';
import { hardAffinities, hasModels, madeAffinity, realAffinities } from './support/affinities.mjs';
import { printRatio, runPeer } from './support/measure.mjs';
import { timeQualityChart } from './support/time-quality-chart.mjs';

const quick = process.argv.includes('--quick');
const chart = process.argv.includes('--chart') ? process.argv.at(-1) : undefined;
const GOALS = { 49: 2, 256: 8, 1024: 45, 4096: 120 };
const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));

/** Maxima and times of SciPy for [{ rows, columns, values }]. */
function scipy(problems, repeatsFor) {
  const file = openSync(join(folder, 'matrices.bin'), 'w');
  for (const { values } of problems)
    writeSync(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  closeSync(file);
  const shapes = problems.map(({ rows, columns }) => [rows, columns, repeatsFor(rows)]);
  writeFileSync(join(folder, 'shapes.json'), JSON.stringify(shapes));
  return runPeer('assign', [join(folder, 'matrices.bin'), join(folder, 'shapes.json')]);
}

/** Milliseconds of one call, the least of several: what the machine does when left alone. */
function time(run, n) {
  const repeats = n >= 3000 ? 3 : n >= 1000 ? 9 : n >= 200 ? 41 : n >= 100 ? 401 : 4001;
  run();
  const times = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

async function speed() {
  const sizes = quick ? [49, 196, 256, 1024] : [49, 196, 256, 1024, 3136, 4096];
  const real = hasModels
    ? (
        await realAffinities([
          [7, 430],
          [250, 800],
        ])
      ).filter(({ n }) => sizes.includes(n))
    : sizes.map((n) => ({ name: `made features, ${n} positions`, n, values: madeAffinity(n, 64, n) }));
  const hard = Object.entries(hardAffinities(1024)).map(([name, values]) => ({
    name: `${name}, 1024`,
    n: 1024,
    values,
    hard: true,
  }));
  let worst = 0;
  let named = false;
  for (const { name, n, values, hard: isHard } of [...real, ...hard]) {
    const result = assign(values, n, n);
    // Ours, the peer's and ours again, so that both meet the same load.
    const first = time(() => assign(values, n, n), n);
    const peer = scipy([{ rows: n, columns: n, values }], () =>
      n >= 3000 ? 1 : n >= 1000 ? 5 : n >= 200 ? 31 : n >= 100 ? 301 : 3001,
    );
    const ours = Math.min(
      first,
      time(() => assign(values, n, n), n),
    );
    if (peer) {
      if (!named) console.log(`SciPy ${peer.scipy}, NumPy ${peer.numpy}; kernel tier ${kernelTier()}.`);
      named = true;
      const { maximum, ms } = peer.results[0];
      const scale = Math.abs(maximum);
      worst = Math.max(worst, Math.abs(result.value - maximum) / scale, (result.dualBound - result.value) / scale);
      const goal = !isHard ? GOALS[n] : /tied|integers/.test(name) ? 2 : undefined;
      printRatio(name, ours, 'SciPy', ms, goal);
    }
    if (n <= 1024)
      printRatio(
        name,
        ours,
        'plain TypeScript',
        time(() => assign(values, n, n, { tier: 'plain' }), 3000),
      );
  }
  if (named)
    console.log(
      `Largest difference from SciPy's maximum, and largest gap of the certificate: ${worst.toExponential(1)} relative.`,
    );
}

/** The 1,000 cases: every kind, sizes 2 to 120, one in five not square. */
function correctness() {
  const random = createRandom(2024);
  const problems = Array.from({ length: 1000 }, (_, k) => {
    const rows = 2 + random.below(k % 50 === 0 ? 300 : 119);
    const columns = k % 5 === 0 ? 2 + random.below(119) : rows;
    const kind = k % 9;
    const [u, v] = [rows, columns].map((n) => Float32Array.from({ length: n }, () => random.normal()));
    const factor = 10 ** (random.next() * 12 - 6);
    const made = kind >= 7 ? madeAffinity(Math.max(rows, columns), 12, k) : undefined;
    const values = Float32Array.from({ length: rows * columns }, (_, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns];
      switch (kind) {
        case 0:
          return random.next();
        case 1:
          return random.below(5) / 8;
        case 2:
          return random.below(1000) - 500;
        case 3:
          return u[i] * v[j];
        case 4:
          return random.next() < 0.8 ? 0 : random.next();
        case 5:
          return factor * random.normal();
        case 6:
          return 1e4 + random.normal();
        default: {
          // A smooth map with itself (7), and with itself shifted by three places (8).
          const n = Math.max(rows, columns);
          return made[i * n + ((j + (kind === 8 ? 3 : 0)) % n)];
        }
      }
    });
    return { rows, columns, values };
  });
  const peer = scipy(problems, () => 1);
  if (!peer) return;
  let apart = 0;
  let gap = 0;
  problems.forEach(({ rows, columns, values }, k) => {
    const { value, dualBound } = assign(values, rows, columns);
    const scale = Math.max(
      Math.abs(peer.results[k].maximum),
      values.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
    );
    apart = Math.max(apart, Math.abs(value - peer.results[k].maximum) / scale);
    gap = Math.max(gap, (dualBound - value) / scale);
  });
  console.log(
    `1,000 random cases: at most ${apart.toExponential(1)} from SciPy's maximum, certificate gap at most ${gap.toExponential(1)} (relative).`,
  );
}

/** Table 5 of the paper at 1024 positions, one core: milliseconds and share of the optimum; SciPy there: 148 ms. */
const PAPER = {
  'OR-Tools': [69.6, 1],
  lapjv: [97.5, 1],
  'batch 128': [9.08, 0.945],
  'batch 256': [16.9, 0.968],
  'batch 512': [37.1, 0.986],
  none: [0.00249, 0.67],
};
const PAPER_SCIPY = 148;

async function quality() {
  const n = 1024;
  const real = hasModels ? (await realAffinities([[7, 430]])).findLast((problem) => problem.n === n) : undefined;
  const { name, values } = real ?? { name: 'made features', values: madeAffinity(n, 64, 1) };
  const optimum = assign(values, n, n).value;
  // Methods that sort by norm are given the norms, as in an analysis.
  const norms = { rowNorms: new Float64Array(n).fill(1), columnNorms: new Float64Array(n).fill(1) };
  for (let i = 0; i < n; i++) {
    let [row, column] = [0, 0];
    for (let j = 0; j < n; j++) {
      row = Math.max(row, values[i * n + j]);
      column = Math.max(column, values[j * n + i]);
    }
    norms.rowNorms[i] = row;
    norms.columnNorms[i] = column;
  }
  const peer = scipy([{ rows: n, columns: n, values }], () => 31);
  const base = peer?.results[0].ms;
  console.log(`\nTime and share of the optimum: ${name}${base ? `; SciPy ${base.toFixed(1)} ms` : ''}`);
  const methods = {
    optimal: { method: 'optimal' },
    ...Object.fromEntries(
      [64, 128, 256, 512].map((batchSize) => [`batch ${batchSize}`, { method: 'batch-optimal', batchSize }]),
    ),
    greedy: { method: 'greedy' },
    'global greedy': { method: 'global-greedy' },
    ...Object.fromEntries([64, 128, 256].map((topk) => [`top-${topk} greedy`, { method: 'topk-greedy', topk }])),
    'circular shift': { method: 'circular-shift', extent: { height: 32, width: 32 } },
    none: { method: 'none' },
  };
  const points = [];
  for (const [label, options] of Object.entries(methods)) {
    const share = assign(values, n, n, { ...norms, ...options }).value / optimum;
    const ms = time(() => assign(values, n, n, { ...norms, ...options }), 256);
    if (base) points.push({ label, speed: base / ms, share });
    const times = base ? `${(base / ms).toFixed(1).padStart(8)}×` : '';
    console.log(
      `  ${label.padEnd(20)} ${ms.toFixed(2).padStart(8)} ms  ${(100 * share).toFixed(1).padStart(5)} %${times}`,
    );
  }
  if (!chart || !base) return;
  const paper = Object.entries(PAPER).map(([label, [ms, share]]) => ({ label, speed: PAPER_SCIPY / ms, share }));
  writeFileSync(
    chart,
    timeQualityChart('Share of the optimum against speed, 1024 positions', [
      { name: `ours, ${name}`, colour: '#0b62a8', points: [{ label: 'SciPy', speed: 1, share: 1 }, ...points] },
      { name: 'the paper’s Table 5, times its SciPy', colour: '#b0480e', points: paper },
    ]),
  );
}

try {
  if (!chart) {
    await speed();
    correctness();
  }
  await quality();
} finally {
  rmSync(folder, { recursive: true });
}
