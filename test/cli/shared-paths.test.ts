import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, test } from 'vitest';
import { commandLine } from '#src/cli/terminal/command-line.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';

const samples = fileURLToPath(new URL('../../samples/', import.meta.url));
const folder = temporaryFolder();
afterAll(() => folder.remove());

describe('the command that a study notes', () => {
  it.each([
    [['/home/ann/models/a.onnx'], 'a.onnx'],
    [['/home/ann/project/models/a.onnx'], 'models/a.onnx'],
    [['/home/ann/project'], 'project'],
    [['/home/ann/projects/a.onnx'], 'a.onnx'],
    [['models/a.onnx', '--labels', 'cifar-10'], 'models/a.onnx --labels cifar-10'],
    [['--out=/tmp/secret/study'], '--out=study'],
    [['--group', 'cats=/data/ann/cats'], '--group cats=cats'],
    [['/home/ann/a.onnx', '--layers', '/layer3/Add_output_0,/fc'], 'a.onnx --layers /layer3/Add_output_0,/fc'],
    [
      ['a.onnx', '--logits=/fc/Gemm_output_0', '--head', '/fc.weight'],
      'a.onnx --logits=/fc/Gemm_output_0 --head /fc.weight',
    ],
    [['a.onnx', '--template-layer', '/pool/Mean'], 'a.onnx --template-layer /pool/Mean'],
    [['https://host/a/b.onnx'], 'https://host/a/b.onnx'],
    [['/home/ann/my models/a b.onnx'], "'a b.onnx'"],
  ])('shortens %j to %s', (args, line) => {
    expect(commandLine('classes', args, { cwd: '/home/ann/project' })).toBe(`semblance classes ${line}`);
  });

  it('keeps all where that is asked for', () => {
    const place = { cwd: '/home/ann/project', fullPaths: true };
    expect(commandLine('classes', ['/home/ann/a.onnx'], place)).toBe('semblance classes /home/ann/a.onnx');
  });
});

/** All files below a folder as Latin-1 text, which holds every byte. */
function texts(path: string): string {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

test('no study, page or report holds the path of a folder of this machine', { timeout: 240_000 }, async () => {
  const secret = join(folder.path, 'ann-secret-place');
  const elsewhere = join(folder.path, 'elsewhere');
  for (const path of [secret, elsewhere]) mkdirSync(path);
  cpSync(join(samples, 'pink-square'), join(secret, 'square'), { recursive: true });
  cpSync(join(samples, 'tiny-imagenet-vit-bad'), join(secret, 'run'), { recursive: true });
  writeFileSync(join(secret, 'square/images/broken.png'), 'no picture');
  const [a, b] = ['with-square', 'without-square'].map((name) => join(secret, `square/networks/${name}.onnx`));
  const images = join(secret, 'square/images');
  const study = join(secret, 'study');
  const run = async (...args: string[]) => {
    const result = await runCli(args, { cwd: elsewhere });
    expect(result, result.stderr).toMatchObject({ code: 0 });
  };
  await run('classes', a!, b!, '--images', images, '--out', study, '-q');
  await run('training', join(secret, 'run'), '--out', study, '-q');
  await run('representations', a!, '--images', images, '--sample', '6', '--out', study, '-q');
  await run('export', study, join(elsewhere, 'page.html'), '-q');
  await run('report', study, join(elsewhere, 'report.html'));
  for (const path of [study, elsewhere]) {
    expect(texts(path)).not.toContain('ann-secret-place');
    expect(texts(path)).not.toContain(folder.path);
  }
  await run('classes', a!, '--out', join(folder.path, 'full'), '-q', '--full-paths');
  expect(texts(join(folder.path, 'full'))).toContain(`semblance classes ${a}`);
});
