import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import type { ModelFile } from '#src/model-files/model-file.ts';
import { openModel } from '#src/model-files/open-model.ts';
import {
  i32,
  int32s,
  type TfliteOperatorSpec,
  type TfliteSpec,
  type TfliteTensorSpec,
  table,
  tables,
  text,
  u8,
  u32,
  u64,
  writeTflite,
} from '../support/tflite-writer.ts';

async function open(bytes: Uint8Array): Promise<ModelFile> {
  return openModel(memorySource('x.tflite', bytes));
}

describe('TFLite tensors', () => {
  const half = (bits: number[]) => new Uint8Array(Uint16Array.from(bits).buffer);
  const int32 = (values: number[]) => new Uint8Array(Int32Array.from(values).buffer);

  it.each<[string, Omit<TfliteTensorSpec, 'name'>, number[]]>([
    ['float32', { shape: [2], values: [1.5, -2] }, [1.5, -2]],
    ['float16', { shape: [2], type: 'f16', data: half([0x3e00, 0xc000]) }, [1.5, -2]],
    ['int32 without a scale', { shape: [2], type: 'i32', data: int32([7, -8]) }, [7, -8]],
    ['int8', { shape: [2], type: 'i8', data: Uint8Array.of(255, 127), scales: [0.5], zeroPoints: [1] }, [-1, 63]],
    ['uint8', { shape: [2], type: 'u8', data: Uint8Array.of(0, 255), scales: [0.5], zeroPoints: [127] }, [-63.5, 64]],
    ['int16', { shape: [1], type: 'i16', data: half([0xffff]), scales: [0.25], zeroPoints: [0] }, [-0.25]],
    ['int32 with a scale', { shape: [1], type: 'i32', data: int32([-4]), scales: [0.5] }, [-2]],
    ['4-bit integers', { shape: [3], type: 'i4', data: Uint8Array.of(0xf1, 0x08), scales: [2] }, [2, -2, -16]],
    [
      'int8 with a scale for each entry of axis 0',
      { shape: [2, 2], type: 'i8', data: Uint8Array.of(1, 2, 3, 4), scales: [1, 10], zeroPoints: [0, 1], axis: 0 },
      [1, 2, 20, 30],
    ],
    [
      'int8 with a scale for each entry of the last axis',
      { shape: [2, 2], type: 'i8', data: Uint8Array.of(1, 2, 3, 4), scales: [1, 10], zeroPoints: [0, 1], axis: 1 },
      [1, 10, 3, 30],
    ],
  ])('reads %s', async (_, tensor, expected) => {
    const file = await open(writeTflite({ tensors: [{ name: 't', ...tensor }] }));
    const entry = file.tensors.get('t')!;
    expect(entry.quantised).toBe(tensor.scales ? true : undefined);
    expect(Array.from((await entry.read()).data)).toEqual(expected);
  });

  it('reads a buffer that lies behind the flatbuffer, by its offset and size', async () => {
    const make = (offset: number) =>
      writeTflite({ tensors: [{ name: 't', shape: [2], buffer: table(undefined, u64(offset), u64(8)) }] });
    const { length } = make(1000);
    const bytes = Uint8Array.from([...make(length), ...new Uint8Array(Float32Array.of(3, 4).buffer)]);
    expect(Array.from((await (await open(bytes)).tensors.get('t')!.read()).data)).toEqual([3, 4]);
  });

  it('lists what is stored: neither inputs, nor outputs of operators, nor variables, nor strings', async () => {
    const stored = { shape: [1], values: [1] };
    const file = await open(
      writeTflite({
        tensors: [
          { name: 'input', ...stored },
          { name: 'weight', ...stored },
          { name: 'output', ...stored },
          { name: 'state', ...stored, fields: { 5: u8(1) } },
          { name: 'words', ...stored, fields: { 1: u8(5) } },
          { name: 'weight', ...stored },
          { name: '', ...stored },
        ],
        operators: [{ code: 19, inputs: [0], outputs: [2] }],
        inputs: [0],
        outputs: [2],
      }),
    );
    expect([...file.tensors.keys()]).toEqual(['weight', 'weight#5', 'tensor 6']);
  });

  it('lists the tensors of further subgraphs under their names', async () => {
    const buffers = tables([table(), table({ kind: 'bytes', bytes: new Uint8Array(4), elementBytes: 1 })]);
    const subgraph = (name: string) =>
      table(tables([table(int32s([1]), u8(0), u32(1), text('w'))]), undefined, undefined, undefined, text(name));
    const file = await open(
      writeTflite({ tensors: [], fields: { 2: tables([subgraph('main'), subgraph('body')]), 4: buffers } }),
    );
    expect([...file.tensors.keys()]).toEqual(['w', 'body/w']);
    expect(file.metadata.subgraphs).toBe(2);
  });

  it('says what the file says of itself', async () => {
    const file = await open(
      writeTflite({
        tensors: [{ name: 'image', shape: [1, 32, 32, 3], fields: { 7: int32s([-1, 32, 32, 3]) } }],
        inputs: [0],
        outputs: [0],
      }),
    );
    expect(file.metadata).toEqual({
      description: 'made by a test',
      schemaVersion: 3,
      subgraphs: 1,
      inputs: 'image: f32 ?×32×32×3',
      outputs: 'image: f32 ?×32×32×3',
    });
  });

  it('reads the tables and not the weights when it opens a file', async () => {
    const values = new Array<number>(100_000).fill(1);
    const bytes = writeTflite({ tensors: [{ name: 't', shape: [100_000], values }] });
    let moved = 0;
    const source = memorySource('x.tflite', bytes);
    const file = await openModel({
      ...source,
      read: (start, end) => {
        moved += end - start;
        return source.read(start, end);
      },
    });
    expect(moved).toBeLessThan(40_000);
    expect((await file.tensors.get('t')!.read()).data).toHaveLength(100_000);
  });
});

