import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError, LimitError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { counting, f32, f64 } from '../support/byte-writer.ts';
import { FlaxArray, type MsgpackValue, msgpack } from '../support/msgpack-writer.ts';

const array = (...shape: number[]) =>
  new FlaxArray(shape, 'float32', f32(...counting(shape.reduce((a, b) => a * b, 1))));
const open = (value: MsgpackValue | Uint8Array) =>
  openModel(memorySource('flax_model.msgpack', value instanceof Uint8Array ? value : msgpack(value)));

const MODEL = {
  params: {
    Dense_0: { kernel: array(6, 4), bias: array(4) },
    Dense_1: { kernel: array(4, 3), bias: array(3) },
  },
};

describe('Flax msgpack', () => {
  it('gives arrays the names of the keys on the way, and finds the head', async () => {
    const file = await open(MODEL);
    expect(file.format).toBe('flax');
    expect([...file.tensors.values()].map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual([
      ['params/Dense_0/kernel', [6, 4], 'f32'],
      ['params/Dense_0/bias', [4], 'f32'],
      ['params/Dense_1/kernel', [4, 3], 'f32'],
      ['params/Dense_1/bias', [3], 'f32'],
    ]);
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: 'params/Dense_1/kernel', classAxis: 1, classes: 3, features: 4 });
    // Kernels are features × classes: class 0 is the first column.
    expect([...(await head.readTemplates()).data]).toEqual(
      [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map((value) => value / 8),
    );
  });

  it('knows a kernel without a bias, and one whose sides are equal', async () => {
    const file = await open({ classifier: { kernel: array(3, 3) } });
    expect(detectHead(file)).toMatchObject({ tensor: 'classifier/kernel', classAxis: 1 });
  });

  it('never takes the state of an optimizer', async () => {
    const file = await open({
      step: 7,
      ema: false,
      note: null,
      params: { head: { kernel: array(4, 3) } },
      opt_state: { '0': { mu: { head: { kernel: array(4, 3) } } } },
    });
    expect(file.metadata).toEqual({ step: 7, ema: false, note: null });
    expect(detectHead(file).tensor).toBe('params/head/kernel');
  });

  it.each<[string, Uint8Array, string, number[]]>([
    ['bfloat16', Uint8Array.of(0x80, 0x3f, 0, 0x40), 'bf16', [1, 2]],
    ['float16', Uint8Array.of(0, 0x3c, 0, 0xc0), 'f16', [1, -2]],
    ['float64', f64(0.1, 2), 'f64', [0.1, 2]],
    ['int8', Uint8Array.of(255, 3), 'i8', [-1, 3]],
    ['bool', Uint8Array.of(1, 0), 'bool', [1, 0]],
  ])('reads %s', async (type, data, dtype, values) => {
    const { tensors } = await open({ a: new FlaxArray([2], type, data) });
    expect(tensors.get('a')).toMatchObject({ dtype, shape: [2] });
    expect([...(await tensors.get('a')!.read()).data]).toEqual(values);
  });

  it.each<[string, MsgpackValue, MsgpackValue]>([
    ['maps, as written today', { '0': 3, '1': 2 }, { '0': array(4), '1': new FlaxArray([2], 'float32', f32(8, 9)) }],
    ['lists, as written before', [3, 2], [array(4), new FlaxArray([2], 'float32', f32(8, 9))]],
  ])('joins an array in chunks: %s', async (_, shape, chunks) => {
    const { tensors } = await open({ w: { __msgpack_chunked_array__: true, shape, chunks } });
    expect(tensors.get('w')).toMatchObject({ shape: [3, 2], dtype: 'f32' });
    expect([...(await tensors.get('w')!.read()).data]).toEqual([0, 1 / 8, 2 / 8, 3 / 8, 8, 9]);
  });

  it('reads lists, arrays without axes and rows by range', async () => {
    const { tensors } = await open({
      layers: [array(4, 2), array(2)],
      scale: new FlaxArray([], 'float32', f32(5), 3),
    });
    expect([...tensors.keys()]).toEqual(['layers/0', 'layers/1', 'scale']);
    expect([...(await tensors.get('scale')!.read()).data]).toEqual([5]);
    expect([...(await tensors.get('layers/0')!.readRows!(1, 3)).data]).toEqual([2, 3, 4, 5].map((v) => v / 8));
  });

  it('tells what is left out', async () => {
    const file = await open({
      w: array(2, 2),
      c: new FlaxArray([1], 'complex64', f64(1)),
      z: new FlaxArray([], '', f64(1), 2),
    });
    expect(file.notes).toEqual(['What holds no real numbers is left out: c, z.']);
  });

  it('is sharded with an index, as Hugging Face does', async () => {
    const one = msgpack({ body: { kernel: array(4, 4) } });
    const two = msgpack({ head: { kernel: array(4, 3) } });
    const index = new TextEncoder().encode(
      JSON.stringify({ weight_map: { 'body/kernel': 'a.msgpack', 'head/kernel': 'b.msgpack' } }),
    );
    const beside = new Map([
      ['a.msgpack', one],
      ['b.msgpack', two],
    ]);
    const file = await openModel(memorySource('flax_model.msgpack.index.json', index, beside));
    expect(file.format).toBe('flax');
    expect(detectHead(file).tensor).toBe('head/kernel');
  });
});

