import { expect } from 'vitest';
import { FormatError, LimitError, UnsupportedError } from '#src/base/errors.ts';
import { type CorpusCase, corpus, cutCases, fuzzReader } from '../support/corpus.ts';
import {
  type FlatValue,
  i32,
  int32s,
  raw,
  type TfliteSpec,
  type TfliteTensorSpec,
  table,
  tables,
  text,
  u8,
  u32,
  u64,
  writeFlatbuffer,
  writeTflite,
} from '../support/tflite-writer.ts';

const spec: TfliteSpec = {
  tensors: [
    { name: 'x', shape: [1, 4] },
    {
      name: 'w',
      type: 'i8',
      shape: [3, 4],
      data: Uint8Array.from({ length: 12 }, (_, i) => i),
      scales: [1, 2, 3],
      zeroPoints: [0, 0, 0],
    },
    { name: 'b', shape: [3], values: [1, 2, 3] },
    { name: 'f', shape: [1, 3] },
    { name: 'y', shape: [1, 3] },
  ],
  operators: [
    { code: 9, inputs: [0, 1, 2], outputs: [3], options: table(u8(0), undefined) },
    { code: 25, inputs: [3], outputs: [4] },
  ],
  inputs: [0],
  outputs: [4],
};
const good = writeTflite(spec);
const one = (tensor: Partial<TfliteTensorSpec>) =>
  writeTflite({ tensors: [{ name: 'w', shape: [2], values: [1, 2], ...tensor }] });
const model = (fields: TfliteSpec['fields']) => writeTflite({ ...spec, fields });
/** The good file with a 32-bit number replaced. */
function patched(at: number, value: number): Uint8Array {
  const bytes = good.slice();
  new DataView(bytes.buffer).setUint32(at, value, true);
  return bytes;
}
/** Where the root table starts; its vtable is at byte 8. */
const root = new DataView(good.buffer).getUint32(0, true);
const subgraph = (...fields: (FlatValue | undefined)[]) => tables([table(...fields)]);
const shared = table(int32s([2]), u8(0), u32(0), text('w'));

const refused = (name: string, bytes: Uint8Array | (() => Uint8Array), message: string): CorpusCase => ({
  name,
  bytes,
  error: FormatError,
  message: `x.tflite: ${message}`,
});

