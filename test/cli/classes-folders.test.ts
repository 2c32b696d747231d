import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRandom } from '#src/statistics/random.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
  const random = createRandom(1);
  const head = (classes: number) => ({
    shape: [classes, 8],
    data: Float32Array.from({ length: classes * 8 }, () => random.normal()),
  });
  for (const name of ['a/model', 'b/model', 'b/deep/net', 'net.v2'])
    write(`${name}.safetensors`, writeSafetensors({ 'fc.weight': head(10) }));
  const broken = { shape: [10, 8], data: new Float32Array(80).fill(Number.NaN) };
  write('b/broken.safetensors', writeSafetensors({ 'fc.weight': broken }));
  write('README.md', '# no model');
});
afterEach(() => folder.remove());

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(join(folder.path, path, '..'), { recursive: true });
  writeFileSync(join(folder.path, path), content);
}

const cli = (...args: string[]) => runCli(['classes', ...args], { cwd: folder.path });
const names = (stdout: string): string[] => JSON.parse(stdout).models.map((model: { name: string }) => model.name);

test('a folder stands for the models in it; one that cannot be used is reported and the rest go on', async () => {
  const { code, stdout, stderr } = await cli('.', '--labels', 'cifar-10', '--json');
  expect(code).toBe(0);
  expect(names(stdout)).toEqual(['a', 'net', 'b', 'net.v2']);
  expect(JSON.parse(stdout).failed).toMatchObject([{ name: 'broken' }]);
  expect(stderr).toContain('Found 5 models and 0 studies; skipped 1.');
  expect(stderr).toContain('skipped README.md: is not a model, or goes with one');
  const strict = await cli('.', '--labels', 'cifar-10', '--strict');
  expect(strict.code).toBe(3);
  expect(strict.stderr).toContain('broken.safetensors: tensor fc.weight holds NaN in row 0');
});

test('a glob that the shell left alone is expanded', async () => {
  const one = await cli('?/model.*', '--labels', 'cifar-10', '--json');
  expect(names(one.stdout)).toEqual(['a', 'b']);
  const all = await cli('**/*net*', '--labels', 'cifar-10', '--json');
  expect(names(all.stdout).sort()).toEqual(['net', 'net.v2']);
  const none = await cli('*.pth');
  expect(none.code).toBe(3);
  expect(none.stderr).toContain('*.pth: no file matches.');
});

test('--name names one model; a folder without any is refused', async () => {
  const two = await cli('b', '--name', 'B');
  expect(two.code).toBe(2);
  expect(two.stderr).toContain('--name B: b stands for 3 models.');
  const named = await cli('b/deep', '--name', 'Deep', '--labels', 'cifar-10', '--json');
  expect(names(named.stdout)).toEqual(['Deep']);
  mkdirSync(join(folder.path, 'empty'));
  const empty = await cli('empty');
  expect(empty.code).toBe(3);
  expect(empty.stderr).toContain('empty: there is no model among 0 files.');
});

test('a SavedModel is one model by its folder, and OpenVINO and checkpoints are by the file with the description', async () => {
  const cases = fileURLToPath(new URL('../fixtures/cases/formats', import.meta.url));
  for (const name of ['openvino-ir', 'tensorflow-saved-model/keras-export'])
    cpSync(join(cases, name), join(folder.path, 'tf', name), { recursive: true });
  const alone = await cli('tf/tensorflow-saved-model/keras-export', '--labels', 'cifar-10', '--json');
  expect(names(alone.stdout)).toEqual(['keras-export']);
  expect(JSON.parse(alone.stdout).models[0].head).toMatchObject({ tensor: 'Logits/kernel' });
  const all = await cli('tf', '--labels', 'cifar-10', '--json');
  expect(names(all.stdout)).toEqual(['conv1x1', 'half', 'u8', 'keras-export']);
  expect(all.stderr).toContain('half.bin: has the weights of the .xml beside it');
  expect(all.stderr).toContain('variables: belongs to saved_model.pb');
});
