/**
 * A head of ImageNet-21k's size, 21,843 × 768 of seeded weights over WordNet synsets: neighbours, ranking and SSAD of the
 * whole command, with the peak memory of its process. Run: node bench/large-head.bench.mjs
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeSafetensors } from '../dist/formats/safetensors/write-safetensors.js';
import { loadWordNet } from '../dist/semantics/load-wordnet.js';
import { wnidOf } from '../dist/semantics/wordnet.js';
import { createRandom } from '../dist/statistics/random.js';

const CLASSES = 21_843;
const FEATURES = 768;

const wordnet = await loadWordNet();
const random = createRandom(1);
const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
try {
  const data = Float32Array.from({ length: CLASSES * FEATURES }, () => random.normal());
  writeFileSync(
    join(folder, 'head.safetensors'),
    encodeSafetensors({ 'head.weight': { dtype: 'f32', shape: [CLASSES, FEATURES], data } }),
  );
  const synsets = random.permutation(wordnet.synsetCount).slice(0, CLASSES);
  writeFileSync(join(folder, 'labels.txt'), Array.from(synsets, (synset) => wnidOf(wordnet, synset)).join('\n'));
  const cli = fileURLToPath(new URL('../bin/semblance.js', import.meta.url));
  const script = `const { peakMemory } = await import(${JSON.stringify(new URL('support/peak-memory.mjs', import.meta.url).href)});
    process.on('exit', () => console.error('peak', peakMemory()));
    const { run } = await import(${JSON.stringify(new URL('../dist/cli/main.js', import.meta.url).href)});
    process.exitCode = await run(${JSON.stringify(['classes', join(folder, 'head.safetensors'), '--labels', join(folder, 'labels.txt'), '--out', join(folder, 'study'), '--quiet'])});`;
  const start = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${cli}: ${stderr}`);
  console.log(stdout.split('\n').slice(0, 12).join('\n'));
  console.log(
    `${CLASSES} × ${FEATURES}: ${seconds.toFixed(0)} s, peak ${(Number(/peak (\d+)/.exec(stderr)[1]) / 2 ** 30).toFixed(2)} GiB (limit 2 GB)`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
