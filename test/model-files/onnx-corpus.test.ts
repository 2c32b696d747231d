import { expect } from 'vitest';
import { FormatError, LimitError, UnsupportedError } from '#src/base/errors.ts';
import { corpus, cutCases, fuzzReader } from '../support/corpus.ts';
import { message, type NodeSpec, type TensorSpec, varint, writeOnnx } from '../support/onnx-writer.ts';

const node = (text: string, attributes?: NodeSpec['attributes']): NodeSpec => {
  const [output, op, ...inputs] = text.split(' ') as [string, string, ...string[]];
  return { op, inputs, outputs: [output], ...(attributes ? { attributes } : {}) };
};
const weight = (name: string, ...shape: number[]): TensorSpec => ({
  name,
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
});
const external = (location: string, ...more: [string, string][]): TensorSpec => ({
  name: 'w',
  shape: [2],
  fields: [
    ...([['location', location], ...more] as [string, string][]).map(
      ([k, v]) => [13, message([1, k], [2, v])] as const,
    ),
    [14, 1],
  ],
});
const one = (tensor: TensorSpec) => writeOnnx({ tensors: [tensor] });

const good = writeOnnx({
  nodes: [
    node('q DequantizeLinear wq s z', { axis: 0 }),
    node('f Gemm x q b', { transB: 1 }),
    node('p Slice f a e a'),
    node('y Softmax p', { axis: -1 }),
    { op: 'Constant', inputs: [], outputs: ['c'], attributes: { value: weight('', 2, 2) } },
  ],
  tensors: [
    { name: 'wq', type: 'i8', shape: [3, 4], values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
    weight('s', 3),
    { name: 'z', type: 'i8', shape: [3], values: [0, 0, 0] },
    weight('b', 3),
    { name: 'a', type: 'i64', shape: [1], values: [1] },
    { name: 'e', type: 'i64', shape: [1], values: [9] },
    { name: 'half', type: 'f16', shape: [2], fields: [[5, 15360], [5, 15360]] },
  ],
  outputs: ['y'],
}); // biome-ignore format: fields in pairs
/** A length-delimited field of the model that claims more than the file has. */
const lying = (field: number, length: number | bigint) =>
  Uint8Array.from([...message([1, 8], [2, 'test']), field * 8 + 2, ...varint(length), 0, 0]);
/** A graph of `count` empty fields of one kind, two bytes each. */
function manyFields(tag: number, count: number): Uint8Array {
  const head = [...message([1, 8], [2, 'test']), 0x3a, ...varint(2 * count)];
  const bytes = new Uint8Array(head.length + 2 * count);
  bytes.set(head);
  for (let i = head.length; i < bytes.length; i += 2) bytes[i] = tag;
  return bytes;
}
/** Messages one in the other. */
function nested(depth: number): Uint8Array {
  let bytes: number[] = [];
  for (let i = 0; i < depth; i++) bytes = [0x32, ...varint(bytes.length), ...bytes];
  return Uint8Array.from(bytes);
}

corpus(
  'the ONNX corpus',
  [
    {
      name: 'a good file',
      bytes: good,
      check: (model) => {
        expect(model.graphHeads).toMatchObject([{ tensor: 'wq', classAxis: 0, droppedRows: [0] }]);
      },
    },
    {
      name: 'a length past the end',
      bytes: lying(7, 1000),
      error: FormatError,
      message: 'x.onnx: field 7 of the ONNX model at byte 8 claims 1000 bytes, but 2 are left.',
      hint: 'The file is truncated or damaged; download or save it again.',
    },
    {
      name: 'a length of 2⁶³',
      bytes: lying(7, 2n ** 63n),
      error: FormatError,
      message:
        'x.onnx: not a model file that Semblance knows (it begins with 08 08 12 04 74 65 73 74 3a 80 80 80 80 80 80 80).',
    },
    {
      name: 'a length of 2⁵⁰',
      bytes: lying(7, 2n ** 50n),
      error: FormatError,
      message: 'x.onnx: field 7 of the ONNX model at byte 8 claims 1125899906842624 bytes, but 2 are left.',
    },
    {
      name: 'no graph',
      bytes: message([1, 8], [2, 'test']),
      error: FormatError,
      message: 'x.onnx: the ONNX model has no graph.',
    },
    {
      name: 'a group, which protobuf gave up',
      bytes: message([1, 8], [2, 'test'], [7, Uint8Array.of(0x0b)]),
      error: FormatError,
      message: 'x.onnx: the ONNX graph has a field of the unknown protobuf kind 3 at byte 10.',
    },
    {
      name: 'field number 0',
      bytes: message([1, 8], [2, 'test'], [7, Uint8Array.of(0x00, 0x00)]),
      error: FormatError,
      message: 'x.onnx: the ONNX graph has the field number 0 at byte 10.',
    },
    {
      name: 'a shape whose product overflows',
      bytes: one({ name: 'w', shape: [2 ** 40, 2 ** 40, 2 ** 40] }),
      error: LimitError,
      message:
        'x.onnx: tensor w claims 1099511627776×1099511627776×1099511627776 elements; at most 2147483648 are read.',
    },
    {
      name: 'a negative dimension',
      bytes: one({ name: 'w', shape: [2, -1] }),
      error: FormatError,
      message: 'x.onnx: tensor w has the shape [2, -1]; dimensions must be whole numbers of at least 0.',
    },
    {
      name: 'too many dimensions',
      bytes: one({ name: 'w', shape: new Array(65).fill(1) }),
      error: LimitError,
      message: 'x.onnx: the length of the shape of a tensor is 65; at most 64 are read.',
    },
    {
      name: 'fewer raw bytes than the shape needs',
      bytes: one({ name: 'w', shape: [3], raw: new Uint8Array(8) }),
      error: FormatError,
      message: 'x.onnx: tensor w (f32 3) needs 12 bytes, but the file gives it 8.',
    },
    {
      name: 'no values at all',
      bytes: one({ name: 'w', shape: [2000000000] }),
      error: FormatError,
      message:
        'x.onnx: tensor w (f32 2000000000) has 2000000000 elements, but the file stores none or too few of them.',
    },
    {
      name: 'more typed values than the shape has',
      bytes: one({ name: 'w', shape: [1], type: 'i32', fields: [[5, 1], [5, 2]] }), // biome-ignore format: pairs
      error: FormatError,
      message: 'x.onnx: tensor w (i32 1) should have 1 values, but 2 are stored.',
    },
    {
      name: 'a packed number that breaks off',
      bytes: one({ name: 'w', shape: [1], type: 'i32', fields: [[5, Uint8Array.of(0x80)]] }),
      error: FormatError,
      message: 'x.onnx: tensor w breaks off within a number.',
    },
    {
      name: 'a name of a megabyte',
      bytes: () => one(weight('w'.repeat(2 ** 20), 1)),
      error: LimitError,
      message: 'x.onnx: the length of a tensor name is 1048576; at most 4096 are read.',
    },
    {
      name: 'two tensors of one name',
      bytes: writeOnnx({ tensors: [weight('w', 1), weight('w', 1)] }),
      error: FormatError,
      message: 'x.onnx: two stored tensors have the name w.',
    },
    {
      name: 'two nodes with one output',
      bytes: writeOnnx({ nodes: [node('y Relu x'), node('y Relu x')], outputs: ['y'] }),
      error: FormatError,
      message: 'x.onnx: tensor y is the output of two nodes.',
    },
    {
      name: 'a cyclic graph',
      bytes: writeOnnx({ nodes: [node('a Relu b'), node('b Softmax a')], outputs: ['a'] }),
      error: FormatError,
      message: 'x.onnx: the graph runs in a circle through tensor "a".',
    },
    {
      name: 'a node that feeds itself',
      bytes: writeOnnx({ nodes: [node('a Add a a')], outputs: ['a'] }),
      error: FormatError,
      message: 'x.onnx: the graph runs in a circle through tensor "a".',
    },
    {
      name: 'a weight that is transposed in a circle',
      bytes: writeOnnx({ nodes: [node('v Transpose u'), node('u Transpose v'), node('y MatMul x v')], outputs: ['y'] }),
      check: (model) => {
        expect(model.graphStops).toEqual([{ output: 'y', op: 'MatMul' }]);
      },
    },
    {
      name: 'deeply nested messages, which are skipped',
      bytes: () => writeOnnx({ graphFields: [[14, nested(2_000)]] }),
      check: (model) => {
        expect(model.tensors.size).toBe(0);
      },
    },
    {
      name: 'millions of empty nodes',
      bytes: () => manyFields(0x0a, 200_000),
      error: LimitError,
      message: 'x.onnx: the number of nodes is 100001; at most 100000 are read.',
    },
    {
      name: 'millions of fields',
      bytes: () => manyFields(0x18, 1_250_000),
      error: LimitError,
      message: 'x.onnx: more than 1000000 protobuf fields; no real model has as many.',
    },
    ...['../secret.bin', '/etc/passwd', 'a/../../b', 'C:\\w.bin', '..\\w.bin', ''].map((location) => ({
      name: `external data at ${JSON.stringify(location)}`,
      bytes: one(external(location)),
      error: FormatError,
      message: `x.onnx: w keeps its data in ${JSON.stringify(location)}, outside the folder of the model.`,
    })),
    {
      name: 'external data that is not there',
      bytes: one(external('w.bin')),
      error: FormatError,
      message: 'x.onnx: w keeps its data in w.bin, which is not beside the model.',
      hint: 'Put w.bin in the folder of x.onnx.',
    },
    {
      name: 'external data past the end of its file',
      bytes: one(external('w.bin', ['offset', '4'])),
      siblings: { 'w.bin': new Uint8Array(8) },
      error: FormatError,
      message: 'w.bin: tensor w of x.onnx lies at bytes 4 to 12, but the file has 8 bytes.',
    },
    {
      name: 'external data at no number',
      bytes: one(external('w.bin', ['offset', 'x'])),
      siblings: { 'w.bin': new Uint8Array(8) },
      error: FormatError,
      message: 'w.bin: tensor w of x.onnx lies at bytes NaN to NaN, but the file has 8 bytes.',
    },
    {
      name: 'external data of another length',
      bytes: one(external('w.bin', ['length', '4'])),
      siblings: { 'w.bin': new Uint8Array(8) },
      error: FormatError,
      message: 'x.onnx: tensor w needs 8 bytes, but its external data has 4.',
    },
    {
      name: 'scales that do not fit their axis',
      bytes: writeOnnx({
        nodes: [node('d DequantizeLinear w s', { axis: 0 })],
        tensors: [{ name: 'w', type: 'i8', shape: [2, 2], values: [1, 2, 3, 4] }, weight('s', 3)],
      }),
      error: FormatError,
      message: 'x.onnx: tensor w has 3 quantisation scales, but axis 0 of its shape 2×2 has 2 entries.',
    },
    {
      name: 'scales for blocks',
      bytes: writeOnnx({
        nodes: [node('d DequantizeLinear w s', { axis: 0, block_size: 2 })],
        tensors: [{ name: 'w', type: 'i8', shape: [4], values: [1, 2, 3, 4] }, weight('s', 2)],
      }),
      error: UnsupportedError,
      message: 'x.onnx: tensor w is quantised in blocks of 2; one scale for the tensor or for each channel is read.',
    },
    {
      name: 'a scale that is computed',
      bytes: writeOnnx({
        nodes: [node('d DequantizeLinear w s')],
        tensors: [{ name: 'w', type: 'i8', shape: [1], values: [1] }],
      }),
      error: UnsupportedError,
      message: 'x.onnx: the scale or zero point s of tensor w is not a stored constant.',
    },
  ],
  { file: 'x.onnx' },
);

corpus(
  'a cut ONNX file',
  cutCases(good, 16, [
    { error: FormatError, message: 'cut.onnx: the file is empty.' },
    ...Array.from({ length: 15 }, (_, i) => ({
      error: FormatError,
      message: `cut.onnx: field 7 of the ONNX model at byte 18 claims 358 bytes, but ${Math.floor((good.length * (i + 1)) / 16) - 21} are left.`,
      hint: 'The file is truncated or damaged; download or save it again.',
    })),
  ]),
  { file: 'cut.onnx' },
);

fuzzReader('fuzz.onnx', [good], Uint8Array.of(0x08, 0x08, 0x3a));
