import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import type { ModelFile } from '#src/model-files/model-file.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { message, type NodeSpec, packed, type TensorSpec, valueInfo, writeOnnx } from '../support/onnx-writer.ts';

async function open(bytes: Uint8Array, siblings: Record<string, Uint8Array> = {}): Promise<ModelFile> {
  return openModel(memorySource('x.onnx', bytes, new Map(Object.entries(siblings))));
}

async function valuesOf(tensor: TensorSpec, siblings: Record<string, Uint8Array> = {}): Promise<number[]> {
  const file = await open(writeOnnx({ tensors: [{ name: 't', ...tensor }] }), siblings);
  return Array.from((await file.tensors.get('t')!.read()).data);
}

describe('ONNX tensors', () => {
  const half = (bits: number[]) => new Uint8Array(Uint16Array.from(bits).buffer);
  const float = (value: number) => new Uint8Array(Float32Array.of(value).buffer);

  it.each<[string, TensorSpec, number[]]>([
    ['raw float32', { shape: [2], values: [1.5, -2] }, [1.5, -2]],
    ['raw float16', { shape: [2], type: 'f16', raw: half([0x3e00, 0xc000]) }, [1.5, -2]],
    ['raw bfloat16', { shape: [2], type: 'bf16', raw: half([0x3fc0, 0xc000]) }, [1.5, -2]],
    ['raw int8', { shape: [2], type: 'i8', values: [-1, 127] }, [-1, 127]],
    ['raw int64', { shape: [2], type: 'i64', values: [-1, 2 ** 40] }, [-1, 2 ** 40]],
    ['packed 4-bit integers', { shape: [3], type: 'i4', raw: Uint8Array.of(0xf1, 0x08) }, [1, -1, -8]],
    ['float_data, packed', { shape: [2], fields: [[4, packed([0.25, 3], 'f32')]] }, [0.25, 3]],
    ['double_data', { shape: [1], type: 'f64', fields: [[10, new Uint8Array(Float64Array.of(0.1).buffer)]] }, [0.1]],
    ['int32_data, one by one', { shape: [2], type: 'i32', fields: [[5, -7], [5, 9]] }, [-7, 9]], // biome-ignore format: a row each
    ['int32_data as int8', { shape: [2], type: 'i8', fields: [[5, -7], [5, 9]] }, [-7, 9]], // biome-ignore format: a row each
    ['int32_data as float16 bits', { shape: [1], type: 'f16', fields: [[5, 0x3e00]] }, [1.5]],
    ['int32_data as bool', { shape: [2], type: 'bool', fields: [[5, Uint8Array.of(1, 0)]] }, [1, 0]],
    ['int64_data, packed', { shape: [2], type: 'i64', fields: [[7, Uint8Array.of(5, 0x80, 1)]] }, [5, 128]],
    ['a shape packed into one field', { shape: [], fields: [[1, Uint8Array.of(1, 2)], [9, packed([1, 2], 'f32')]] }, [1, 2]], // biome-ignore format: a row each
    ['an empty tensor', { shape: [0, 4] }, []],
    ['a scalar', { shape: [], raw: float(4) }, [4]],
  ])('reads %s', async (_, tensor, expected) => {
    expect(await valuesOf(tensor)).toEqual(expected);
  });

  it('reads float_data stored one by one', async () => {
    const unpacked = Uint8Array.from([0x08, 2, 0x10, 1, 0x25, ...float(0.5), 0x25, ...float(-1), 0x42, 1, 0x74]);
    const file = await open(message([1, 8], [7, message([5, unpacked])]));
    expect(Array.from((await file.tensors.get('t')!.read()).data)).toEqual([0.5, -1]);
  });

  it('reads from a Buffer as from other bytes, wherever its numbers lie', async () => {
    for (let pad = 0; pad < 8; pad++) {
      const bytes = writeOnnx({
        tensors: [{ name: 't', type: 'i64', shape: [1], values: [7] }],
        modelFields: [[6, 'x'.repeat(pad)]],
      });
      const file = await open(Buffer.concat([Buffer.alloc(pad), bytes]).subarray(pad));
      expect(Array.from((await file.tensors.get('t')!.read()).data)).toEqual([7]);
    }
  });

  const external = (...entries: [string, string][]): TensorSpec => ({
    shape: [2],
    fields: [...entries.map(([key, value]) => [13, message([1, key], [2, value])] as const), [14, 1]],
  });

  it('reads external data by offset and length, in a folder below too', async () => {
    const weights = packed([9, 1, 2], 'f32');
    const tensor = external(['location', './data/w.bin'], ['offset', '4'], ['length', '8']);
    expect(await valuesOf(tensor, { 'data/w.bin': weights })).toEqual([1, 2]);
    expect(await valuesOf(external(['location', 'w.bin']), { 'w.bin': packed([3, 4], 'f32') })).toEqual([3, 4]);
  });

  it('reads the values of Constant nodes under the names of their outputs', async () => {
    const constant = (output: string, attributes: NodeSpec['attributes']): NodeSpec => ({
      op: 'Constant',
      inputs: [],
      outputs: [output],
      ...(attributes ? { attributes } : {}),
    });
    const file = await open(
      writeOnnx({
        nodes: [
          constant('a', { value: { shape: [2, 1], values: [1, 2] } }),
          constant('b', { value_ints: [3, -4] }),
          constant('c', { value_int: 5 }),
          constant('d', { value_floats: message([7, packed([0.5, 2], 'f32')]) }),
          constant('e', { value_float: Uint8Array.of(0x15, ...packed([0.25], 'f32')) }),
        ],
      }),
    );
    const read = async (name: string) => {
      const { shape, data } = await file.tensors.get(name)!.read();
      return [shape, ...data];
    };
    expect(await read('a')).toEqual([[2, 1], 1, 2]);
    expect(await read('b')).toEqual([[2], 3, -4]);
    expect(await read('c')).toEqual([[], 5]);
    expect(await read('d')).toEqual([[2], 0.5, 2]);
    expect(await read('e')).toEqual([[], 0.25]);
  });

  it('dequantises with one scale, with one for each channel, and along negative axes', async () => {
    const q: TensorSpec = { name: 'q', type: 'i8', shape: [2, 2], values: [1, 2, -3, 4] };
    const read = async (node: NodeSpec, more: TensorSpec[]) => {
      const entry = (await open(writeOnnx({ nodes: [node], tensors: [q, ...more] }))).tensors.get('q')!;
      expect(entry.quantised).toBe(true);
      expect(entry.dtype).toBe('i8');
      return Array.from((await entry.read()).data);
    };
    const dequantise = (axis?: number): NodeSpec => ({
      op: 'DequantizeLinear',
      inputs: ['q', 's', 'z'],
      outputs: ['w'],
      ...(axis === undefined ? {} : { attributes: { axis } }),
    });
    const scale = (values: number[]): TensorSpec => ({ name: 's', shape: values.length > 1 ? [2] : [], values });
    const zero = (values: number[]): TensorSpec => ({
      name: 'z',
      type: 'i8',
      shape: values.length > 1 ? [2] : [],
      values,
    });
    expect(await read(dequantise(), [scale([0.5]), zero([1])])).toEqual([0, 0.5, -2, 1.5]);
    expect(await read(dequantise(0), [scale([0.5, 2]), zero([0, 1])])).toEqual([0.5, 1, -8, 6]);
    expect(await read(dequantise(-1), [scale([0.5, 2]), zero([0, 1])])).toEqual([0.5, 2, -1.5, 6]);
    const integer: NodeSpec = { op: 'MatMulInteger', inputs: ['x', 'q', '', 'z'], outputs: ['y'] };
    expect(await read(integer, [zero([1, 2])])).toEqual([0, 0, -4, 2]);
  });

  it('says what the file says of itself', async () => {
    const file = await open(
      writeOnnx({
        tensors: [{ name: 'w', shape: [1], values: [1] }],
        inputs: [valueInfo('image', ['N', 3, 32, 32]), valueInfo('w', [1])],
        outputs: [valueInfo('logits', ['N', 10])],
        modelFields: [[14, message([1, 'author'], [2, 'someone'])]],
      }),
    );
    expect(file.metadata).toEqual({
      producer: 'semblance-test',
      irVersion: 8,
      opset: 'ai.onnx 17',
      graph: 'test',
      inputs: 'image: f32 N×3×32×32',
      outputs: 'logits: f32 N×10',
      'properties.author': 'someone',
    });
  });
});

