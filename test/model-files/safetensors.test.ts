import { expect } from 'vitest';
import { FormatError, LimitError, UnsupportedError } from '#src/base/errors.ts';
import { type CorpusCase, corpus, cutCases, fuzzReader } from '../support/corpus.ts';

const file = 'x.safetensors';

/** A safetensors file around a header; `length` is what its first eight bytes say instead of the truth. */
function safetensors(header: unknown, data: ArrayBufferLike, length?: number | bigint): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(length ?? text.length));
  return new Uint8Array(Buffer.concat([prefix, text, Buffer.from(data)]));
}

function entry(dtype: string, shape: readonly number[], from: number, to: number): Record<string, unknown> {
  return { dtype, shape, data_offsets: [from, to] };
}

const six = Float32Array.of(1, 2, 3, 4, 5, 6).buffer;
const good = safetensors(
  { __metadata__: { epoch: '7' }, a: entry('F32', [2, 2], 0, 16), b: entry('F32', [2], 16, 24) },
  six,
);

type Failure = Omit<Extract<CorpusCase, { error: unknown }>, 'name' | 'bytes'>;

function format(message: string): Failure {
  return { error: FormatError, message };
}

corpus(
  'safetensors',
  [
    {
      name: 'two tensors and metadata',
      bytes: good,
      check: async (model) => {
        expect([model.format, model.metadata]).toEqual(['safetensors', { epoch: '7' }]);
        expect(await model.tensors.get('a')!.read()).toEqual({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
        expect(await model.tensors.get('b')!.read()).toEqual({ shape: [2], data: Float32Array.of(5, 6) });
      },
    },
    {
      name: 'half precision, bfloat16 and whole numbers',
      bytes: safetensors(
        { h: entry('F16', [2], 0, 4), b: entry('BF16', [2], 4, 8), i: entry('I8', [2], 8, 10) },
        Uint8Array.of(0, 0x3c, 0, 0xc0, 0x80, 0x3f, 0, 0xc0, 1, 0xfe).buffer,
      ),
      check: async (model) => {
        for (const tensor of model.tensors.values()) expect(Array.from((await tensor.read()).data)).toEqual([1, -2]);
      },
    },
    {
      name: 'a header of 640 bytes, which begins like a pickle',
      bytes: safetensors(JSON.stringify({ a: entry('F32', [6], 0, 24) }).padEnd(640), six),
      check: (model) => expect(model.format).toBe('safetensors'),
    },
    {
      name: 'a header length past the end',
      bytes: safetensors({ a: entry('F32', [6], 0, 24) }, six, 1000),
      ...format('x.safetensors: the safetensors header lies at bytes 8 to 1008, but the file has 87 bytes.'),
    },
    {
      name: 'a header length of 2⁶⁴−1',
      bytes: safetensors({ a: entry('F32', [6], 0, 24) }, six, 2n ** 64n - 1n),
      ...format(
        'x.safetensors: the safetensors header lies at bytes 8 to 18446744073709552000, but the file has 87 bytes.',
      ),
    },
    {
      name: 'a header length that is too short',
      bytes: safetensors({ a: entry('F32', [6], 0, 24) }, six, 20),
      ...format('x.safetensors: the safetensors header is not valid JSON.'),
    },
    {
      name: 'data past the end',
      bytes: safetensors({ a: entry('F32', [7], 0, 28) }, six),
      ...format('x.safetensors: tensor a lies at bytes 63 to 91, but the file has 87 bytes.'),
    },
    {
      name: 'data that begin behind their end',
      bytes: safetensors({ a: entry('F32', [6], 24, 0) }, six),
      ...format('x.safetensors: tensor a lies at bytes 87 to 63, but the file has 87 bytes.'),
    },
    {
      name: 'two tensors that overlap',
      bytes: safetensors({ a: entry('F32', [4], 0, 16), b: entry('F32', [4], 8, 24) }, six),
      ...format('x.safetensors: the bytes of a and b overlap at 125.'),
    },
    {
      name: 'a shape that does not fill its data',
      bytes: safetensors({ a: entry('F32', [5], 0, 24) }, six),
      ...format('x.safetensors: a (f32 5) needs 20 bytes, but the file gives it 24.'),
    },
    {
      name: 'a shape whose product overflows',
      bytes: safetensors({ a: entry('F32', [2 ** 40, 2 ** 40], 0, 24) }, six),
      error: LimitError,
      message: 'x.safetensors: a claims 1099511627776×1099511627776 elements; at most 2147483648 are read.',
    },
    {
      name: 'a negative dimension',
      bytes: safetensors({ a: entry('F32', [-6], 0, 24) }, six),
      ...format(
        'x.safetensors: the safetensors header holds the number -6; shapes and offsets must be whole numbers of at least 0.',
      ),
    },
    {
      name: 'an unknown element type',
      bytes: safetensors({ a: entry('F99', [6], 0, 24) }, six),
      error: UnsupportedError,
      message: 'x.safetensors: a has the element type "F99", which is not read.',
    },
    {
      name: 'an element type that is an object',
      bytes: safetensors({ a: { dtype: { toString: 1 }, shape: [6], data_offsets: [0, 24] } }, six),
      error: UnsupportedError,
      message: 'x.safetensors: a has the element type an object, which is not read.',
    },
    {
      name: 'a tensor of 4-bit numbers beside others, which is not listed',
      bytes: safetensors({ a: entry('F32', [5], 0, 20), q: entry('F4', [8], 20, 24) }, six),
      check: (model) => expect([...model.tensors.keys()]).toEqual(['a']),
    },
    {
      name: 'a hole between tensors',
      bytes: safetensors({ a: entry('F32', [2], 0, 8), b: entry('F32', [2], 16, 24) }, six),
      ...format('x.safetensors: bytes 125 to 133 belong to no tensor; b must begin at 125.'),
    },
    {
      name: 'bytes behind the last tensor',
      bytes: safetensors({ a: entry('F32', [5], 0, 20) }, six),
      ...format('x.safetensors: the tensors of the header end at byte 83, but the file has 87 bytes.'),
    },
    {
      name: 'a dimension written as 2.0',
      bytes: safetensors('{"a":{"dtype":"F32","shape":[2.0,3],"data_offsets":[0,24]}}', six),
      ...format(
        'x.safetensors: the safetensors header holds the number 2.0; shapes and offsets must be whole numbers of at least 0.',
      ),
    },
    {
      name: 'an offset that is a text',
      bytes: safetensors({ a: { dtype: 'F32', shape: [6], data_offsets: ['0', 24] } }, six),
      ...format('x.safetensors: a has the data_offsets ["0", 24]; two whole numbers of at least 0 are needed.'),
    },
    {
      name: 'metadata that are not texts',
      bytes: safetensors({ __metadata__: { epoch: 7 }, a: entry('F32', [6], 0, 24) }, six),
      ...format('x.safetensors: __metadata__ has 7 under epoch, where a text is expected.'),
    },
    {
      name: 'a header nested 20,000 deep',
      bytes: safetensors(`{"__metadata__":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`, six),
      error: LimitError,
      message: 'x.safetensors: the safetensors header is nested more than 128 deep, which is as far as JSON is read.',
    },
    {
      name: 'a name that is not valid Unicode',
      bytes: safetensors('{"\\ud800":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}}', six),
      ...format('x.safetensors: the name \\ud800 of a tensor is not valid Unicode.'),
    },
    {
      name: 'an entry that is a number',
      bytes: safetensors({ a: 5 }, six),
      ...format('x.safetensors: the header entry of a lacks dtype, shape or data_offsets.'),
    },
  ],
  { file },
);

corpus(
  'a safetensors file, cut',
  cutCases(good, 16, [
    format('x.safetensors: the file is empty.'),
    ...Array.from({ length: 15 }, (_, i) => {
      const length = Math.floor((good.length * (i + 1)) / 16);
      const headerEnd = good.length - six.byteLength;
      return length < headerEnd
        ? format(
            `x.safetensors: the safetensors header lies at bytes 8 to ${headerEnd}, but the file has ${length} bytes.`,
          )
        : format(
            `x.safetensors: tensor ${length < headerEnd + 16 ? 'a' : 'b'} lies at bytes ${length < headerEnd + 16 ? headerEnd : headerEnd + 16} to ${length < headerEnd + 16 ? headerEnd + 16 : good.length}, but the file has ${length} bytes.`,
          );
    }),
  ]),
  { file },
);

fuzzReader(file, [good], good.subarray(0, 9));
