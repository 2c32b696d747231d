import { deflateRawSync } from 'node:zlib';
import { expect } from 'vitest';
import { FormatError, LimitError, UnsupportedError } from '#src/base/errors.ts';
import type { ModelFile } from '#src/model-files/model-file.ts';
import { type CorpusCase, corpus, cutCases, fuzzReader } from '../support/corpus.ts';
import { npyFile } from '../support/npy-writer.ts';
import { zipArchive } from '../support/zip-writer.ts';

const file = 'x.npz';

function npy(shape: readonly number[], values: readonly number[], fortranOrder = false): Uint8Array {
  return npyFile({ shape, fortranOrder, data: Float32Array.from(values).buffer });
}

const a = npy([2, 3], [1, 2, 3, 4, 5, 6]);
const b = npy([2, 2], [1, 3, 2, 4], true);
const good = zipArchive([
  { name: 'a.npy', bytes: a },
  { name: 'b.npy', bytes: b },
]);
const goodDeflated = zipArchive([
  { name: 'a.npy', bytes: a, deflate: true },
  { name: 'b.npy', bytes: b, deflate: true },
]);

async function expectBothArrays(model: ModelFile): Promise<void> {
  expect(model.format).toBe('npz');
  expect([...model.tensors.keys()]).toEqual(['a', 'b']);
  const first = await model.tensors.get('a')!.read();
  expect([first.shape, Array.from(first.data)]).toEqual([
    [2, 3],
    [1, 2, 3, 4, 5, 6],
  ]);
  expect(Array.from((await model.tensors.get('b')!.read()).data)).toEqual([1, 2, 3, 4]);
}

corpus(
  'npz archives',
  [
    { name: 'stored', bytes: good, check: expectBothArrays },
    { name: 'deflated', bytes: goodDeflated, check: expectBothArrays },
    {
      name: '64-bit sizes',
      bytes: zipArchive(
        [
          { name: 'a.npy', bytes: a },
          { name: 'b.npy', bytes: b, deflate: true },
        ],
        { zip64: true },
      ),
      check: expectBothArrays,
    },
    {
      name: 'an array of several megabytes, deflated in many pieces',
      bytes: () => {
        const values = Float32Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i));
        return zipArchive([{ name: 'a.npy', bytes: npy([1_000_000], Array.from(values)), deflate: true }]);
      },
      check: async (model) => {
        const { data } = await model.tensors.get('a')!.read();
        expect(data.length).toBe(1_000_000);
        expect(data[999_999]).toBe(Math.fround(Math.sin(999_999)));
      },
    },
  ],
  { file },
);

type Failure = Omit<Extract<CorpusCase, { error: unknown }>, 'name' | 'bytes'>;

function format(message: string): Failure {
  return { error: FormatError, message };
}

