import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { UsageError } from '#src/base/errors.ts';
import { encodeSafetensors, type WrittenTensor } from '#src/formats/safetensors/write-safetensors.ts';
import { openModel } from '#src/model-files/open-model.ts';

describe('encodeSafetensors', () => {
  it('writes what the reader reads', async () => {
    const bytes = encodeSafetensors(
      {
        a: { dtype: 'f32', shape: [2, 2], data: [1, -2.5, 0, 1e-3] },
        b: { dtype: 'i32', shape: [2], data: [-7, 100_000] },
        c: { dtype: 'f16', shape: [3], data: [0.5, -65_504, 2 ** -24] },
        d: { dtype: 'u16', shape: [1], data: [65_535] },
        e: { dtype: 'u8', shape: [3], data: [0, 1, 255] },
      },
      { epoch: '3' },
    );
    const file = await openModel(memorySource('a.safetensors', bytes));
    expect(file.metadata).toEqual({ epoch: '3' });
    const values = async (name: string) => [...(await file.tensors.get(name)!.read()).data];
    expect(await values('a')).toEqual([1, -2.5, 0, Math.fround(1e-3)]);
    expect(await values('b')).toEqual([-7, 100_000]);
    expect(await values('c')).toEqual([0.5, -65_504, 2 ** -24]);
    expect(await values('d')).toEqual([65_535]);
    expect(await values('e')).toEqual([0, 1, 255]);
    expect(() => encodeSafetensors({ a: { dtype: 'u8', shape: [2], data: [1] } })).toThrow(UsageError);
  });

  it('rounds to the nearest half, ties to even', async () => {
    const halves = async (data: number[]) => {
      const bytes = encodeSafetensors({ x: { dtype: 'f16', shape: [data.length], data } });
      return (await (await openModel(memorySource('x', bytes))).tensors.get('x')!.read()).data;
    };
    expect([...(await halves([1 + 2 ** -11, 1 + 3 * 2 ** -11, 65_520, 2 ** -25, 1.5 * 2 ** -25, Number.NaN]))]).toEqual(
      [1, 1 + 2 ** -9, Number.POSITIVE_INFINITY, 0, 2 ** -24, Number.NaN],
    );
    await fc.assert(
      fc.asyncProperty(fc.double({ min: -60_000, max: 60_000, noNaN: true }), async (value) => {
        const [half] = await halves([value]);
        const error = Math.abs(half! - value);
        expect(error).toBeLessThanOrEqual(Math.max(2 ** -25, (Math.abs(value) * (1 + 1e-6)) / 2048));
        expect([...(await halves([half!]))]).toEqual([half]);
      }),
    );
  });

  it('names a tensor of a type that is not written', () => {
    const tensor = { dtype: 'F32', shape: [1], data: [1] } as unknown as WrittenTensor;
    expect(() => encodeSafetensors({ w: tensor })).toThrow(
      'w: the type must be one of f32, f16, i32, u16, u8; found "F32".',
    );
  });
});
