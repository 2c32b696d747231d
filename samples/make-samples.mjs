/**
 * Makes the bundled samples from full training runs: `node samples/make-samples.mjs ../shared/data/runs`.
 * Takes the head of the last epoch of each run and writes it as safetensors, with the classes in a config.json.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const runs = process.argv[2];
if (!runs) throw new Error('Name the folder of the runs.');

for (const name of ['tiny-imagenet-cnn', 'tiny-imagenet-vit']) {
  const folder = join(runs, name);
  const last = readdirSync(folder).filter((file) => /^epoch-\d+\.safetensors$/.test(file)).sort().at(-1);
  const bytes = readFileSync(join(folder, last));
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString());
  const { dtype, shape, data_offsets } = header['head.weight'];
  const data = bytes.subarray(8 + headerLength + data_offsets[0], 8 + headerLength + data_offsets[1]);

  const out = JSON.stringify({
    __metadata__: { run: name, epoch: String(Number(last.match(/\d+/)[0])) },
    'head.weight': { dtype, shape, data_offsets: [0, data.length] },
  });
  const padded = out.padEnd(Math.ceil(out.length / 8) * 8);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(padded.length));

  const target = new URL(`./${name}/`, import.meta.url);
  mkdirSync(target, { recursive: true });
  writeFileSync(new URL('model.safetensors', target), Buffer.concat([prefix, Buffer.from(padded), data]));
  const { labels } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
  const id2label = Object.fromEntries(labels.map((label, row) => [row, label]));
  writeFileSync(new URL('config.json', target), `${JSON.stringify({ id2label }, null, 1)}\n`);
}
