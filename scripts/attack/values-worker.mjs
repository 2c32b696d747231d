/** Reads changed JSON documents one after the other and tells its parent of each; dies with the one that kills it. */

import { openFeaturesFile } from '../../src/activations/features-file/features-file.ts';
import { parseImageList } from '../../src/activations/images/image-list.ts';
import { parsePreprocessing } from '../../src/activations/images/preprocess.ts';
import { parsePopulation } from '../../src/analyses/classes/population-file.ts';
import { memorySource } from '../../src/base/bytes/byte-source.ts';
import { SemblanceError } from '../../src/base/errors.ts';
import { encodeSafetensors } from '../../src/formats/safetensors/write-safetensors.ts';
import { findClassNames } from '../../src/model-files/class-names.ts';
import { detectHead } from '../../src/model-files/head/detect-head.ts';
import { openModel } from '../../src/model-files/open-model.ts';
import { readPredictions } from '../../src/runs/predictions-file.ts';
import { readMetrics, readRunInfo } from '../../src/runs/run-log.ts';
import { parseLabels } from '../../src/semantics/label-files/parse-labels.ts';
import { parseManifest } from '../../src/study/read-study.ts';
import { changeJson, generator } from '../fuzz/mutations.mjs';

const bytesOf = (text) => new TextEncoder().encode(text);
const lines = (values) => (Array.isArray(values) ? values : [values]).map((value) => JSON.stringify(value)).join('\n');
const cell = (value) => (typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : JSON.stringify(value));

const tensor = (...shape) => ({
  dtype: 'f32',
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, Math.sin),
});
const head = encodeSafetensors({ 'fc.weight': tensor(4, 3), 'fc.bias': tensor(4) });
const lora = encodeSafetensors({
  'base_model.model.fc.lora_A.weight': tensor(2, 3),
  'base_model.model.fc.lora_B.weight': tensor(4, 2),
  'base_model.model.fc.base_layer.weight': tensor(4, 3),
});

