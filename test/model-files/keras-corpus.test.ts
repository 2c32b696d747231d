import { expect } from 'vitest';
import { FormatError, LimitError, UnsupportedError } from '#src/base/errors.ts';
import { type CorpusCase, corpus, cutCases, fuzzReader } from '../support/corpus.ts';
import { writeH5 } from '../support/h5-writer.ts';
import { functional, layer, sequential } from '../support/keras-config.ts';
import { zipArchive } from '../support/zip-writer.ts';

const config = sequential([{ class_name: 'Dense', config: { name: 'dense', activation: 'softmax' } }]);
const weights = { groups: { dense: { groups: { dense: { datasets: { 'kernel:0': { shape: [29, 31] } } } } } } };
const whole = (model: unknown) =>
  writeH5({
    attributes: { model_config: typeof model === 'string' ? model : JSON.stringify(model) },
    groups: { model_weights: weights },
  });
const good = await whole(config);
const deflated = await writeH5({ datasets: { w: { shape: [29, 31], chunks: [29, 31], compression: 9 } } });
const many = await writeH5(
  { datasets: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`w${i}`, { shape: [2] }])) },
  'latest',
);

/** A copy in which the only place that holds `from` holds `to`; `offset` counts from its start. */
function patched(bytes: Uint8Array, from: Uint8Array | string, to: readonly number[], offset = 0): Uint8Array {
  const wanted = typeof from === 'string' ? Buffer.from(from, 'latin1') : Buffer.from(from);
  const at = Buffer.from(bytes).indexOf(wanted);
  expect(at).toBeGreaterThanOrEqual(0);
  const copy = bytes.slice();
  copy.set(to, at + offset);
  return copy;
}

const u64 = (...values: number[]) => new Uint8Array(BigUint64Array.from(values, BigInt).buffer);
const rootAddress = (bytes: Uint8Array) => Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(64, true));
const size = good.length;

const refused = (name: string, bytes: CorpusCase['bytes'], message: string | RegExp): CorpusCase => ({
  name,
  bytes,
  error: FormatError,
  message: typeof message === 'string' ? `x.h5: ${message}` : message,
});

