import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { FormatError, SemblanceError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { bytes, counting, f32, f64, u32 } from '../support/byte-writer.ts';
import { caseFile } from '../support/cases.ts';
import { compressed, matElement, matFile, matMatrix } from '../support/mat-writer.ts';

const open = (file: Uint8Array) => openModel(memorySource('m.mat', file));
const fixture = async (name: string) => openModel(await fileSource(caseFile(`formats/matlab-mat/${name}`)!));
const single = (name: string, shape: readonly number[], values: readonly number[]) =>
  matMatrix(name, 7, shape, matElement(7, f32(...values)));

describe('MATLAB files that SciPy wrote', () => {
  it('has matrices column by column', async () => {
    const file = await fixture('matrix.mat');
    expect([...file.tensors.keys()]).toEqual(['W']);
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: 'W', classes: 10, features: 64 });
    expect([...(await head.readTemplates()).data]).toEqual(counting(640));
  });

  it('inflates variables of -v7, and takes a vector for a bias', async () => {
    const file = await fixture('matrix_v7.mat');
    expect([...file.tensors.values()].map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['W', 'f64', [10, 64]],
      ['b', 'f32', [10]],
    ]);
    expect([...(await detectHead(file).readTemplates()).data]).toEqual(counting(640));
  });

  it('reads numbers stored in a smaller type', async () => {
    const head = detectHead(await fixture('whole_numbers.mat'));
    expect([...(await head.readTemplates()).data]).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  it('follows the layers of MatConvNet', async () => {
    const file = await fixture('matconvnet.mat');
    expect([...file.tensors.keys()]).toContain('net.layers{6}.weights{1}');
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: 'net.layers{6}.weights{1}', classes: 5, features: 6, classAxis: 3 });
    expect(head.reason).toContain('(softmax ← conv)');
    // Filters are … × channels × outputs, so that the features of class 0 are every fifth number.
    expect([...(await head.readTemplates()).data].slice(0, 6)).toEqual([0, 5, 10, 15, 20, 25].map((v) => v / 8));
  });

  it('follows those of its older form', async () => {
    const head = detectHead(await fixture('matconvnet_filters.mat'));
    expect(head).toMatchObject({ tensor: 'layers{3}.filters', classes: 3, features: 4 });
    expect(head.reason).toContain('(softmaxloss ← conv)');
  });
});

describe('other MATLAB files', () => {
  it('names the parts of several structs', async () => {
    const names = bytes('value', Array(3).fill(0), 'name', Array(4).fill(0));
    const element = (value: Uint8Array) => value;
    const file = await open(
      matFile(
        matMatrix(
          'params',
          2,
          [1, 2],
          bytes(
            u32((4 << 16) | 5, 8),
            matElement(1, names),
            element(single('', [2, 3], counting(6))),
            element(matMatrix('', 4, [1, 2], matElement(16, bytes('fc')))),
            element(single('', [3, 1], counting(3))),
            element(matElement(14, new Uint8Array())),
          ),
        ),
      ),
    );
    expect([...file.tensors.values()].map(({ name, shape }) => [name, shape])).toEqual([
      ['params(1).value', [2, 3]],
      ['params(2).value', [3]],
    ]);
  });

  it('tells what is left out', async () => {
    const file = await open(
      matFile(
        single('W', [2, 2], [1, 2, 3, 4]),
        matMatrix('s', 5, [2, 2], new Uint8Array()),
        matMatrix('z', 6, [1, 1], bytes(matElement(9, f64(1)), matElement(9, f64(1))), 0x0800),
      ),
    );
    expect(file.notes).toEqual(['What holds no real numbers is left out: s, z.']);
  });

  it('names version 7.3', async () => {
    const file = bytes('MATLAB 7.3 MAT-file'.padEnd(124, ' '), [0, 2], 'IM', new Uint8Array(400));
    await expect(open(file)).rejects.toThrow('m.mat: is a MATLAB file of version 7.3, which is HDF5.');
  });
});