/** A good document of each kind, and what reads it. */
const KINDS = [
  {
    seeds: [
      {
        do_resize: true,
        size: { height: 224, width: 224, shortest_edge: 256 },
        resample: 3,
        do_center_crop: true,
        crop_size: { height: 224, width: 224 },
        do_rescale: true,
        rescale_factor: 0.00392,
        do_normalize: true,
        image_mean: [0.485, 0.456, 0.406],
        image_std: [0.229, 0.224, 0.225],
      },
      {
        pretrained_cfg: { input_size: [3, 224, 224], crop_pct: 0.9, interpolation: 'bicubic', mean: [0.5], std: [0.5] },
      },
    ],
    read: parsePreprocessing,
  },
  {
    seeds: [
      [
        { target: 0, prediction: 1 },
        { target: 'cat', prediction: 0 },
      ],
      [{ label: 1, pred: 2, logits: [0.1, 0.2] }],
    ],
    read: (value) => readPredictions(memorySource('predictions.jsonl', bytesOf(lines(value))), ['cat', 'dog', 'eel']),
  },
  {
    seeds: [
      [
        ['target', 'prediction'],
        [0, 1],
        ['cat', 2],
      ],
    ],
    read: (value) => {
      const rows = (Array.isArray(value) ? value : [value]).map((row) =>
        Array.isArray(row) ? row.map(cell) : cell(row),
      );
      return readPredictions(memorySource('predictions.csv', bytesOf(rows.join('\n'))), ['cat', 'dog', 'eel']);
    },
  },
  {
    seeds: [
      { id2label: { 0: 'cat', 1: 'dog', 2: 'eel', 3: 'fox' } },
      { class_to_idx: { cat: 0, dog: 1 }, other: 1 },
      ['cat', 'dog', 'eel'],
      { 0: ['n02123045', 'tabby'], 1: ['n02084071', 'dog'] },
      { categories: [{ id: 1, name: 'cat', supercategory: 'animal' }], info: {} },
      { classes: ['cat', 'dog'] },
      [{ id: 0, name: 'cat' }],
    ],
    read: (value) => parseLabels(JSON.stringify(value) ?? '', 'labels.json'),
  },
  {
    seeds: [
      { model_type: 'resnet', id2label: { 0: 'cat', 1: 'dog', 2: 'eel', 3: 'fox' }, label2id: { cat: 0 } },
      { num_classes: 4, label_names: ['a', 'b', 'c', 'd'], pretrained_cfg: { num_classes: 4 } },
    ],
    read: async (value) => {
      const source = memorySource(
        'model.safetensors',
        head,
        new Map([['config.json', bytesOf(JSON.stringify(value) ?? '')]]),
      );
      const file = await openModel(source);
      await detectHead(file).readTemplates();
      return findClassNames(source, file);
    },
  },
  {
    seeds: [
      { peft_type: 'LORA', r: 2, lora_alpha: 4, target_modules: ['fc'], alpha_pattern: {}, rank_pattern: { fc: 2 } },
    ],
    read: async (value) => {
      const beside = new Map([['adapter_config.json', bytesOf(JSON.stringify(value) ?? '')]]);
      const file = await openModel(memorySource('adapter_model.safetensors', lora, beside));
      return detectHead(file).readTemplates();
    },
  },
  {
    seeds: [
      [
        { path: 'a.png', label: 'cat' },
        { image: 'b.jpg', label: 1, box: [0, 0, 1, 1] },
      ],
    ],
    read: (value) => parseImageList(lines(value), 'list.jsonl'),
  },
  {
    seeds: [
      {
        name: 'zoo',
        labels: 'imagenet-1k',
        models: [
          { id: 'a', file: 'a.onnx', family: 'cnn', parameters: 5e6, accuracy: 0.7 },
          { id: 'b', file: 'b.onnx', head: 'fc.weight' },
        ],
      },
    ],
    read: (value) => parsePopulation(JSON.stringify(value) ?? '', 'population.json'),
  },
  {
    seeds: [
      [
        { epoch: 0, split: 'test', accuracy: 0.5, loss: 1.2, learningRate: 0.1 },
        { epoch: 1, test: { accuracy: 0.6, loss: 1 }, lr: 0.01 },
      ],
    ],
    read: (value) => readMetrics(memorySource('metrics.jsonl', bytesOf(lines(value)))),
  },
  {
    seeds: [{ name: 'run', classes: ['cat', 'dog'], epochs: 3, head: 'fc.weight' }],
    read: (value) => readRunInfo(memorySource('run.json', bytesOf(JSON.stringify(value) ?? ''))),
  },
  {
    seeds: [
      {
        layers: JSON.stringify([{ name: 'late', kind: 'tokens', prefix: 1, grid: [2, 2] }]),
        samples: JSON.stringify([{ name: 'a.png', label: 'cat' }, { name: 'b.png' }]),
      },
    ],
    // The texts of the metadata are documents themselves.
    read: (value) => {
      const texts = Object.entries(value ?? {}).map(([key, text]) => [
        key,
        typeof text === 'string' ? text : (JSON.stringify(text) ?? ''),
      ]);
      return openFeaturesFile(
        memorySource('f.safetensors', encodeSafetensors({ late: tensor(2, 5, 3) }, Object.fromEntries(texts))),
      );
    },
    inside: ['layers', 'samples'],
  },
  {
    seeds: [
      {
        schemaVersion: 1,
        software: { name: 'semblance', version: '0.2.0' },
        name: 'a',
        created: '2026-01-01',
        instruments: {
          classes: { inputsHash: '0'.repeat(64), options: { seed: 0 }, models: [{ id: 'a', name: 'a' }] },
        },
        files: { 'classes/a.npy': '0'.repeat(64) },
      },
    ],
    read: (value) => parseManifest(bytesOf(JSON.stringify(value) ?? ''), 'study'),
  },
];

const { from, to, seed } = JSON.parse(process.argv[2]);
for (let i = from; i < to; i++) {
  const random = generator(Math.imul(seed + 1, 0x9e3779b1) + i);
  const kind = KINDS[random(KINDS.length)];
  let value = structuredClone(kind.seeds[random(kind.seeds.length)]);
  const field = kind.inside?.[random(kind.inside.length + 1)];
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const inner = parsed(value?.[field]);
    if (inner === undefined) value = changeJson(value, random);
    else value[field] = JSON.stringify(changeJson(inner, random)) ?? '';
  }
  process.send({ at: i });
  let outcome = 'read';
  try {
    await kind.read(value);
  } catch (error) {
    if (error instanceof SemblanceError) outcome = 'refused';
    else
      outcome = `stray ${error?.name}: ${error?.message} for ${JSON.stringify(value)?.slice(0, 300)} ${error?.stack?.split('\n')[1]}`;
  }
  // Waited for: what is still on its way when the channel closes is lost.
  await new Promise((sent) => process.send({ done: i, outcome, memory: process.memoryUsage().rss }, sent));
}
process.disconnect();

/** The value that a text holds as JSON; undefined where it holds none. */
function parsed(text) {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
