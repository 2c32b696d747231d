import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parsePopulation } from '#src/analyses/classes/population-file.ts';
import { caseFile } from '../support/cases.ts';

/** Bounds for each hostile file, in a process of its own: seconds of the processor and megabytes at most in use. */
const SECONDS = 2;
const MEGABYTES = 300;

const script = fileURLToPath(new URL('../support/open-hostile.mjs', import.meta.url));
const loader = fileURLToPath(new URL('../support/typescript-loader.mjs', import.meta.url));

interface Outcome {
  error?: string;
  code?: number;
  message?: string;
  seconds: number;
  peak: number;
}

function openInChild(path: string): Promise<Outcome> {
  const args = ['--max-old-space-size=256', '--import', loader, script, path];
  return new Promise((done, failed) => {
    execFile(process.execPath, args, { timeout: 60_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error) failed(new Error(`the process ended with ${error.signal ?? error.code}: ${stderr.slice(0, 500)}`));
      else done(JSON.parse(stdout) as Outcome);
    });
  });
}

const CASES: [string, RegExp][] = [
  ['config-id2label-evil/m.safetensors', /^config\.json: id2label has an object for 3, where a name is expected\.$/],
  ['h5-deflate-bomb/m.h5', /^m\.h5: the number of rows of .* is 53687091; at most 1000000 are read\.$/],
  ['h5-heap-quadratic/m.h5', /^m\.h5: the attribute keras_version holds \d+ texts, where one is expected\.$/],
  ['h5-nested-models-hang/m.h5', /^m\.h5: the number of layers in all models within the model is 200001/],
  ['onnx-ext-abort/m.onnx', /^m\.onnx: the number of rows of W is 268435456; at most 1000000 are read\.$/],
  ['pickle-device-join/m.pkl', /^m\.pkl: the pickle's values need more than 100000000 bytes of memory\.$/],
  ['pickle-device-join-crash/m.pkl', /^m\.pkl: the pickle's values need more than 100000000 bytes of memory\.$/],
  ['pickle-long-names/m.pkl', /^m\.pkl: the length of all tensors' names together is /],
  ['pickle-self-call/m.pkl', /^m\.pkl: the pickle's calls lie more than 16 deep within one another\.$/],
  ['shard-deep/model.safetensors.index.json', /: the shard index is nested more than 128 deep/],
  ['shard-evil/model.safetensors.index.json', /: weight_map has an object for fc\.weight/],
  ['st-ansi-name/m.safetensors', /^m\.safetensors: \\u001b\]0;pwned\\u0007\\u001b\[2J/],
  [
    'st-dtype-tostring/m.safetensors',
    /^m\.safetensors: fc\.weight has the element type an object, which is not read\.$/,
  ],
  ['st-metadata-deep/m.safetensors', /^m\.safetensors: the safetensors header is nested more than 128 deep/],
  [
    'st-metadata-tostring/m.safetensors',
    /^m\.safetensors: __metadata__ has an object under a, where a text is expected\.$/,
  ],
  ['st-shape-tostring/m.safetensors', /^m\.safetensors: fc\.weight has the shape \[object\]/],
  ['tfjs-abort/model.json', /^model\.json: the number of rows of W is 268435456; at most 1000000 are read\.$/],
  [
    'tfjs-activation-evil/model.json',
    /^model\.json: the activation of layer .* is an object, where a name is expected\.$/,
  ],
  ['tfjs-nested-models-hang/model.json', /^model\.json: the number of layers in all models within the model is 200001/],
  ['tfjs-quadratic-kernels/model.json', /^model\.json: no classifier head was found among 20000 tensors/],
];

function expectRefused(outcome: Outcome, message: RegExp): void {
  expect(outcome.message).toMatch(message);
  expect(outcome.code).toBeGreaterThanOrEqual(2);
  expect(outcome.code).toBeLessThanOrEqual(5);
  expect(outcome.seconds).toBeLessThan(SECONDS);
  expect(outcome.peak).toBeLessThan(MEGABYTES);
}

describe('a hostile file ends with a message, quickly and in little memory', () => {
  for (const [path, message] of CASES)
    it.skipIf(!caseFile(`hostile/${path}`))(path, async () => {
      expectRefused(await openInChild(caseFile(`hostile/${path}`)!), message);
    });

  it.each<[string, string, number, RegExp]>([
    [
      'a head of 4 GB',
      'st-over-2gib',
      4_000_000_000,
      /the number of weights of fc\.weight is 1000000000; at most 268435456/,
    ],
    [
      'a head of 16 GB',
      'st-16gb-sparse',
      16_000_000_000,
      /the number of weights of fc\.weight is 2000000000; at most 268435456/,
    ],
  ])('%s in a sparse file', async (_, name, bytes, message) => {
    const folder = await mkdtemp(join(tmpdir(), 'semblance-hostile-'));
    try {
      const path = join(folder, 'm.safetensors');
      const head = caseFile(`hostile/${name}/head.bin`)!;
      await copyFile(head, path);
      await truncate(path, bytes + (name === 'st-over-2gib' ? 98 : 99));
      expectRefused(await openInChild(path), message);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

it('a population of nothing but commas is refused at once', () => {
  const started = process.cpuUsage();
  expect(() => parsePopulation(`models: [${','.repeat(200_000)}]`, 'population.yaml')).toThrow(
    'population.yaml: is not valid YAML: more than 100 entries between commas are empty.',
  );
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(1);
});
