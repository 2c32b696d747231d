import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { sha256Hex } from '#src/base/sha256.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { readStudyTable } from '#src/study/read-study.ts';
import type { ImageRow } from '#src/study/representations-section.ts';
import { memoryStore } from '#src/study/store.ts';
import { python } from '../support/python.ts';

const script = fileURLToPath(new URL('./write_features.py', import.meta.url));

describe.skipIf(python?.hasTorch !== true)('FeatureWriter', () => {
  let folder: string;
  let facts: {
    ids: string[];
    patches: number;
    failed: string;
    left: string[];
    resumed: boolean[];
    resumed_left: string[];
    other: string[];
    refused: string;
    most: number;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'semblance-features-'));
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' };
    const { status, stderr } = spawnSync(python!.command, [script, folder], {
      encoding: 'utf8',
      env,
      timeout: 120_000,
    });
    if (status !== 0) throw new Error(stderr);
    facts = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8'));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const open = async (name: string) => (await openModel(await fileSource(join(folder, name)))).tensors;
  const values = async (file: string, tensor = 'array') => (await (await open(file)).get(tensor)!.read()).data;

  it('writes layers, logits and head as PyTorch has them', async () => {
    const tensors = await open('features.safetensors');
    expect([...tensors.values()].map(({ name, shape }) => [name, [...shape]])).toEqual([
      ['0', [5, 6, 8, 8]],
      ['1', [5, 6, 8, 8]],
      ['logits', [5, 4]],
      ['head.weight', [4, 6]],
      ['head.bias', [4]],
    ]);
    const close = (found: ArrayLike<number>, expected: ArrayLike<number>) => {
      expect(found.length).toBe(expected.length);
      Array.from(expected).forEach((value, k) => {
        expect(Math.abs(found[k]! - value)).toBeLessThan(1e-5);
      });
    };
    close(await values('features.safetensors', '1'), await values('expected.npy'));
    close(await values('features.safetensors', 'logits'), await values('logits.npy'));
    // Patches of 4 pixels, 3 apart, two by two: the second patch of image 1 begins at (0, 3).
    expect(facts.patches).toBe(4);
    const pooled = await values('patches.safetensors', '1');
    close(pooled.subarray(5 * 6, 6 * 6), await values('patch.npy'));
  });

  it('is analysed without running the model, sample by sample', async () => {
    const store = memoryStore();
    const source = await fileSource(join(folder, 'features.safetensors'));
    const { manifest } = await analyseRepresentations([{ source }], [], { k: 2 }, store);
    const section = manifest.instruments.representations!;
    expect(section.models[0]).toMatchObject({ logits: 'logits', warnings: [], runtime: null });
    expect(section.models[0]!.layers.map(({ name }) => name)).toEqual(['0', '1']);
    const rows = await readStudyTable<ImageRow>(store, manifest, section.images);
    expect(rows.map(({ id }) => id)).toEqual(facts.ids);
    expect(facts.ids[2]).toBe(await sha256Hex('image 2'));
    expect(rows[3]).toMatchObject({ name: '3.png', label: '1' });
  });

  it('leaves no file behind when the pass fails', () => {
    expect(facts.failed).toContain('run the model before add()');
    expect(facts.left.filter((name) => !/\.(txt|npy|json)$/.test(name))).toEqual([
      'features.safetensors',
      'patches.safetensors',
      'resumed',
    ]);
  });

  it('goes on where it was stopped, at whatever step, and adds to a closed file', () => {
    expect(facts.resumed.length).toBeGreaterThan(20);
    expect(facts.resumed).not.toContain(false);
    expect(facts.refused).toContain('stopped.parts is left of a writer that was stopped');
    expect(facts.resumed_left).toEqual(['at_once', 'bfloat16', 'float16', 'grown', 'large', 'moved', 'stopped']);
    expect(facts.other).toEqual([
      expect.stringContaining('has dtype float32, and this writer float16'),
      expect.stringContaining('has pool False, and this writer True'),
    ]);
  });

  it('closes without a second copy on the disk', () => {
    // 8 MiB of values, and the block that is on its way.
    expect(facts.most).toBeGreaterThan(8 * 2 ** 20 - 1);
    expect(facts.most).toBeLessThan(9.5 * 2 ** 20);
  });

  it('writes layers in 16 bits as PyTorch rounds, and the head in 32', async () => {
    for (const dtype of ['float16', 'bfloat16']) {
      const file = join('resumed', dtype);
      expect((await open(file)).get('1')!.dtype).toBe(dtype === 'float16' ? 'f16' : 'bf16');
      expect((await open(file)).get('head.weight')!.dtype).toBe('f32');
      expect(Array.from(await values(file, '1'))).toEqual(Array.from(await values(`${dtype}.npy`)));
    }
  });
});
