/**
 * Attacks the readers of model files with mutations of good ones, each batch in a process of its own:
 *
 *     npm run fuzz -- --format tflite --inputs 100000 [--seed 1] [--keep FOLDER]
 *
 * Seeds are the files of that format below test/fixtures, samples and, where it is there, the optional folder ../shared.
 * A process that hangs, grows or dies is a failure, as is an error that is not one of Semblance's own.
 */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { watchedBatch } from './fuzz/watched-batch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
register('./test/support/typescript-hooks.mjs', `file://${root}`);

const BATCH = 20_000;
const MAX_SEED_BYTES = 450_000;

const { values } = parseArgs({
  options: {
    format: { type: 'string' },
    inputs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
  },
});
const inputs = Number(values.inputs);
const { MODEL_FORMATS, SHARD_INDEX } = await import('../src/model-files/model-formats.ts');
const { detectFormat } = await import('../src/model-files/open-model.ts');
const { fileSource } = await import('../src/base/bytes/file-source.ts');
const known = [...MODEL_FORMATS, SHARD_INDEX].map(({ name }) => name);
const formats = values.format === undefined ? known : [values.format];
for (const format of formats)
  if (!known.includes(format) || !Number.isSafeInteger(inputs)) {
    console.error(`fuzz: --format is one of ${known.join(', ')}, --inputs a whole number.`);
    process.exit(2);
  }

const seeds = await findSeeds();
let failed = false;
for (const format of formats) {
  const paths = seeds.get(format) ?? [];
  if (paths.length === 0) {
    console.log(`${format}: no seed`);
    continue;
  }
  const result = await attack(format, paths);
  failed ||= result.failures.length > 0;
  const { read, refused, failures, seconds, peak } = result;
  console.log(
    `${format}: ${read + refused + failures.length} inputs of ${paths.length} seeds in ${seconds.toFixed(0)} s: ${read} read, ${refused} refused, ${failures.length} failures; at most ${Math.round(peak / 2 ** 20)} MB`,
  );
  for (const failure of failures.slice(0, 20)) console.log(`  ${failure}`);
}
process.exit(failed ? 1 : 0);

async function findSeeds() {
  const found = new Map();
  for (const folder of ['test/fixtures', 'samples', '../shared/cases/formats']) {
    if (!existsSync(root + folder)) continue;
    for (const path of readdirSync(root + folder, { recursive: true, encoding: 'utf8' })) {
      const whole = `${root}${folder}/${path}`;
      const { size } = statSync(whole);
      // Hostile files are found elsewhere; here good ones are made bad.
      if (/hostile/.test(path) || !statSync(whole).isFile() || size === 0 || size > MAX_SEED_BYTES) continue;
      const format = await detectFormat(await fileSource(whole));
      if (format) found.set(format.name, [...(found.get(format.name) ?? []), whole].slice(0, 64));
    }
  }
  return found;
}

async function attack(format, paths) {
  const started = performance.now();
  const total = { read: 0, refused: 0, failures: [], peak: 0 };
  if (values.keep) mkdirSync(values.keep, { recursive: true });
  for (let from = 0; from < inputs; ) {
    const failure = values.keep ? `${values.keep}/${format.replace(' ', '-')}-${from}.bin` : undefined;
    const job = { format, paths, seed: Number(values.seed), failure };
    from = await watchedBatch('scripts/fuzz/worker.mjs', job, from, Math.min(from + BATCH, inputs), total);
  }
  return { ...total, seconds: (performance.now() - started) / 1000 };
}
