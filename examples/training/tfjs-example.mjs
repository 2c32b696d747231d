/**
 * Trains a small CNN on generated shapes in TF.js and logs the run for Semblance.
 *
 *     npm install semblance-vision @tensorflow/tfjs
 *     node tfjs-example.mjs runs/shapes-tfjs            then: semblance training runs/shapes-tfjs
 *
 * In Node `@tensorflow/tfjs-node` is faster; the lines are the same.
 */
import * as tf from '@tensorflow/tfjs';
import { folderStore } from 'semblance-vision/node';
import { tfjsCallback } from 'semblance-vision/training';

const [folder = 'runs/shapes-tfjs', epochs = '5'] = process.argv.slice(2);
const size = 16;
const inside = {
  circle: (x, y) => Math.hypot(x, y) < 0.9,
  ellipse: (x, y) => Math.hypot(x, 2 * y) < 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.75,
  rectangle: (x, y) => Math.max(Math.abs(x), 2 * Math.abs(y)) < 1,
  cross: (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.25 && Math.max(Math.abs(x), Math.abs(y)) < 0.95,
};
const labels = Object.keys(inside);

/** Numbers of [0, 1) that are the same in every run (a linear congruential generator). */
function seededRandom(seed) {
  let state = seed >>> 0;
  return {
    next() {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      return state / 2 ** 32;
    },
  };
}

/** n images of one coloured shape each, as a tensor [n, size, size, 3], and their classes. */
function shapes(n, seed) {
  const random = seededRandom(seed);
  const target = Array.from({ length: n }, (_, i) => i % labels.length);
  const pixels = target.flatMap((t) => {
    const [angle, scale] = [random.next() * Math.PI, 0.5 + 0.4 * random.next()];
    const [dx, dy] = [0.4 * random.next() - 0.2, 0.4 * random.next() - 0.2];
    const colours = [0, 0.6].map((least) => [0, 1, 2].map(() => least + 0.4 * random.next()));
    return Array.from({ length: size * size }, (_, k) => {
      const x = ((k % size) + 0.5) / (size / 2) - 1 - dx;
      const y = (Math.floor(k / size) + 0.5) / (size / 2) - 1 - dy;
      const u = (x * Math.cos(angle) + y * Math.sin(angle)) / scale;
      const v = (y * Math.cos(angle) - x * Math.sin(angle)) / scale;
      return colours[inside[labels[t]](u, v) ? 1 : 0];
    }).flat();
  });
  return { inputs: tf.tensor4d(pixels, [n, size, size, 3]), target };
}

const train = shapes(400, 1);
const test = shapes(100, 2);
const model = tf.sequential({
  layers: [
    tf.layers.conv2d({ inputShape: [size, size, 3], filters: 16, kernelSize: 3, activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
    tf.layers.globalAveragePooling2d({}),
    tf.layers.dense({ units: labels.length, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: tf.train.adam(0.01), loss: 'sparseCategoricalCrossentropy' });

await model.fit(train.inputs, tf.tensor1d(train.target), {
  epochs: Number(epochs),
  batchSize: 40,
  verbose: 0,
  validationData: [test.inputs, tf.tensor1d(test.target)],
  callbacks: tfjsCallback(tf, model, folderStore(folder), { labels, test, train, dataset: 'generated shapes, 16 px' }),
});
