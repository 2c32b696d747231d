import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { bytes, counting, f32, u32, u64 } from '../support/byte-writer.ts';
import { type MxnetForm, mxnetParams } from '../support/mxnet-writer.ts';

const open = (file: Uint8Array) => openModel(memorySource('net-0010.params', file));
const array = (name: string, ...shape: number[]) => ({
  name,
  shape,
  data: f32(...counting(shape.reduce((a, b) => a * b, 1))),
});
const NETWORK = [
  array('arg:conv0_weight', 4, 3, 3, 3),
  array('aux:bn0_moving_mean', 4),
  array('arg:fc1_weight', 3, 4),
  array('arg:fc1_bias', 3),
];

describe('MXNet parameters', () => {
  it.each<MxnetForm>([0, 1, 2, 3])('reads arrays of form %d', async (form) => {
    const file = await open(mxnetParams(NETWORK, form));
    expect(file.format).toBe('mxnet');
    expect([...file.tensors.values()].map(({ name, shape }) => [name, shape])).toEqual(
      NETWORK.map(({ name, shape }) => [name, shape]),
    );
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: 'arg:fc1_weight', classes: 3, features: 4, classAxis: 0 });
    expect([...(await head.readTemplates()).data]).toEqual(counting(12));
  });

  it('finds the head of Gluon by its name', async () => {
    const file = await open(mxnetParams([array('features.0.weight', 4, 6), array('output.weight', 3, 4)], 3));
    expect(detectHead(file).tensor).toBe('output.weight');
  });

  it('reads other types, arrays without axes and without a shape', async () => {
    const file = await open(
      bytes(
        u64(0x112, 0, 3),
        // float16 1 and 2; a scalar of version 3; one that was never given a shape.
        bytes(u32(0xf993fac9, 0, 1), u64(2), u32(1, 0, 2), [0, 0x3c, 0, 0x40]),
        bytes(u32(0xf993faca, 0, 0), u32(1, 0, 0), f32(7)),
        bytes(u32(0xf993faca, 0, 0xffffffff)),
        u64(3),
        ...['a', 'b', 'c'].map((name) => bytes(u64(1), name)),
      ),
    );
    expect([...file.tensors.keys()]).toEqual(['a', 'b']);
    expect(file.tensors.get('a')!.dtype).toBe('f16');
    expect([...(await file.tensors.get('a')!.read()).data]).toEqual([1, 2]);
    expect([...(await file.tensors.get('b')!.read()).data]).toEqual([7]);
  });

  it('numbers arrays without names', async () => {
    const file = await open(mxnetParams([{ shape: [2, 2], data: f32(1, 2, 3, 4) }]));
    expect([...file.tensors.keys()]).toEqual(['0']);
  });
});

describe('broken MXNet parameters', () => {
  const whole = mxnetParams(NETWORK);

  it.each<[string, Uint8Array, string]>([
    [
      'more arrays than are read',
      u64(0x112, 0, 2 ** 40),
      'net-0010.params: the number of arrays is 1099511627776; at most 200000 are read.',
    ],
    [
      'a sparse array',
      bytes(u64(0x112, 0, 1), u32(0xf993fac9, 1, 1)),
      'net-0010.params: array 0 of 1 is stored sparse (kind 1); dense arrays are read.',
    ],
    [
      'a type that is not known',
      mxnetParams([{ name: 'a', shape: [1], data: f32(1), type: 99 }]),
      'net-0010.params: array 0 of 1 has the element type 99, which is not read.',
    ],
    [
      'a shape beyond the file',
      mxnetParams([{ name: 'a', shape: [1000], data: f32(1) }]),
      'net-0010.params: array 0 of 1 lies at bytes 56 to 4056, but the file has 77 bytes.',
    ],
    [
      'a side beyond all numbers',
      bytes(u64(0x112, 0, 1), u32(0xf993fac9, 0, 1), Array(8).fill(255), u32(1, 0, 0)),
      'net-0010.params: a side of array 0 of 1 is 18446744073709551615.',
    ],
    ['other names than arrays', bytes(whole.subarray(0, -1 - 8 - 'arg:fc1_bias'.length + 1)), 'net-0010.params: '],
    ['two of one name', mxnetParams([array('a', 1), array('a', 1)]), 'net-0010.params: two arrays have the name a.'],
    [
      'bytes behind the end',
      bytes(whole, [0]),
      `net-0010.params: MXNet's list of names ends at byte ${whole.length}, but the file has ${whole.length + 1} bytes.`,
    ],
  ])('%s', async (_, file, message) => {
    await expect(open(file)).rejects.toThrow(message);
  });

  it('many small arrays take few reads', async () => {
    const source = memorySource('many.params', bytes(u64(0x112, 0, 50_000), new Uint8Array(200_000), u64(0)));
    let reads = 0;
    const counted = {
      ...source,
      read: (start: number, end: number) => {
        reads++;
        return source.read(start, end);
      },
    };
    expect((await openModel(counted)).tensors.size).toBe(0);
    expect(reads).toBeLessThan(3000);
  });

  it('is refused wherever it is cut off', async () => {
    for (let length = 8; length < whole.length; length++)
      await expect(open(whole.slice(0, length)), `${length} bytes`).rejects.toThrow(FormatError);
  });
});