corpus(
  'the HDF5 corpus',
  [
    {
      name: 'a good file',
      bytes: good,
      check: (file) => {
        expect(file.graphHeads).toMatchObject([{ tensor: 'model_weights/dense/dense/kernel:0', classAxis: 1 }]);
      },
    },
    {
      name: 'a superblock of the future',
      bytes: patched(good, good.slice(0, 8), [9], 8),
      error: UnsupportedError,
      message: 'x.h5: version 9 of the HDF5 superblock is not read; 0 to 3 are.',
    },
    refused(
      'addresses of three bytes',
      patched(good, good.slice(0, 8), [3], 13),
      'the HDF5 superblock gives addresses or lengths 3 bytes; 2, 4 or 8 are.',
    ),
    refused(
      'a root past the end',
      patched(good, good.slice(0, 8), [...u64(2 ** 40)], 64),
      `the header of the root group lies at bytes 1099511627776 to 1099511627792, but the file has ${size} bytes.`,
    ),
    refused(
      'a root within the superblock',
      patched(good, good.slice(0, 8), [...u64(0)], 64),
      'the header of the root group is not at byte 0, where it is announced.',
    ),
    refused(
      'no root',
      patched(good, good.slice(0, 8), [255, 255, 255, 255, 255, 255, 255, 255], 64),
      'the HDF5 file has no root group.',
    ),
    refused(
      'a tree that is none',
      patched(good, 'TREE', [0]),
      /^x\.h5: the tree of the root group should begin with TREE at byte \d+\.$/,
    ),
    refused(
      'a tree of chunks in the place of names',
      patched(good, 'TREE', [1], 4),
      'a node of the tree of the root group has type 1 and level 0, where type 0 and level 0 are expected.',
    ),
    refused(
      'a name outside its heap',
      () => patched(good, 'SNOD', [...u64(2 ** 20)], 8),
      /^x\.h5: a name in the root group stands at byte 1048576 of a heap of \d+ bytes\.$/,
    ),
    {
      name: 'a group that holds the root',
      bytes: () => patched(good, 'SNOD', [...u64(rootAddress(good))], 16),
      check: (file) => expect(file.tensors.size).toBe(0),
    },
    {
      name: 'a shape whose product overflows',
      bytes: patched(good, u64(29, 31), [...u64(2 ** 40, 2 ** 40)]),
      error: LimitError,
      message:
        'x.h5: tensor model_weights/dense/dense/kernel:0 claims 1099511627776×1099511627776 elements; at most 2147483648 are read.',
    },
    refused(
      'a shape larger than any deflated file of its size',
      patched(good, u64(29, 31), [...u64(2 ** 15, 2 ** 15)]),
      `tensor model_weights/dense/dense/kernel:0 (f32 32768×32768) needs 4294967296 bytes, more than a file of ${size} bytes can hold.`,
    ),
    refused(
      'a shape larger than the file',
      patched(good, u64(29, 31), [...u64(290, 31)]),
      /^x\.h5: tensor model_weights\/dense\/dense\/kernel:0 lies at bytes \d+ to \d+, but the file has \d+ bytes\.$/,
    ),
    {
      name: 'a filter that is not known',
      bytes: patched(deflated, 'deflate\0', [0x00, 0x7d], -8),
      error: UnsupportedError,
      message:
        'x.h5: tensor w is compressed by HDF5 filter 32000; deflate (1), shuffle (2) and Fletcher-32 (3) are read.',
    },
    refused(
      'deflated data that is broken',
      patched(deflated, Uint8Array.of(0x78, 0xda), [0x78, 0xda, 0xff, 0xff, 0xff]),
      /^x\.h5: tensor w has a chunk whose deflated data is broken \(.+\)\.$/,
    ),
    refused(
      'a chunk where none belongs',
      () => patched(deflated, 'TREE\x01', [...u64(29)], 24 + 8),
      'tensor w has a chunk at [29, 0], where none or another belongs.',
    ),
    refused(
      'chunks that are not there',
      () => patched(deflated, 'TREE\x01', [0], 6),
      'tensor w needs 1 chunks, but the file has 0 of them.',
    ),
    {
      name: 'links in a fractal heap',
      bytes: many,
      error: UnsupportedError,
      message:
        'x.h5: the links of the root group are stored in HDF5\'s dense form (libver="latest"), which is not read.',
      hint: /h5repack/,
    },
    refused(
      'a configuration that is not JSON',
      await whole('{"class_name": '),
      'the attribute model_config is not valid JSON.',
    ),
    refused(
      'two layers of one name',
      await whole(sequential([layer('Dense', 'a'), layer('Dense', 'a')])),
      "the model's configuration has two layers named a.",
    ),
    refused(
      'a layer without a name',
      await whole(sequential([{ class_name: 'Dense' }])),
      "a layer in the model's configuration has no name or no class_name.",
    ),
    refused(
      'layers that call one another',
      await whole(
        functional(
          [layer('Dropout', 'a', ['b']), layer('Dropout', 'b', ['a']), layer('Dense', 'dense', ['a'])],
          [],
          ['a'],
        ),
      ),
      'the graph runs in a circle through tensor "a".',
    ),
    {
      name: 'models within models without end',
      bytes: await whole(
        Array.from({ length: 40 }).reduce<object>((inner) => sequential([{ ...inner, name: 'm' }]), sequential([])),
      ),
      error: LimitError,
      message: 'x.h5: the depth of models within the model is 33; at most 32 are read.',
    },
  ],
  { file: 'x.h5' },
);

corpus(
  'a cut HDF5 file',
  cutCases(good, 16, [
    { error: FormatError, message: 'cut.h5: the file is empty.' },
    ...Array.from({ length: 15 }, (_, i) => ({
      error: FormatError,
      message: `cut.h5: the HDF5 superblock says that the file has ${size} bytes, but it has ${Math.floor((size * (i + 1)) / 16)}.`,
      hint: 'The file is truncated; download or save it again.',
    })),
  ]),
  { file: 'cut.h5' },
);

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const archive = (...names: string[]) =>
  zipArchive(
    names.map((name) => ({ name, bytes: name.endsWith('.h5') ? good : json(name === 'config.json' ? config : {}) })),
  );

corpus(
  'the .keras corpus',
  [
    {
      name: 'an archive without weights',
      bytes: archive('metadata.json', 'config.json'),
      error: FormatError,
      message: 'x.keras: a .keras file must hold model.weights.h5, but this one holds metadata.json, config.json.',
    },
    {
      name: 'an archive without a configuration',
      bytes: archive('metadata.json', 'model.weights.h5'),
      error: FormatError,
      message: 'x.keras: a .keras file must hold config.json, but this one holds metadata.json, model.weights.h5.',
    },
    {
      name: 'weights that are no HDF5',
      bytes: zipArchive([
        { name: 'config.json', bytes: json(config) },
        { name: 'model.weights.h5', bytes: json('not HDF5') },
      ]),
      error: FormatError,
      message: 'x.keras/model.weights.h5: not an HDF5 file, as it lacks the mark of one.',
    },
  ],
  { file: 'x.keras' },
);

fuzzReader('fuzz.h5', [good, deflated, many], good.slice(0, 8));