describe('the walk back from TFLite outputs', () => {
  const CODES = {
    ADD: 0, AVERAGE_POOL_2D: 1, CONV_2D: 3, DEQUANTIZE: 6, FULLY_CONNECTED: 9, LOGISTIC: 14, MUL: 18, RELU6: 21,
    RESHAPE: 22, SOFTMAX: 25, TRANSPOSE: 39, MEAN: 40, SQUEEZE: 43, STRIDED_SLICE: 45, SLICE: 65, QUANTIZE: 114,
    BATCH_MATMUL: 126, CUMSUM: 128,
  }; // biome-ignore format: a table
  type Step = [op: keyof typeof CODES, output: string, inputs: string[], options?: TfliteOperatorSpec['options']];

  function graph(tensors: TfliteTensorSpec[], steps: Step[], output = 'y'): TfliteSpec {
    const all = [...tensors];
    const index = (name: string) => {
      const known = all.findIndex((tensor) => tensor.name === name);
      if (known >= 0) return known;
      all.push({ name, shape: [1, 4] });
      return all.length - 1;
    };
    const operators = steps.map(([op, out, inputs, options]) => ({
      code: CODES[op],
      inputs: inputs.map(index),
      outputs: [index(out)],
      ...(options ? { options } : {}),
    }));
    return { tensors: all, operators, inputs: [index('x')], outputs: [index(output)] };
  }
  const weight = (name: string, ...shape: number[]): TfliteTensorSpec => ({
    name,
    shape,
    values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
  });
  const ints = (name: string, ...values: number[]): TfliteTensorSpec => ({
    name,
    type: 'i32',
    shape: [values.length],
    data: new Uint8Array(Int32Array.from(values).buffer),
  });
  const heads = async (tensors: TfliteTensorSpec[], steps: Step[]) =>
    (await open(writeTflite(graph(tensors, steps)))).graphHeads!.map(({ tensor, classAxis, droppedRows, path }) => ({
      tensor,
      classAxis,
      droppedRows,
      path: path.join(' '),
    }));

  it.each<[string, TfliteTensorSpec[], Step[], number]>([
    ['FULLY_CONNECTED', [weight('w', 3, 4)], [['FULLY_CONNECTED', 'y', ['x', 'w']]], 0],
    ['CONV_2D', [weight('w', 3, 1, 1, 4)], [['CONV_2D', 'y', ['x', 'w']]], 0],
    ['BATCH_MATMUL', [weight('w', 4, 3)], [['BATCH_MATMUL', 'y', ['x', 'w']]], 1],
    ['BATCH_MATMUL, transposed', [weight('w', 3, 4)], [['BATCH_MATMUL', 'y', ['x', 'w'], table(u8(0), u8(1))]], 0],
    [
      'a half-precision weight behind DEQUANTIZE',
      [{ name: 'w', type: 'f16', shape: [3, 4], data: new Uint8Array(24) }],
      [
        ['DEQUANTIZE', 'v', ['w']],
        ['FULLY_CONNECTED', 'y', ['x', 'v']],
      ],
      0,
    ],
    [
      'a weight behind TRANSPOSE',
      [weight('w', 4, 3), ints('p', 1, 0)],
      [
        ['TRANSPOSE', 'v', ['w', 'p']],
        ['FULLY_CONNECTED', 'y', ['x', 'v']],
      ],
      1,
    ],
  ])('finds the class axis of %s', async (_, tensors, steps, classAxis) => {
    const [head] = await heads(tensors, steps);
    expect(head).toMatchObject({ tensor: 'w', classAxis, droppedRows: [] });
  });

  it('passes what keeps class and row together', async () => {
    const ops = [
      'SOFTMAX',
      'LOGISTIC',
      'RESHAPE',
      'SQUEEZE',
      'TRANSPOSE',
      'MEAN',
      'AVERAGE_POOL_2D',
      'DEQUANTIZE',
      'QUANTIZE',
      'RELU6',
    ] as const;
    const steps = ops.map((op, i): Step => [op, i === 0 ? 'y' : `t${i}`, [`t${i + 1}`]]);
    steps.push(['ADD', `t${ops.length}`, ['m', 'b']], ['MUL', 'm', ['one', 'c']], ['CONV_2D', 'c', ['x', 'w']]);
    expect(await heads([weight('w', 3, 1, 1, 4), weight('b', 3), weight('one', 1)], steps)).toEqual([
      { tensor: 'w', classAxis: 0, droppedRows: [], path: [...ops, 'ADD', 'MUL', 'CONV_2D'].join(' ') },
    ]);
  });

  it('names the rows that SLICE and STRIDED_SLICE remove', async () => {
    const head: Step = ['FULLY_CONNECTED', 'f', ['x', 'w']];
    const w = weight('w', 5, 4);
    const slice = await heads([w, ints('b', 0, 1), ints('s', 1, -1)], [['SLICE', 'y', ['f', 'b', 's']], head]);
    expect(slice[0]!.droppedRows).toEqual([0]);
    const bounds = [w, ints('b', 0, 3), ints('e', 0, 4), ints('s', 1, 1)];
    const masked = table(i32(3), i32(1));
    const strided = await heads(bounds, [['STRIDED_SLICE', 'y', ['f', 'b', 'e', 's'], masked], head]);
    expect(strided[0]!.droppedRows).toEqual([4]);
  });

  it.each<[string, TfliteTensorSpec[], Step[], string]>([
    [
      'an operator that is not listed',
      [weight('w', 3, 4)],
      [
        ['CUMSUM', 'y', ['f']],
        ['FULLY_CONNECTED', 'f', ['x', 'w']],
      ],
      'CUMSUM',
    ],
    [
      'shuffled weights',
      [weight('w', 3, 4)],
      [['FULLY_CONNECTED', 'y', ['x', 'w'], table(u8(0), u8(1))]],
      'FULLY_CONNECTED',
    ],
    [
      'a grouped convolution',
      [{ name: 'x', shape: [1, 2, 2, 8] }, weight('w', 3, 1, 1, 4)],
      [['CONV_2D', 'y', ['x', 'w']]],
      'CONV_2D',
    ],
    ['an input of the graph', [], [['SOFTMAX', 'y', ['x']]], 'an input of the graph'],
  ])('stops at %s and says so', async (_, tensors, steps, op) => {
    const file = await open(writeTflite(graph(tensors, steps)));
    expect(file.graphHeads).toEqual([]);
    expect(file.graphStops).toEqual([{ output: 'y', op }]);
  });
});