describe('the walk back from ONNX outputs', () => {
  const weight = (name: string, ...shape: number[]): TensorSpec => ({
    name,
    shape,
    values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
  });
  const node = (text: string, attributes: NodeSpec['attributes'] = {}): NodeSpec => {
    const [output, op, ...inputs] = text.split(' ') as [string, string, ...string[]];
    return { op, inputs: inputs.map((name) => (name === '-' ? '' : name)), outputs: [output], attributes };
  };
  const heads = async (nodes: NodeSpec[], tensors: TensorSpec[], outputs: (string | Uint8Array)[] = ['y']) =>
    (await open(writeOnnx({ nodes, tensors, outputs }))).graphHeads!.map(
      ({ tensor, classAxis, droppedRows, path }) => ({
        tensor,
        classAxis,
        droppedRows,
        path: path.join(' '),
      }),
    );

  const ints = (name: string, ...values: number[]): TensorSpec => ({
    name,
    type: 'i64',
    shape: [values.length],
    values,
  });

  it.each<[string, NodeSpec[], TensorSpec[], number]>([
    ['Gemm', [node('y Gemm x w b')], [weight('w', 4, 3), weight('b', 3)], 1],
    ['Gemm transB', [node('y Gemm x w b', { transB: 1 })], [weight('w', 3, 4), weight('b', 3)], 0],
    ['Gemm with the weight first', [node('y Gemm w x')], [weight('w', 3, 4)], 0],
    ['Gemm with the weight first, transA', [node('y Gemm w x', { transA: 1 })], [weight('w', 4, 3)], 1],
    ['FusedGemm', [{ ...node('y FusedGemm x w', { transB: 1 }), domain: 'com.microsoft' }], [weight('w', 3, 4)], 0],
    ['MatMul of one matrix in a batch', [node('y MatMul x w')], [weight('w', 1, 4, 3)], 2],
    ['Conv', [node('y Conv x w')], [weight('w', 3, 4, 1, 1)], 0],
    ['a weight behind Identity', [node('v Identity w'), node('y MatMul x v')], [weight('w', 4, 3)], 1],
    [
      'a weight behind Transpose',
      [node('v Transpose w', { perm: [1, 0] }), node('y MatMul x v')],
      [weight('w', 3, 4)],
      0,
    ],
    ['a weight behind Transpose by default', [node('v Transpose w'), node('y MatMul x v')], [weight('w', 3, 4)], 0],
    [
      'a kernel from TensorFlow behind Transpose',
      [node('v Transpose w', { perm: [3, 2, 0, 1] }), node('y Conv x v')],
      [weight('w', 1, 1, 4, 3)],
      3,
    ],
    [
      'a weight behind Reshape',
      [node('v Reshape w s'), node('y MatMul x v')],
      [weight('w', 1, 1, 4, 3), ints('s', 4, 3)],
      3,
    ],
    [
      'a weight behind DequantizeLinear and Transpose',
      [node('d DequantizeLinear w s'), node('v Transpose d'), node('y MatMul x v')],
      [{ name: 'w', type: 'i8', shape: [3, 4], values: Array(12).fill(1) }, weight('s')],
      0,
    ],
    [
      'QLinearConv',
      [node('y QLinearConv x xs xz w ws wz ys yz')],
      [{ name: 'w', type: 'i8', shape: [3, 4, 1, 1], values: Array(12).fill(1) }, weight('ws', 3)],
      0,
    ],
    [
      'QLinearMatMul',
      [node('y QLinearMatMul x xs xz w ws wz ys yz')],
      [{ name: 'w', type: 'u8', shape: [4, 3], values: Array(12).fill(1) }, weight('ws')],
      1,
    ],
  ])('finds the class axis of %s', async (_, nodes, tensors, classAxis) => {
    const found = await heads(nodes, tensors);
    expect(found).toEqual([{ tensor: 'w', classAxis, droppedRows: [], path: nodes.at(-1)!.op }]);
  });

  it('passes what keeps class and row together', async () => {
    const ops =
      'Softmax LogSoftmax Sigmoid Reshape Flatten Squeeze Unsqueeze Transpose Identity Cast GlobalAveragePool AveragePool ReduceMean Relu LeakyRelu Dropout Clip';
    const names = ops.split(' ');
    const nodes = names.map((op, i) => node(`t${i} ${op} t${i + 1}`));
    nodes.push(node(`t${names.length} Add b c`), node('c Mul d one'), node('d Div e one'), node('e Conv x w'));
    const tensors = [weight('w', 3, 4, 1, 1), weight('b', 3), weight('one', 1)];
    expect(await heads(nodes, tensors, ['t0'])).toEqual([
      { tensor: 'w', classAxis: 0, droppedRows: [], path: [...names, 'Add', 'Mul', 'Div', 'Conv'].join(' ') },
    ]);
  });

  it.each<[string, NodeSpec[], TensorSpec[], string]>([
    [
      'an operator that is not listed',
      [node('y LayerNormalization z'), node('z MatMul x w')],
      [weight('w', 4, 3)],
      'LayerNormalization',
    ],
    [
      'an operator of a domain of its own',
      [{ ...node('y Relu z'), domain: 'mine' }, node('z MatMul x w')],
      [weight('w', 4, 3)],
      'Relu',
    ],
    [
      'a product with what is no number for each class',
      [node('y Mul z v'), node('z MatMul x w')],
      [weight('w', 4, 3), weight('v', 2)],
      'Mul',
    ],
    ['a grouped convolution', [node('y Conv x w', { group: 2 })], [weight('w', 4, 3, 1, 1)], 'Conv'],
    ['a batch of matrices', [node('y MatMul x w')], [weight('w', 2, 4, 3)], 'MatMul'],
    [
      'a weight that is computed by what is not folded',
      [node('v LRN w'), node('y MatMul x v')],
      [weight('w', 4, 3)],
      'MatMul',
    ],
    ['slice bounds that are computed', [node('y Slice z a b'), node('z MatMul x w')], [weight('w', 4, 3)], 'Slice'],
    ['an input of the graph', [node('y Relu x')], [], 'an input of the graph'],
  ])('stops at %s and says so', async (_, nodes, tensors, op) => {
    const file = await open(writeOnnx({ nodes, tensors, outputs: ['y'] }));
    expect(file.graphHeads).toEqual([]);
    expect(file.graphStops).toEqual([{ output: 'y', op }]);
  });

  it('follows an integer layer with dynamic ranges through its scales', async () => {
    const nodes = [
      { op: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['xq', 'xs', 'xz'] },
      node('i MatMulInteger xq w xz z'),
      node('f Cast i'),
      node('s Mul xs ws'),
      node('m Mul f s'),
      node('y Add m b'),
    ];
    const tensors: TensorSpec[] = [
      { name: 'w', type: 'i8', shape: [2, 3], values: [1, 2, 3, 4, 5, 6] },
      { name: 'z', type: 'i8', shape: [3], values: [1, 1, 1] },
      weight('ws', 3),
      weight('b', 3),
    ];
    expect(await heads(nodes, tensors)).toEqual([
      { tensor: 'w', classAxis: 1, droppedRows: [], path: 'Add Mul Cast MatMulInteger' },
    ]);
  });

  it('names the rows that Slice removes, in both of its forms', async () => {
    const tensors = [weight('w', 4, 5), ints('one', 1), ints('end', 2 ** 31)];
    const inputs = [node('y Slice z one end one'), node('z MatMul x w')];
    const attributes = [node('y Slice z', { starts: [-3], ends: [-1], axes: [1] }), node('z MatMul x w')];
    expect((await heads(inputs, tensors))[0]!.droppedRows).toEqual([0]);
    expect((await heads(attributes, tensors))[0]!.droppedRows).toEqual([0, 1, 4]);
  });

  it('takes a Slice of another axis for no change of the classes', async () => {
    const tokens = [node('y Slice z', { starts: [0], ends: [1], axes: [1] }), node('z MatMul x w')];
    const [head] = await heads(tokens, [weight('w', 4, 5)], [valueInfo('y', ['N', 1, 5])]);
    expect(head!.droppedRows).toEqual([]);
  });

  it('keeps the rows that NumPy would keep, for any bounds and step', async () => {
    const bound = fc.integer({ min: -9, max: 9 });
    await fc.assert(
      fc.asyncProperty(bound, bound, fc.integer({ min: 1, max: 4 }), async (start, end, step) => {
        const slice = node('y Slice z', { starts: [start], ends: [end], axes: [1] });
        slice.inputs = ['z', 'a', 'b', 'c', 'd'];
        const tensors = [weight('w', 2, 6), ints('a', start), ints('b', end), ints('c', 1), ints('d', step)];
        const [head] = await heads([slice, node('z MatMul x w')], tensors);
        const kept = [0, 1, 2, 3, 4, 5].slice(start, end).filter((_, i) => i % step === 0);
        expect([0, 1, 2, 3, 4, 5].filter((row) => !head!.droppedRows.includes(row))).toEqual(kept);
      }),
      { numRuns: 60 },
    );
  });

  it('gives a head for each output, and says which only makes features', async () => {
    const nodes = [node('f Relu g'), node('g Gemm x w1'), node('y Gemm f w2')];
    const file = await open(
      writeOnnx({ nodes, tensors: [weight('w1', 6, 4), weight('w2', 4, 3)], outputs: ['f', 'y'] }),
    );
    expect(file.graphHeads!.map(({ output, tensor, feeds }) => ({ output, tensor, feeds }))).toEqual([
      { output: 'f', tensor: 'w1', feeds: 'w2' },
      { output: 'y', tensor: 'w2', feeds: undefined },
    ]);
    expect(file.linearLayers!.map(({ tensor, classAxis }) => ({ tensor, classAxis }))).toEqual([
      { tensor: 'w1', classAxis: 1 },
      { tensor: 'w2', classAxis: 1 },
    ]);
  });

  it('takes the average of two heads for two heads, and a residual connection for none', async () => {
    const averaged = [node('y Div s two'), node('s Add a b'), node('a MatMul x w1'), node('b MatMul x w2')];
    const tensors = [weight('w1', 4, 3), weight('w2', 4, 3), weight('two', 1)];
    expect((await heads(averaged, tensors)).map(({ tensor }) => tensor)).toEqual(['w1', 'w2']);
    const residual = [node('y Add a b'), node('a MatMul c w1'), node('c Relu b'), node('b MatMul x w2')];
    expect(await heads(residual, [weight('w1', 3, 3), weight('w2', 3, 3)])).toEqual([]);
    const open = [node('y Add a n'), node('a MatMul n w1'), node('n LayerNormalization x')];
    expect(await heads(open, [weight('w1', 3, 3)])).toEqual([]);
  });

  it('passes a deep chain and a sum of a tensor with itself without repeating work', async () => {
    const depth = 5_000;
    const nodes = Array.from({ length: depth }, (_, i) => node(`t${i} Add t${i + 1} t${i + 1}`));
    nodes.push(node(`t${depth} MatMul x w`));
    const found = await heads(nodes, [weight('w', 4, 3)], ['t0']);
    expect(found.map(({ tensor }) => tensor)).toEqual(['w']);
  });
});
