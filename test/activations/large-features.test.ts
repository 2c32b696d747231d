import { truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zlibSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFeaturesFile, openFeaturesFile } from '#src/activations/features-file/features-file.ts';
import { type ByteSource, memorySource } from '#src/base/bytes/byte-source.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { UnsupportedError } from '#src/base/errors.ts';
import { encodeSafetensors } from '#src/formats/safetensors/write-safetensors.ts';
import { inflatedSource, updateCrc32 } from '#src/formats/zip/inflate.ts';
import { contentHash } from '#src/model-files/content-hash.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { rowReader } from '#src/tensor/read-rows.ts';
import { npyFile } from '../support/npy-writer.ts';

const values = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i) * 100));

describe('a file of features beyond 2 GiB', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'semblance-large-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is read row by row', async () => {
    const shape = [1500, 196, 2000];
    const bytes = 1500 * 196 * 2000 * 4;
    const header = Buffer.from(JSON.stringify({ layer: { dtype: 'F32', shape, data_offsets: [0, bytes] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const path = join(folder, 'large.safetensors');
    writeFileSync(path, Buffer.concat([length, header]));
    // Sparse: what is never written takes no place on the disk.
    truncateSync(path, 8 + header.length + bytes);
    const last = Float32Array.of(3, -4);
    const file = await open(path, 'r+');
    await file.write(new Uint8Array(last.buffer), 0, 8, 8 + header.length + bytes - 8);
    await file.close();

    const source = await fileSource(path);
    const { layers, images } = await openFeaturesFile(source);
    expect([images, bytes > 2 ** 31]).toEqual([1500, true]);
    const row = await rowReader(source.name, layers[0]!)(1499, 1500);
    expect(row.shape).toEqual([1, 196, 2000]);
    expect(Array.from(row.data.subarray(-3))).toEqual([0, 3, -4]);
  });
});

describe('rows of an array', () => {
  const shape = [7, 3, 2];
  const data = values(42);

  it.each(['f32', 'f16', 'i32', 'u16', 'u8'] as const)('of %s are those of the whole', async (dtype) => {
    const bytes = encodeSafetensors({ before: { dtype, shape: [3], data: [1, 2, 3] }, x: { dtype, shape, data } });
    await sameRows(memorySource('x.safetensors', bytes), 'x');
  });

  it('of bfloat16 are those of the whole', async () => {
    const header = Buffer.from(JSON.stringify({ x: { dtype: 'BF16', shape, data_offsets: [0, 84] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const words = Uint16Array.from(new Uint16Array(data.buffer).filter((_, i) => i % 2 === 1));
    await sameRows(
      memorySource('x.safetensors', new Uint8Array(Buffer.concat([length, header, Buffer.from(words.buffer)]))),
      'x',
    );
  });

  it('of .npy files are those of the whole, in whatever order and byte order', async () => {
    for (const [descr, fortranOrder] of [
      ['<f4', false],
      ['>f4', false],
      ['<f4', true],
    ] as const)
      await sameRows(memorySource('x.npy', npyFile({ descr, shape, fortranOrder, data: data.buffer })), 'array');
  });

  async function sameRows(source: ByteSource, name: string): Promise<void> {
    const entry = (await openModel(source)).tensors.get(name)!;
    const whole = await entry.read();
    const read = rowReader(source.name, entry);
    const parts = [await read(0, 2), await read(2, 2), await read(2, 7)];
    expect(parts.map((part) => part.shape)).toEqual([
      [2, 3, 2],
      [0, 3, 2],
      [5, 3, 2],
    ]);
    expect(parts.flatMap((part) => Array.from(part.data))).toEqual(Array.from(whole.data));
  }

  it('are refused by name where an array in another order is too large to be read whole', async () => {
    const source = memorySource('f.npy', npyFile({ shape, fortranOrder: true, data: data.buffer }));
    const entry = (await openModel(source)).tensors.get('array')!;
    await expect(rowReader('f.npy', entry, { most: 42 })(0, 1)).resolves.toMatchObject({ shape: [1, 3, 2] });
    const refused = rowReader('f.npy', entry, { most: 41 })(0, 1);
    await expect(refused).rejects.toThrow(UnsupportedError);
    await expect(refused).rejects.toThrow(/f\.npy: array \(\[?7.*42 values/);
    await expect(rowReader('f.npy', entry)(5, 8)).rejects.toThrow('array has 7 rows; rows 5 to 8');
  });
});

describe('deflated data', () => {
  // Noise, since what deflates well would come out of the inflater at once.
  const bytes = Uint8Array.from({ length: 1_500_000 }, (_, i) => (Math.imul(i ^ (i >>> 7), 2654435761) >>> 13) & 255);
  const deflated = zlibSync(bytes, { level: 1 }).slice(2, -4);

  function counted(): { source: ByteSource; read: () => number } {
    let read = 0;
    const inner = memorySource('x', deflated);
    const counting: ByteSource = {
      ...inner,
      async read(start, end) {
        read += end - start;
        return inner.read(start, end);
      },
    };
    return {
      source: inflatedSource(counting, bytes.length, updateCrc32(0, bytes) >>> 0),
      read: () => read,
    };
  }

  it('are inflated once when read in blocks, and again when read backwards', async () => {
    const { source, read } = counted();
    const block = 100_000;
    for (let start = 0; start < bytes.length; start += block)
      expect(await source.read(start, start + block)).toEqual(bytes.subarray(start, start + block));
    expect(read()).toBe(deflated.length);
    expect(await source.read(7, 9)).toEqual(bytes.subarray(7, 9));
    expect(read()).toBeGreaterThan(deflated.length);
  });

  it('give two readers at a time what each asks for, with gaps between', async () => {
    const { source } = counted();
    await source.read(0, 70_000);
    const places = [
      [80_000, 150_000],
      [200_000, 300_000],
      [90_000, 160_000],
      [1_400_000, 1_500_000],
    ] as const;
    const found = await Promise.all(places.map(([start, end]) => source.read(start, end)));
    places.forEach(([start, end], i) => {
      expect(found[i]).toEqual(bytes.subarray(start, end));
    });
  });

  it('are checked against their checksum at the end of a pass in blocks', async () => {
    const source = inflatedSource(memorySource('x', deflated), bytes.length, 1);
    await source.read(0, 700_000);
    await expect(source.read(700_000, bytes.length)).rejects.toThrow('checksum');
  });
});

describe('features in shards', () => {
  const layer = (seed: number) => ({
    dtype: 'f32' as const,
    shape: [2, 3, 4, 4],
    data: values(96).map((v) => v + seed),
  });
  const samples = JSON.stringify([{ id: 'a' }, { id: 'b' }]);
  const index = new TextEncoder().encode(
    JSON.stringify({
      metadata: { total_size: 768 },
      weight_map: { l1: 'f-00001-of-00002.safetensors', l2: 'f-00002-of-00002.safetensors' },
    }),
  );
  const source = (second: Record<string, string>, seed = 0): ByteSource =>
    memorySource(
      'f.safetensors.index.json',
      index,
      new Map([
        ['f-00001-of-00002.safetensors', encodeSafetensors({ l1: layer(1) }, { format: 'pt', samples })],
        ['f-00002-of-00002.safetensors', encodeSafetensors({ l2: layer(seed) }, second)],
      ]),
    );

  it('are one file, with the samples that a shard lists', async () => {
    expect(await isFeaturesFile(source({}))).toBe(true);
    const opened = await openFeaturesFile(source({ format: 'pt' }));
    expect(opened.layers.map(({ name }) => name)).toEqual(['l1', 'l2']);
    expect(opened.samples).toEqual([{ id: 'a' }, { id: 'b' }]);
  });

  it('say where they contradict each other', async () => {
    const opened = await openFeaturesFile(source({ samples: JSON.stringify([{ id: 'a' }, { id: 'c' }]) }));
    expect(opened.samples).toBe(null);
    expect(opened.file.notes).toEqual([expect.stringContaining('contradict each other in "samples"')]);
  });

  it('are told apart by the bytes of every shard', async () => {
    const same = await contentHash(source({}));
    expect(await contentHash(source({}))).toBe(same);
    expect(await contentHash(source({}, 1))).not.toBe(same);
  });
});
