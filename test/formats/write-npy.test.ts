import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { UsageError } from '#src/base/errors.ts';
import { encodeNpy, type NpyArray } from '#src/formats/npy/write-npy.ts';
import { openModel } from '#src/model-files/open-model.ts';

const numpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'semblance-npy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('encodeNpy', () => {
  it('is read back exactly by our own reader', async () => {
    await fc.assert(
      fc.asyncProperty(fc.float32Array({ maxLength: 40 }), async (data) => {
        const file = await openModel(memorySource('x.npy', encodeNpy(data, [data.length, 1])));
        const tensor = await file.tensors.get('array')!.read();
        expect(tensor.shape).toEqual([data.length, 1]);
        expect(Array.from(tensor.data)).toEqual(Array.from(data));
      }),
      { numRuns: 50 },
    );
  });

  it('begins its data on a multiple of 64 bytes', () => {
    const bytes = encodeNpy(new Float64Array(3));
    expect((bytes.length - 24) % 64).toBe(0);
    expect(bytes[bytes.length - 25]).toBe(0x0a);
  });

  it('takes a view without its neighbours', async () => {
    const view = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
    const file = await openModel(memorySource('x.npy', encodeNpy(view)));
    expect(Array.from((await file.tensors.get('array')!.read()).data)).toEqual([1, 2]);
  });

  it('refuses a shape that does not count the elements', () => {
    expect(() => encodeNpy(new Float32Array(5), [2, 3])).toThrow(UsageError);
  });

  it.skipIf(!numpy)('is loaded by numpy with the same type, shape and values', () => {
    const cases: { name: string; data: NpyArray; shape: number[]; dtype: string }[] = [
      { name: 'f32', data: Float32Array.of(1.5, -2, 3, 4, 5, 6), shape: [2, 3], dtype: 'float32' },
      { name: 'f64', data: Float64Array.of(0.1), shape: [], dtype: 'float64' },
      { name: 'u8', data: Uint8Array.of(1, 2, 255), shape: [3], dtype: 'uint8' },
      { name: 'i8', data: Int8Array.of(-1, 2), shape: [1, 2, 1], dtype: 'int8' },
      { name: 'i16', data: Int16Array.of(-300, 2), shape: [2], dtype: 'int16' },
      { name: 'u16', data: Uint16Array.of(65535), shape: [1], dtype: 'uint16' },
      { name: 'i32', data: Int32Array.of(-70000, 2), shape: [2, 1], dtype: 'int32' },
      { name: 'u32', data: Uint32Array.of(4294967295), shape: [1], dtype: 'uint32' },
      { name: 'i64', data: BigInt64Array.of(-5n), shape: [1], dtype: 'int64' },
      { name: 'empty', data: new Float32Array(0), shape: [0, 4], dtype: 'float32' },
    ];
    for (const { name, data, shape } of cases) writeFileSync(join(folder, `${name}.npy`), encodeNpy(data, shape));
    const script =
      'import sys,json,numpy as np\nprint(json.dumps([[str(a.dtype),list(a.shape),a.ravel().tolist()] for a in map(np.load,sys.argv[1:])]))';
    const run = spawnSync('python3', ['-c', script, ...cases.map((c) => join(folder, `${c.name}.npy`))]);
    expect(run.stderr.toString()).toBe('');
    expect(JSON.parse(run.stdout.toString())).toEqual(
      cases.map(({ data, shape, dtype }) => [dtype, shape, Array.from(data as ArrayLike<number | bigint>, Number)]),
    );
  });
});
