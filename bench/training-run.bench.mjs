/**
 * A run of 400 epochs from disk to a study on disk: C = 100, D = 1280, 10,000 predictions and class templates an epoch.
 * Then one more epoch: only that one is to be measured.
 *
 * Run `node bench/training-run.bench.mjs [EPOCHS]` after a build.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyseTraining } from '../dist/analyses/training/analyse-training.js';
import { diskRunFolder } from '../dist/runs/disk-run-folder.js';
import { openRunWriter } from '../dist/runs/logging/run-writer.js';
import { createRandom } from '../dist/statistics/random.js';
import { folderStore } from '../dist/study/folder-store.js';

const epochs = Number(process.argv[2] ?? 400);
const [classes, dimensions, samples] = [100, 1280, 10_000];
const base = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
const random = createRandom(1);
const normals = Float32Array.from({ length: 65_536 }, () => random.normal());
const filled = (rows, cols, seed) => ({
  rows,
  cols,
  data: Float32Array.from({ length: rows * cols }, (_, k) => normals[(k * 31 + seed * 977) & 65_535]),
});
try {
  const run = join(base, 'run');
  const labels = Array.from({ length: classes }, (_, c) => `class ${c}`);
  const writer = await openRunWriter(folderStore(run), { labels });
  const features = filled(samples, dimensions, 3);
  const target = Uint16Array.from({ length: samples }, (_, i) => i % classes);
  const log = async (epoch) => {
    const prediction = target.map((t) => (random.next() < 0.5 ? t : random.below(classes)));
    const head = filled(classes, dimensions, epoch);
    await writer.writeEpoch({ epoch, head, test: { target, prediction, features }, metrics: { lr: 0.1 } });
  };
  for (let epoch = 0; epoch < epochs; epoch++) await log(epoch);
  const store = folderStore(join(base, 'study'));
  const fileKeys = new Map();
  const inspect = async (what) => {
    const start = performance.now();
    const before = process.cpuUsage();
    const { computed } = await analyseTraining([{ folder: diskRunFolder(run), fileKeys }], {}, store);
    const { user, system } = process.cpuUsage(before);
    const seconds = ((performance.now() - start) / 1000).toFixed(2);
    const busy = ((user + system) / 1e6).toFixed(2);
    console.log(`${what}: ${computed} measured in ${seconds} s (${busy} s of processor time)`);
  };
  await inspect(`${epochs} epochs, C = ${classes}, D = ${dimensions}`);
  await log(epochs);
  await inspect('one epoch more');
  await inspect('nothing new');
} finally {
  rmSync(base, { recursive: true, force: true });
}
