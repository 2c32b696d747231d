/** Affinities to match: real ones of two images through a layer of a real model, and those that are hard for solvers. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage } from '../../dist/activations/images/decode-image.js';
import { findImages } from '../../dist/activations/images/image-folder.js';
import { defaultPreprocessing } from '../../dist/activations/images/preprocess.js';
import { extractFeatures } from '../../dist/activations/model/extract-features.js';
import { probeModel, tapModel } from '../../dist/activations/model/vision-model.js';
import { loadRuntime } from '../../dist/activations/runtime/node-runtime.js';
import { fileSource } from '../../dist/base/bytes/file-source.js';
import { crossGram } from '../../dist/kernels/gram/gram.js';
import { featureMaps } from '../../dist/measures/representations/feature-maps.js';
import { createRandom } from '../../dist/statistics/random.js';

const shared = fileURLToPath(new URL('../../../shared/data', import.meta.url));
export const hasModels = existsSync(`${shared}/README.md`);

const HALF = [0.5, 0.5, 0.5];
/** Model, input size, mean and deviation, and the numbers of positions whose last activation is taken. */
const MODELS = [
  { file: 'imagenet-1k/mobilenet_v2_1.0_224', size: 224, mean: HALF, std: HALF, positions: [49, 196] },
  { file: 'cifar-10/resnet20', size: 32, positions: [256, 1024] },
  { file: 'imagenet-1k/mobilenet_v1_0.25_128', size: 128, mean: HALF, std: HALF, positions: [256, 1024, 4096] },
  { file: 'imagenet-1k/darknet_tiny', size: 224, mean: [0, 0, 0], std: [1, 1, 1], positions: [3136] },
];
const ACTIVATIONS = new Set(['Relu', 'Clip', 'LeakyRelu']);

/** Affinities of the given pairs of ImageNet sample images, named by model, positions and channels. */
export async function realAffinities(pairs) {
  const found = await realPairs(pairs);
  return found.map(({ name, n, a, b }) => ({ name, n, values: crossGram(a, b).data }));
}

/** The vectors of those images, positions × channels. */
export async function realPairs(pairs) {
  const runtime = await loadRuntime();
  const { folder, samples } = await findImages(`${shared}/images/imagenet-sample-1000`);
  const found = [];
  for (const { file, size, mean, std, positions } of MODELS) {
    const source = await fileSource(`${shared}/models/${file}.onnx`);
    const preprocessing = { ...defaultPreprocessing(size), ...(mean && { mean, std }) };
    const probed = await probeModel({ source, preprocessing }, { runtime: async () => runtime });
    const layers = probed.layers.filter(({ kind, op }) => kind === 'map' && ACTIVATIONS.has(op));
    const wanted = positions.map((count) => layers.findLast((layer) => layer.positions === count));
    const model = await tapModel(
      probed,
      wanted.map(({ name }) => name),
    );
    for (const pair of pairs) {
      const images = pair.map((i) => ({ name: samples[i].name, load: () => readFile(join(folder, samples[i].name)) }));
      await extractFeatures(
        model,
        images,
        ({ outputs }) => {
          for (const layer of wanted) {
            const { positions: n, channels, data } = featureMaps(outputs.get(layer.name));
            const [a, b] = [0, 1].map((i) => ({
              rows: n,
              cols: channels,
              data: data.subarray(i * n * channels, (i + 1) * n * channels),
            }));
            found.push({ name: `${file.split('/')[1]}, ${n} positions × ${channels}`, n, a, b });
          }
        },
        { decode: decodeImage, outputs: wanted.map(({ name }) => name), batchSize: 2 },
      );
    }
    await model.session.close();
  }
  return found;
}

