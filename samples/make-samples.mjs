/**
 * Makes the bundled samples from full training runs: `node samples/make-samples.mjs ../shared/data/runs` after a build.
 * Heads and templates become f16, predictions u8. Every epoch keeps its head and its predictions on test; everything
 * else is kept of the first epochs, of every fifth, and of the last.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeSafetensors } from '../dist/formats/safetensors/write-safetensors.js';
import { openModel } from '../dist/model-files/open-model.js';
import { fileSource } from '../dist/base/bytes/file-source.js';

const runs = process.argv[2];
if (!runs) throw new Error('Name the folder of the runs.');
const FIRST = 3;
const EVERY = 5;
const EVERY_EPOCH = /^head\.|^split\.test\.(target|prediction)$/;

function writtenType(name) {
  if (/\.(target|prediction)$/.test(name)) return 'u8';
  return /\.count(Correct|Wrong)?$/.test(name) ? 'i32' : 'f16';
}

/** Tensors with larger elements first, so that each lies on an address of its size's multiple. */
function bySize(a, b) {
  const place = (name) => ['i32', 'f16', 'u8'].indexOf(writtenType(name));
  return place(a) - place(b);
}

for (const name of ['tiny-imagenet-cnn', 'tiny-imagenet-vit', 'tiny-imagenet-vit-bad']) {
  const source = join(runs, name);
  const target = fileURLToPath(new URL(`./${name}/`, import.meta.url));
  mkdirSync(target, { recursive: true });
  const files = readdirSync(source).filter((file) => /^epoch-\d+\.safetensors$/.test(file)).sort();
  for (const file of files) {
    const epoch = Number(file.match(/\d+/)[0]);
    const isWhole = epoch <= FIRST || epoch % EVERY === 0 || file === files.at(-1);
    const { tensors } = await openModel(await fileSource(join(source, file)));
    const out = {};
    for (const tensor of [...tensors.keys()].filter((key) => isWhole || EVERY_EPOCH.test(key)).sort(bySize)) {
      const { shape, data } = await tensors.get(tensor).read();
      out[tensor] = { dtype: writtenType(tensor), shape, data };
    }
    writeFileSync(join(target, file), encodeSafetensors(out, { epoch: String(epoch) }));
  }
  const info = JSON.parse(readFileSync(join(source, 'run.json'), 'utf8'));
  writeFileSync(join(target, 'run.json'), `${JSON.stringify(info, null, 1)}\n`);
  copyFileSync(join(source, 'metrics.jsonl'), join(target, 'metrics.jsonl'));
  // Which class each row of the head is, for whoever opens a single epoch as a model.
  const id2label = Object.fromEntries(info.labels.map((label, row) => [row, label]));
  writeFileSync(join(target, 'config.json'), `${JSON.stringify({ id2label }, null, 1)}\n`);
}
