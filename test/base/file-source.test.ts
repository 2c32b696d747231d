import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileSource } from '#src/base/bytes/file-source.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'semblance-files-'));
  for (const folder of [
    'model',
    'secret',
    'cache/blobs',
    'cache/snapshots/1',
    'store/.dvc/cache/aa',
    'store/.dvc/cache/bb',
  ])
    await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, 'model/m.onnx'), 'model');
  await writeFile(join(root, 'model/beside'), 'beside');
  await writeFile(join(root, 'secret/key'), 'secret');
  await symlink('../secret/key', join(root, 'model/m.data'));
  await symlink('../secret', join(root, 'model/inner'));
  await symlink('beside', join(root, 'model/within'));
  await writeFile(join(root, 'cache/blobs/aa'), 'model');
  await writeFile(join(root, 'cache/blobs/bb'), 'data');
  await symlink('../../blobs/aa', join(root, 'cache/snapshots/1/m.onnx'));
  await symlink('../../blobs/bb', join(root, 'cache/snapshots/1/m.data'));
  await writeFile(join(root, 'store/.dvc/cache/aa/1'), 'model');
  await writeFile(join(root, 'store/.dvc/cache/bb/2'), 'data');
  await symlink('.dvc/cache/aa/1', join(root, 'store/m.onnx'));
  await symlink('.dvc/cache/bb/2', join(root, 'store/m.data'));
  await symlink('../secret/key', join(root, 'store/m.key'));
});

afterAll(() => rm(root, { recursive: true }));

it.each(['m.data', 'inner/key'])('refuses %s beside a model, a link that leads out of its folder', async (name) => {
  const source = await fileSource(join(root, 'model/m.onnx'));
  await expect(source.sibling(name)).rejects.toThrow(`m.onnx: refers to ${name}, a link that leads out of its folder.`);
});

it('follows links within the folder, and those of a hub cache, where all lead to one folder', async () => {
  const plain = await fileSource(join(root, 'model/m.onnx'));
  expect(Buffer.from(await (await plain.sibling('within'))!.read(0, 6)).toString()).toBe('beside');
  expect(await plain.sibling('missing')).toBeUndefined();
  const cached = await fileSource(join(root, 'cache/snapshots/1/m.onnx'));
  expect(Buffer.from(await (await cached.sibling('m.data'))!.read(0, 4)).toString()).toBe('data');
  const stored = await fileSource(join(root, 'store/m.onnx'));
  expect(Buffer.from(await (await stored.sibling('m.data'))!.read(0, 4)).toString()).toBe('data');
  await expect(stored.sibling('m.key')).rejects.toThrow('leads out of its folder');
});

it.skipIf(process.platform === 'win32')('refuses a named pipe instead of waiting for it', async () => {
  execFileSync('mkfifo', [join(root, 'model/config.json')]);
  const source = await fileSource(join(root, 'model/m.onnx'));
  await expect(source.sibling('config.json')).rejects.toThrow('is a named pipe, where a file was expected.');
});