corpus(
  'the TFLite corpus',
  [
    {
      name: 'a good file',
      bytes: good,
      check: (file) => {
        expect(file.graphHeads).toMatchObject([{ tensor: 'w', classAxis: 0, path: ['SOFTMAX', 'FULLY_CONNECTED'] }]);
      },
    },
    refused(
      'a root past the end',
      patched(0, 2 ** 31),
      'the model lies at bytes 2147483648 to 2147483652, but the file has 832 bytes.',
    ),
    refused('a root that points at itself', patched(0, 0), 'the offset of the model at byte 0 points at itself.'),
    refused(
      'a vtable past the end',
      patched(root, 2 ** 31),
      'the vtable of the model lies at bytes 2147483672 to 2147483676, but the file has 832 bytes.',
    ),
    refused(
      'a vtable before the file',
      patched(root, root + 100),
      'the vtable of the model lies at bytes -100 to -96, but the file has 832 bytes.',
    ),
    refused(
      'a vtable of no size',
      writeFlatbuffer(table(), 'TFL3').fill(0, 8, 10),
      'the vtable of the model at byte 8 claims 0 bytes for itself and 4 for the table.',
    ),
    refused(
      'a field outside its table',
      patched(12, 0x0008_7000),
      'field 0 of the model lies at byte 28672 of a table of 24 bytes.',
    ),
    refused(
      'a table that points at itself',
      model({ 2: raw(0) }),
      'the offset of the list of subgraphs at byte 36 points at itself.',
    ),
    refused(
      'a table past the end',
      model({ 2: raw(2 ** 30) }),
      'the list of subgraphs lies at bytes 1073741860 to 1073741864, but the file has 229 bytes.',
    ),
    refused(
      'an entry that points at itself',
      model({ 2: tables([raw(0)]) }),
      'the offset of entry 0 of the list of subgraphs at byte 64 points at itself.',
    ),
    refused(
      'an entry past the end',
      model({ 2: tables([raw(2 ** 32 - 1)]) }),
      'entry 0 of the list of subgraphs lies at bytes 4294967359 to 4294967363, but the file has 237 bytes.',
    ),
    // Writers share bytes as they like; what is read twice with one meaning does no harm.
    {
      name: 'a string within a vector',
      bytes: model({ 3: raw(8) }),
      check: (file) => expect(file.format).toBe('tflite'),
    },
    {
      name: 'two entries for one tensor',
      bytes: model({ 2: subgraph(tables([shared, shared])) }),
      check: (file) => expect(file.tensors.size).toBe(0),
    },
    refused(
      'a vector that claims more than the file',
      model({ 3: { kind: 'bytes', bytes: new Uint8Array(2 ** 20), elementBytes: 2 ** -11 } }),
      'the description of 2147483648 elements lies at bytes 72 to 2147483720, but the file has 1049392 bytes.',
    ),
    refused('no subgraph', model({ 2: tables([]) }), 'the model has no subgraph.'),
    refused(
      'an operator of no code',
      model({ 1: tables([]) }),
      'operator 0 has the code 0, but the file lists 0 codes.',
    ),
    refused(
      'an operator with an input that is not there',
      writeTflite({ ...spec, operators: [{ code: 9, inputs: [0, 99], outputs: [3] }] }),
      'the list of inputs of operator 0 names tensor 99, but subgraph 0 has 5 tensors.',
    ),
    refused(
      'a buffer that is not there',
      one({ fields: { 2: u32(7) } }),
      'tensor w lies in buffer 7, but the file has 2 buffers.',
    ),
    refused(
      'a buffer of another size',
      one({ shape: [3] }),
      'tensor w (f32 3) needs 12 bytes, but the file gives it 8.',
    ),
    refused(
      'a buffer past the end',
      one({ buffer: table(undefined, u64(2 ** 40), u64(8)) }),
      'buffer 1, which holds tensor w, lies at bytes 1099511627776 to 1099511627784, but the file has 254 bytes.',
    ),
    refused(
      'a negative dimension',
      one({ shape: [-1, 2] }),
      'tensor w has the shape [-1, 2]; dimensions must be whole numbers of at least 0.',
    ),
    refused(
      'scales that do not fit their axis',
      one({ type: 'i8', data: new Uint8Array(2), scales: [1, 2, 3], zeroPoints: [0] }),
      'tensor w has 3 quantisation scales, but axis 0 of its shape 2 has 2 entries.',
    ),
    refused(
      'an axis that is not there',
      one({ type: 'i8', data: new Uint8Array(2), scales: [1, 2], axis: 5 }),
      'tensor w has 2 quantisation scales, but axis 5 of its shape 2 has no entries.',
    ),
    refused(
      'a cyclic graph',
      writeTflite({
        ...spec,
        operators: [
          { code: 25, inputs: [3], outputs: [4] },
          { code: 22, inputs: [4], outputs: [3] },
        ],
      }),
      'the graph runs in a circle through tensor "y".',
    ),
    {
      name: 'a shape whose product overflows',
      bytes: one({ shape: [2 ** 30, 2 ** 30, 2 ** 30] }),
      error: LimitError,
      message: 'x.tflite: tensor w claims 1073741824×1073741824×1073741824 elements; at most 2147483648 are read.',
    },
    {
      name: 'too many dimensions',
      bytes: one({ shape: new Array(65).fill(1) }),
      error: LimitError,
      message: 'x.tflite: the length of the shape of tensor w is 65; at most 64 are read.',
    },
    {
      name: 'a name of a megabyte',
      bytes: () => one({ name: 'w'.repeat(2 ** 20) }),
      error: LimitError,
      message: 'x.tflite: the length of the name of tensor 0 is 1048576; at most 4096 are read.',
    },
    {
      name: 'a long vector that thousands of operators share',
      bytes: () => {
        const long = int32s(new Array(60_000).fill(0));
        const operators = Array.from({ length: 5_000 }, () => table(u32(0), long, long));
        const input = tables([table(int32s([1]), u8(0), u32(0), text('x'))]);
        return model({ 2: subgraph(input, undefined, undefined, tables(operators)) });
      },
      error: LimitError,
      message: 'x.tflite: the tables of the flatbuffer point at the same bytes more than 8 times over.',
    },
    {
      name: 'a sparse tensor',
      bytes: one({ fields: { 6: table(int32s([0])) } }),
      error: UnsupportedError,
      message: 'x.tflite: tensor w is stored sparse, which is not read.',
    },
    {
      name: 'a tensor quantised in blocks',
      bytes: one({
        type: 'i8',
        data: new Uint8Array(2),
        fields: { 4: table(undefined, undefined, undefined, undefined, u8(2), table(i32(1))) },
      }),
      error: UnsupportedError,
      message:
        'x.tflite: tensor w is quantised in a custom way or in blocks; one scale for the tensor or for each channel is read.',
    },
  ],
  { file: 'x.tflite' },
);
/** What a file cut at 0, 1/16 … 15/16 lacks. */
const messageOfCut = [
  'the file is empty.',
  'the list of operator codes of 2 elements lies at bytes 52 to 60, but the file has 52 bytes.',
  'entry 0 of the list of operator codes lies at bytes 116 to 120, but the file has 104 bytes.',
  'operator code 1 lies at bytes 144 to 157, but the file has 156 bytes.',
  'entry 1 of the list of buffers lies at bytes 216 to 220, but the file has 208 bytes.',
  'the name of subgraph 0 lies at bytes 292 to 296, but the file has 260 bytes.',
  'entry 0 of the list of tensors of subgraph 0 lies at bytes 360 to 364, but the file has 312 bytes.',
  'entry 1 of the list of tensors of subgraph 0 lies at bytes 396 to 400, but the file has 364 bytes.',
  'entry 2 of the list of tensors of subgraph 0 lies at bytes 436 to 440, but the file has 416 bytes.',
  'entry 3 of the list of tensors of subgraph 0 lies at bytes 472 to 476, but the file has 468 bytes.',
  'the name of tensor 0 lies at bytes 612 to 616, but the file has 520 bytes.',
  'the name of tensor 0 lies at bytes 612 to 616, but the file has 572 bytes.',
  'the name of tensor 1 lies at bytes 632 to 636, but the file has 624 bytes.',
  'the list of scales of tensor w lies at bytes 788 to 792, but the file has 676 bytes.',
  'the list of scales of tensor w lies at bytes 788 to 792, but the file has 728 bytes.',
  'the list of scales of tensor w lies at bytes 788 to 792, but the file has 780 bytes.',
];

corpus(
  'a cut TFLite file',
  cutCases(
    good,
    16,
    messageOfCut.map((message) => ({ error: FormatError, message: `cut.tflite: ${message}` })),
  ),
  { file: 'cut.tflite' },
);

fuzzReader('fuzz.tflite', [good], good.slice(0, 8));