/** Real features of 256 positions × 256 channels: the middle 16 × 16 places of Darknet's 28 × 28 × 256 layer. */
export async function realMaps(count) {
  const runtime = await loadRuntime();
  const { folder, samples } = await findImages(`${shared}/images/imagenet-sample-1000`);
  const source = await fileSource(`${shared}/models/imagenet-1k/darknet_tiny.onnx`);
  const preprocessing = { ...defaultPreprocessing(224), mean: [0, 0, 0], std: [1, 1, 1] };
  const probed = await probeModel({ source, preprocessing }, { runtime: async () => runtime });
  const layer = probed.layers.findLast(({ shape }) => shape.slice(1).join() === '256,28,28');
  const model = await tapModel(probed, [layer.name]);
  const data = new Float32Array(count * 256 * 256);
  const images = samples.slice(0, count).map(({ name }) => ({ name, load: () => readFile(join(folder, name)) }));
  await extractFeatures(
    model,
    images,
    ({ indices, outputs }) => {
      const maps = featureMaps(outputs.get(layer.name));
      indices.forEach((image, k) => {
        for (let s = 0; s < 256; s++) {
          const position = (6 + (s >> 4)) * 28 + 6 + (s & 15);
          const from = (k * 784 + position) * 256;
          data.set(maps.data.subarray(from, from + 256), (image * 256 + s) * 256);
        }
      });
    },
    {
      decode: decodeImage,
      outputs: [layer.name],
    },
  );
  await model.session.close();
  return featureMaps({ shape: [count, 256, 256], data }, { names: images.map(({ name }) => name) });
}

/** The affinity of two made maps. Stand-ins where no model is at hand. */
export function madeAffinity(n, depth, seed) {
  const [a, b] = madePair(n, depth, seed);
  return crossGram(a, b).data;
}

/** Two maps as ReLU layers have them: smooth fields of a few concepts. */
export function madePair(n, depth, seed) {
  const random = createRandom(seed);
  const concepts = Float32Array.from({ length: 24 * depth }, () => Math.max(0, random.normal()));
  const side = Math.ceil(Math.sqrt(n));
  const map = () => {
    const waves = Array.from({ length: 24 }, () => [random.next(), random.next(), random.next()].map((x) => 6.3 * x));
    const data = new Float32Array(n * depth);
    for (let s = 0; s < n; s++)
      for (const [k, [a, b, c]] of waves.entries()) {
        const strength = Math.max(0, Math.sin((a * (s % side)) / side + (b * Math.floor(s / side)) / side + c));
        for (let d = 0; d < depth; d++) data[s * depth + d] += strength * concepts[k * depth + d];
      }
    return { rows: n, cols: depth, data };
  };
  return [map(), map()];
}

/** Matrices of size n that are hard for one solver or another, by name. */
export function hardAffinities(n, seed = 0) {
  const random = createRandom(seed);
  const make = (value) => Float32Array.from({ length: n * n }, (_, k) => value(Math.floor(k / n), k % n));
  const vector = () => Float32Array.from({ length: n }, () => random.normal());
  const [u, v] = [vector(), vector()];
  const features = (depth, zeros) => ({
    rows: n,
    cols: depth,
    data: Float32Array.from({ length: n * depth }, () => Math.max(0, random.normal())).map((x, k, all) => {
      const row = Math.floor(k / depth);
      return all[row * depth] < zeros ? 0 : x;
    }),
  });
  const own = features(32, -1);
  const few = Float32Array.from({ length: 64 * 64 }, () => random.next());
  const pick = Array.from({ length: 2 * n }, () => random.below(64));
  return {
    uniform: make(() => random.next()),
    'tied, 32 levels': make(() => random.below(32) / 32),
    'integers 0–99': make(() => random.below(100)),
    'rank 1': make((i, j) => u[i] * v[j]),
    'zero-heavy': crossGram(features(32, 0.3), features(32, 0.3)).data,
    self: crossGram(own, own).data,
    '64 distinct vectors': make((i, j) => few[pick[i] * 64 + pick[n + j]]),
    constant: make(() => 3.3),
  };
}
