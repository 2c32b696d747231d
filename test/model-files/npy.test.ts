import { expect } from 'vitest';
import { FormatError, LimitError, UnsupportedError } from '#src/base/errors.ts';
import { type CorpusCase, corpus, cutCases, fuzzReader } from '../support/corpus.ts';
import { npyFile } from '../support/npy-writer.ts';

const file = 'x.npy';
const good = npyFile({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6).buffer });

/** An array of two numbers in each element type, and what it reads as. */
function elementTypes(): CorpusCase[] {
  const types: [descr: string, dtype: string, data: ArrayBufferLike][] = [
    ['<f8', 'f64', Float64Array.of(1, -2).buffer],
    ['<f2', 'f16', Uint16Array.of(0x3c00, 0xc000).buffer],
    ['<i8', 'i64', BigInt64Array.of(1n, -2n).buffer],
    ['<i4', 'i32', Int32Array.of(1, -2).buffer],
    ['<i2', 'i16', Int16Array.of(1, -2).buffer],
    ['|i1', 'i8', Int8Array.of(1, -2).buffer],
  ];
  return types.map(([descr, dtype, data]) => ({
    name: `element type ${descr}`,
    bytes: npyFile({ descr, shape: [2], data }),
    check: async (model) => {
      const entry = model.tensors.get('array')!;
      expect(entry.dtype).toBe(dtype);
      expect(Array.from((await entry.read()).data)).toEqual([1, -2]);
    },
  }));
}

corpus(
  'npy files',
  [
    {
      name: 'row-major',
      bytes: good,
      check: async (model) => {
        const { shape, data } = await model.tensors.get('array')!.read();
        expect([shape, Array.from(data)]).toEqual([
          [2, 3],
          [1, 2, 3, 4, 5, 6],
        ]);
      },
    },
    {
      name: 'column-major comes row-major',
      bytes: npyFile({ shape: [2, 2, 2], fortranOrder: true, data: Float32Array.of(0, 4, 2, 6, 1, 5, 3, 7).buffer }),
      check: async (model) =>
        expect(Array.from((await model.tensors.get('array')!.read()).data)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]),
    },
    {
      name: 'a scalar, in version 2',
      bytes: npyFile({ shape: [], version: 2, data: Float32Array.of(7).buffer }),
      check: async (model) =>
        expect(await model.tensors.get('array')!.read()).toEqual({ shape: [], data: Float32Array.of(7) }),
    },
    ...elementTypes(),
    {
      name: 'version 9',
      bytes: npyFile({ shape: [1], version: 9, data: new ArrayBuffer(4) }),
      error: UnsupportedError,
      message: 'x.npy: .npy version 9 is not read; 1 to 3 are.',
    },
    {
      name: 'big-endian numbers',
      bytes: npyFile({ descr: '>f4', shape: [2], data: Uint8Array.of(0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0).buffer }),
      check: async (model) => {
        expect(Array.from((await model.tensors.get('array')!.read()).data)).toEqual([1, -2]);
      },
    },
    {
      name: 'Python objects',
      bytes: npyFile({ descr: '|O', shape: [1], data: new ArrayBuffer(4) }),
      error: UnsupportedError,
      message: 'x.npy: holds an array of Python objects; plain numbers are read.',
    },
    {
      name: 'a header that claims 65,000 bytes',
      bytes: npyFile({ shape: [1], data: new ArrayBuffer(4), headerLength: 65_000 }),
      error: FormatError,
      message: 'x.npy: the npy header lies at bytes 10 to 65010, but the file has 132 bytes.',
    },
    {
      name: 'a header of four gigabytes',
      bytes: npyFile({ shape: [1], data: new ArrayBuffer(4), version: 2, headerLength: 2 ** 32 - 1 }),
      error: LimitError,
      message: 'x.npy: the size of the npy header is 4294967295; at most 65536 are read.',
    },
    {
      name: 'more elements than bytes',
      bytes: npyFile({ shape: [1000], data: new ArrayBuffer(4) }),
      error: FormatError,
      message: 'x.npy: array array (f32, shape [1000]) lies at bytes 128 to 4128, but the file has 132 bytes.',
    },
    {
      name: 'a shape whose product overflows',
      bytes: npyFile({ shape: [2 ** 32, 2 ** 32], data: new ArrayBuffer(4) }),
      error: LimitError,
      message: 'x.npy: array claims 4294967296×4294967296 elements; at most 2147483648 are read.',
    },
    {
      name: 'more dimensions than NumPy has',
      bytes: npyFile({ shape: new Array<number>(65).fill(1), data: new ArrayBuffer(4) }),
      error: LimitError,
      message: 'x.npy: the number of dimensions of array is 65; at most 64 are read.',
    },
  ],
  { file },
);

type Failure = Omit<Extract<CorpusCase, { error: unknown }>, 'name' | 'bytes'>;

function format(message: string): Failure {
  return { error: FormatError, message };
}

corpus(
  'an npy file, cut',
  cutCases(good, 16, [
    format('x.npy: the file is empty.'),
    format('x.npy: not an .npy file (it lacks the NUMPY mark) or cut off within its first 10 bytes.'),
    ...[19, 28, 38, 47, 57, 66, 76, 85, 95, 104, 114, 123].map((length) =>
      format(`x.npy: the npy header lies at bytes 10 to 128, but the file has ${length} bytes.`),
    ),
    ...[133, 142].map((length) =>
      format(`x.npy: array array (f32, shape [2, 3]) lies at bytes 128 to 152, but the file has ${length} bytes.`),
    ),
  ]),
  { file },
);

fuzzReader(file, [good], good.subarray(0, 6));