describe('broken Flax msgpack', () => {
  const whole = msgpack(MODEL);

  it.each<[string, MsgpackValue | Uint8Array, string]>([
    [
      'a shape that the bytes do not fill',
      { w: new FlaxArray([3, 2], 'float32', f32(1, 2)) },
      'flax_model.msgpack: the Flax array w (f32 3×2) needs 24 bytes, but the file gives it 8.',
    ],
    [
      'a shape that is none',
      { w: new FlaxArray([0.5], 'float32', f32(1)) },
      'flax_model.msgpack: the Flax array w has the shape [0.5]; dimensions must be whole numbers of at least 0.',
    ],
    [
      'an extension that is something else',
      new Uint8Array([0x81, 0xa1, 0x77, 0xd4, 1, 0]),
      'flax_model.msgpack: the Flax array w has a number of 0, where its shape, type and bytes are expected.',
    ],
    [
      'bytes behind the end',
      new Uint8Array([...whole, 0]),
      `flax_model.msgpack: the msgpack ends at byte ${whole.length}, but the file has ${whole.length + 1} bytes.`,
    ],
    [
      'two arrays of one name',
      { a: { b: array(1) }, 'a/b': array(1) },
      'flax_model.msgpack: two arrays have the name a/b.',
    ],
    [
      'chunks that are too few',
      { w: { __msgpack_chunked_array__: true, shape: [3, 2], chunks: [array(4)] } },
      'flax_model.msgpack: the array w (f32 3×2) needs 6 numbers, but its chunks have 4.',
    ],
    [
      'chunks in another order',
      { w: { __msgpack_chunked_array__: true, shape: { '0': 4 }, chunks: { a: array(4) } } },
      'flax_model.msgpack: the array w in chunks has the part a, where 0 is expected.',
    ],
    [
      'a mark that means nothing',
      new Uint8Array([0x82, 0xa1, 0x61, ...msgpack(array(1)), 0xa1, 0x62, 0xc1]),
      `flax_model.msgpack: b has the mark c1 at byte ${5 + msgpack(array(1)).length}, which means nothing in msgpack.`,
    ],
  ])('%s', async (_, value, message) => {
    await expect(open(value)).rejects.toThrow(new FormatError(message));
  });

  it('is refused wherever it is cut off', async () => {
    for (let length = 40; length < whole.length; length++)
      await expect(open(whole.slice(0, length)), `${length} bytes`).rejects.toThrow(FormatError);
  });

  it('is refused where maps lie too deep', async () => {
    const deep = new Uint8Array([0x82, 0xa1, 0x61, ...msgpack(array(1)), 0xa1, 0x62, ...Array(200).fill(0x91), 0]);
    await expect(open(deep)).rejects.toThrow(
      new LimitError('flax_model.msgpack: the depth of maps within maps is 65; at most 64 are read.'),
    );
  });

  it('a list that claims four billion entries ends where the file does', async () => {
    const list = new Uint8Array([0x82, 0xa1, 0x61, ...msgpack(array(1)), 0xa1, 0x62, 0xdd, 255, 255, 255, 255, 0]);
    await expect(open(list)).rejects.toThrow(FormatError);
  });

  it('other msgpack is not taken for it', async () => {
    await expect(open({ a: 1, b: 'text' })).rejects.toThrow('not a model file that Semblance knows');
  });
});
