/**
 * A small dense network learns generated data in TensorFlow.js and logs its run:
 *
 *     npm install semblance @tensorflow/tfjs-core @tensorflow/tfjs-layers @tensorflow/tfjs-backend-cpu
 *     node tfjs-training.mjs FOLDER [EPOCHS]
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tfc from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { createRandom, createRunLogger, tfjsRunCallback } from 'semblance';
import { folderStore } from 'semblance/node';

const [folder = 'runs/tfjs', epochs = '5'] = process.argv.slice(2);
const classes = 10;
const features = 16;
const random = createRandom(0);
const centres = Array.from({ length: classes }, () => Array.from({ length: features }, () => random.normal()));

/** Classes 2k and 2k + 1 lie close together. */
function makeSplit(samples) {
  const targets = Array.from({ length: samples }, (_, i) => i % classes);
  const rows = targets.map((t) => centres[t - (t % 2)].map((x, d) => x + 0.4 * centres[t][d] + random.normal()));
  return { inputs: tfc.tensor2d(rows), targets };
}

const train = makeSplit(1000);
const test = makeSplit(300);
const model = tfl.sequential();
model.add(tfl.layers.dense({ units: 24, activation: 'relu', inputShape: [features] }));
model.add(tfl.layers.dense({ units: classes, activation: 'softmax' }));
model.compile({ optimizer: tfc.train.adam(0.005), loss: 'sparseCategoricalCrossentropy' });

const logger = await createRunLogger(folderStore(folder), { name: 'Generated data, dense network', model: 'mlp' });
const callbacks = tfjsRunCallback(logger, { tf: tfl, model, test, train });
const labels = tfc.tensor1d(train.targets, 'float32');
await model.fit(train.inputs, labels, { epochs: Number(epochs), batchSize: 32, verbose: 0, callbacks });