corpus(
  'hostile archives',
  [
    {
      name: 'two entries of one name',
      bytes: zipArchive([
        { name: 'a.npy', bytes: a },
        { name: 'a.npy', bytes: b },
      ]),
      ...format('x.npz: the zip archive holds two entries named a.npy.'),
    },
    {
      name: 'an entry past the end of the data',
      bytes: zipArchive([{ name: 'a.npy', bytes: a, claim: { size: 5000, compressedSize: 5000 } }]),
      ...format("x.npz: the zip entry a.npy claims bytes 0 to 5030, but the archive's data ends at 187."),
    },
    {
      name: 'an offset past the end of the file',
      bytes: zipArchive([{ name: 'a.npy', bytes: a, claim: { offset: 4_000_000_000 } }]),
      ...format(
        "x.npz: the zip entry a.npy claims bytes 4000000000 to 4000000182, but the archive's data ends at 187.",
      ),
    },
    {
      name: 'two entries that share their bytes',
      bytes: zipArchive([
        { name: 'a.npy', bytes: a },
        { name: 'b.npy', bytes: b, claim: { offset: 0 } },
      ]),
      ...format('x.npz: the zip entry a.npy overlaps b.npy at byte 0.'),
    },
    {
      name: 'an entry that reaches into the next',
      bytes: zipArchive([
        { name: 'a.npy', bytes: a, claim: { size: 160, compressedSize: 160 } },
        { name: 'b.npy', bytes: b },
      ]),
      ...format('x.npz: the zip entry a.npy overlaps b.npy at byte 187.'),
    },
    {
      name: 'an offset into the middle of an entry',
      bytes: zipArchive([{ name: 'a.npy', bytes: a, claim: { offset: 3, size: 100, compressedSize: 100 } }]),
      ...format('x.npz: the zip entry a.npy is not at byte 3, where the directory places it.'),
    },
    {
      name: 'a stored entry of two sizes',
      bytes: zipArchive([{ name: 'a.npy', bytes: a, claim: { size: 5000 } }]),
      ...format('x.npz: the zip entry a.npy is stored, yet its size is given as 5000 and as 152 bytes.'),
    },
    {
      name: 'more entries than the directory has',
      bytes: zipArchive([{ name: 'a.npy', bytes: a }], { claim: { entries: 3 } }),
      ...format('x.npz: the zip directory announces 3 entries, but entry 1 is not there.'),
    },
    {
      name: 'a million million entries',
      bytes: zipArchive([{ name: 'a.npy', bytes: a }], { zip64: true, claim: { entries: 1e12 } }),
      error: LimitError,
      message: 'x.npz: the number of zip entries is 1000000000000; at most 250000 are read.',
    },
    {
      name: 'a directory of a terabyte',
      bytes: zipArchive([{ name: 'a.npy', bytes: a }], { zip64: true, claim: { directorySize: 1e12 } }),
      error: LimitError,
      message: 'x.npz: the size of the zip directory is 1000000000000; at most 50000000 are read.',
    },
    {
      name: 'a directory past the end',
      bytes: zipArchive([{ name: 'a.npy', bytes: a }], { claim: { directoryOffset: 4000 } }),
      ...format('x.npz: the zip directory lies at bytes 4000 to 4051, but the file has 260 bytes.'),
    },
    {
      name: 'a directory at 2⁶³',
      bytes: zipArchive([{ name: 'a.npy', bytes: a }], { zip64: true, claim: { directoryOffset: 2 ** 62 } }),
      ...format('x.npz: a size or offset of the zip archive is 4611686018427388000, beyond any file.'),
    },
    {
      name: 'encryption',
      bytes: zipArchive([{ name: 'a.npy', bytes: a, claim: { flags: 1 } }]),
      error: UnsupportedError,
      message: 'x.npz: the zip entry a.npy is encrypted, which is not read.',
    },
    {
      name: 'another compression',
      bytes: zipArchive([{ name: 'a.npy', bytes: a, claim: { method: 14 } }]),
      error: UnsupportedError,
      message: 'x.npz: the zip entry a.npy is compressed by method 14; stored (0) and deflated (8) are read.',
    },
    {
      name: 'a zip bomb: a gigabyte claimed of a kilobyte',
      bytes: zipArchive([{ name: 'a.npy', bytes: a, deflate: true, claim: { size: 2 ** 30 } }]),
      error: LimitError,
      message: `x.npz/a.npy: ${deflateRawSync(a).length} bytes claim to inflate to 1073741824; at most 200 times as many are read.`,
      hint: 'This is how a zip bomb looks. If the file is yours, save it uncompressed.',
    },
    {
      name: 'a zip bomb: four gigabytes claimed',
      bytes: zipArchive([{ name: 'a.npy', bytes: a, deflate: true, claim: { size: 2 ** 32 - 2 } }]),
      error: LimitError,
      message: 'x.npz/a.npy: the inflated size is 4294967294; at most 2147483648 are read.',
    },
    {
      name: 'a zip bomb: 200 MB behind the claim of a small array',
      bytes: () =>
        zipArchive([{ name: 'a.npy', bytes: behind(a, 200_000_000), deflate: true, claim: { size: a.length } }]),
      ...format('x.npz/a.npy: inflates to more than the 152 bytes that the zip directory claims.'),
    },
    {
      name: 'less data than claimed',
      bytes: zipArchive([
        { name: 'a.npy', bytes: npy([2, 4], [1, 2, 3, 4, 5, 6]), deflate: true, claim: { size: 160 } },
      ]),
      ...format('x.npz/a.npy: inflates to 152 bytes, but the zip directory claims 160.'),
    },
    {
      name: 'a wrong checksum',
      bytes: zipArchive([{ name: 'a.npy', bytes: a, deflate: true, claim: { crc32: 1 } }]),
      ...format('x.npz/a.npy: the inflated bytes do not have the checksum (CRC-32) that the zip directory gives.'),
    },
    {
      name: 'an array larger than its entry',
      bytes: zipArchive([{ name: 'a.npy', bytes: npy([1000, 1000], [1]) }]),
      ...format(
        'x.npz/a.npy: array a (f32, shape [1000, 1000]) lies at bytes 128 to 4000128, but the file has 132 bytes.',
      ),
    },
    {
      name: 'a letter among the arrays',
      bytes: zipArchive([
        { name: 'a.npy', bytes: a },
        { name: 'letter.txt', bytes: Buffer.from('Dear reader') },
      ]),
      ...format('x.npz: an .npz file holds .npy arrays only, but this one holds letter.txt.'),
    },
  ],
  { file },
);

/** `bytes` with zeros behind them. */
function behind(bytes: Uint8Array, length: number): Uint8Array {
  const all = new Uint8Array(bytes.length + length);
  all.set(bytes);
  return all;
}

corpus(
  'an npz archive, cut',
  cutCases(good, 16, [
    format('x.npz: the file is empty.'),
    // The first entry's name is not whole yet, so it is only known that this is some zip archive.
    ...Array.from({ length: 15 }, () => ({
      ...format('x.npz: a zip archive without the directory at its end.'),
      hint: 'The file is truncated; download or save it again.',
    })),
  ]),
  { file },
);

fuzzReader('x.npz', [good, goodDeflated]);
