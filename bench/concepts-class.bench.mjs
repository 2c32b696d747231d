/**
 * One class of the concepts instrument, ResNet20 against ResNet56 on CIFAR-10's cats (191 images of the fit, 191 of
 * evaluation, 16 patches each): everything but the forward passes, beside the forward passes themselves. Needs
 * ../shared/data beside the checkout. Run: node bench/concepts-class.bench.mjs
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage } from '../dist/activations/images/decode-image.js';
import { findImages } from '../dist/activations/images/image-folder.js';
import { loadRuntime } from '../dist/activations/runtime/node-runtime.js';
import { collectClass } from '../dist/analyses/concepts/collect-class.js';
import { measureClass } from '../dist/analyses/concepts/measure-class.js';
import { openSources } from '../dist/analyses/concepts/open-sources.js';
import { plainOptions } from '../dist/analyses/concepts/option-table.js';
import { fileSource } from '../dist/base/bytes/file-source.js';
import { kernelTier } from '../dist/kernels/shared/wasm-kernel.js';

const data = process.env.SEMBLANCE_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));
const folder = join(data, 'images/cifar-10-train-4000/cat');
if (!existsSync(folder)) {
  console.log(`Skipped: ${folder} is not there.`);
  process.exit(0);
}
const found = await findImages(folder);
const images = found.samples.map(({ name }) => ({
  name,
  load: async () => new Uint8Array(await readFile(join(found.folder, name))),
}));
const inputs = await Promise.all(
  ['resnet20', 'resnet56'].map(async (name) => ({
    source: await fileSource(join(data, `models/cifar-10/${name}.onnx`)),
    labels: { kind: 'set', id: 'cifar-10' },
  })),
);
const options = plainOptions({});
const opened = await openSources(
  inputs,
  images,
  images.map(({ name }) => name),
  { ...options, pictureMemory: 2 ** 29 },
  {
    runtime: () => loadRuntime(),
    decode: decodeImage,
    threads: 2,
  },
);
const half = Math.floor(images.length / 2);
const indices = images.map((_, i) => i);
const group = {
  fit: indices.slice(0, half),
  evaluation: indices.slice(half, 2 * half),
  importance: indices.slice(0, 100),
};
const forwardStart = performance.now();
const twins = await Promise.all(opened.sources.map((source, m) => source.randomTwin(m)));
const activations = await collectClass(group, opened.sources, twins, false, {});
const forward = (performance.now() - forwardStart) / 1000;
const cat = 3;
const input = {
  activations,
  perImage: opened.sampler.perImage,
  extraction: [0, 1].map(() => indices.slice(0, 100)),
  models: opened.sources.map((source) => ({
    head: source.head.head,
    method: 'nmf',
    targets: { importance: group.importance.map(() => cat), evaluation: group.evaluation.map(() => cat) },
    labels: group.evaluation.map(() => cat),
  })),
  seed: '0/cat',
  options,
};
const times = [];
for (let run = 0; run < 3; run++) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  measureClass(input);
  const used = process.cpuUsage(cpu);
  times.push({ wall: (performance.now() - start) / 1000, cpu: (used.user + used.system) / 1e6 });
}
times.sort((a, b) => a.wall - b.wall);
const { wall, cpu } = times[1];
console.log(
  `One class, ${half} + ${half} images, kernel tier ${kernelTier()}: ${wall.toFixed(2)} s (${cpu.toFixed(2)} s of processor time) but for the forward passes; those took ${forward.toFixed(1)} s with the two networks of random weights: ${(forward / wall).toFixed(1)}×. Target ≤ 5 s: ${wall <= 5 ? 'met' : 'missed'}.`,
);
await opened.close();
for (const twin of twins) await twin?.close();