describe('broken MATLAB files', () => {
  const whole = matFile(single('W', [2, 3], counting(6)), compressed(single('V', [2, 3], counting(6))));
  const deep = (depth: number): Uint8Array =>
    depth === 0 ? single('', [1, 1], [1]) : matMatrix(depth === 70 ? 'c' : '', 1, [1, 1], deep(depth - 1));

  it.each<[string, Uint8Array, string]>([
    [
      'too few numbers',
      matFile(single('W', [2, 3], [1])),
      'm.mat: W (f32 2×3) needs 24 bytes, but the file gives it 4.',
    ],
    [
      'a shape beyond any',
      matFile(single('W', [2 ** 30, 4], [1])),
      'm.mat: W claims 1073741824×4 elements; at most 2147483648 are read.',
    ],
    [
      'a side below nought',
      matFile(single('W', [-1, 4], [1])),
      'm.mat: W has the shape [-1, 4]; dimensions must be whole numbers of at least 0.',
    ],
    [
      'cells that are not there',
      matFile(matMatrix('c', 1, [1000, 1000], new Uint8Array())),
      'm.mat: c lies at bytes 184 to 192, but only 184 are there.',
    ],
    ['cells too deep', matFile(deep(70)), 'm.mat: the depth of cells and structs is 65; at most 64 are read.'],
    [
      'two of one name',
      matFile(single('W', [1, 2], [1, 2]), single('W', [1, 2], [1, 2])),
      'm.mat: two arrays have the name W.',
    ],
    [
      'fields without names',
      matFile(matMatrix('s', 2, [1, 1], bytes(u32((4 << 16) | 5, 0), matElement(1, bytes('ab'))))),
      'm.mat: the names of the fields of s have 0 bytes each, 2 together.',
    ],
    [
      'a variable of another type',
      matFile(matElement(9, f64(1))),
      'm.mat: a variable at byte 128 has the type 9, where 14 or 15 is expected.',
    ],
    [
      'a variable that is not deflated',
      matFile(bytes(u32(15, 8), Array(8).fill(0))),
      'm.mat: the compressed variable at byte 136 is not compressed as MATLAB does (zlib).',
    ],
    [
      'a variable that inflates to less than its tag says',
      matFile(compressed(u32(14, 1000, 1, 1))),
      'm.mat: inflates to 16 bytes, but its tag claims 1008.',
    ],
    [
      'a bomb',
      matFile(compressed(bytes(u32(14, 40_000_000), new Uint8Array(40_000_000)))),
      'm.mat: its variables claim to inflate to 40000008 bytes or more; at most 16777216 are read.',
    ],
    [
      'big-endian numbers',
      bytes('MATLAB 5.0 MAT-file'.padEnd(124, ' '), [1, 0], 'MI', new Uint8Array(80)),
      'm.mat: is a MAT-file with big-endian numbers; little-endian ones are read.',
    ],
  ])('%s', async (_, file, message) => {
    await expect(open(file)).rejects.toThrow(message);
    await expect(open(file)).rejects.toThrow(SemblanceError);
  });

  it('a cell of a hundred thousand and one parts is refused, and takes few reads', async () => {
    const part = single('', [1, 1], [1]);
    const parts = new Uint8Array(part.length * 100_001);
    for (let i = 0; i < 100_001; i++) parts.set(part, i * part.length);
    const source = memorySource('m.mat', matFile(matMatrix('c', 1, [100_001, 1], parts)));
    let reads = 0;
    const counted = {
      ...source,
      read: (start: number, end: number) => {
        reads++;
        return source.read(start, end);
      },
    };
    await expect(openModel(counted)).rejects.toThrow('m.mat: the list of variables takes more than 2000000 steps');
    expect(reads).toBeLessThan(3000);
  });

  it('is refused wherever it is cut off', async () => {
    const first = matFile(single('W', [2, 3], counting(6))).length;
    for (let length = 129; length < whole.length; length++)
      if (length !== first) await expect(open(whole.slice(0, length)), `${length} bytes`).rejects.toThrow(FormatError);
  });
});
