import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { dict } from '../support/pickle-writer.ts';
import { floats, tensor, zipCheckpoint } from '../support/torch-writer.ts';
import { zipArchive } from '../support/zip-writer.ts';

const text = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const ints = (values: number[]) => values.map((as_int) => ({ as_int }));
const f32 = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

/** A weight as the table of a PT2 archive describes it. */
const weight = (path: string, sizes: number[], more: Record<string, unknown> = {}) => ({
  path_name: path,
  is_param: true,
  use_pickle: false,
  tensor_meta: {
    dtype: 7,
    sizes: ints(sizes),
    requires_grad: true,
    device: { type: 'cpu', index: null },
    strides: ints(sizes.map((_, axis) => sizes.slice(axis + 1).reduce((a, b) => a * b, 1))),
    storage_offset: { as_int: 0 },
    layout: 7,
    ...more,
  },
});

function program(config: Record<string, unknown>, more: { name: string; bytes: Uint8Array }[] = [], model = 'model') {
  return zipArchive([
    { name: 'package/archive_format', bytes: text('pt2') },
    { name: `package/data/weights/${model}_weights_config.json`, bytes: text({ config }) },
    ...more.map(({ name, bytes }) => ({ name: `package/data/weights/${name}`, bytes })),
    { name: 'package/models/model.json', bytes: text({}) },
  ]);
}
const open = (bytes: Uint8Array) => openModel(memorySource('m.pt2', bytes));
const valuesOf = async (bytes: Uint8Array, name: string) =>
  Array.from((await (await open(bytes)).tensors.get(name)!.read()).data);

describe('a program that torch.export saved', () => {
  it('has the weights of its table, by strides and offsets in their entries', async () => {
    const bytes = program(
      {
        'fc.weight': weight('weight_0', [2, 3]),
        'tied.weight': weight('weight_0', [3, 2], { strides: ints([1, 3]) }),
        'fc.bias': weight('weight_1', [2], { storage_offset: { as_int: 1 } }),
        'half.weight': weight('weight_2', [2], { dtype: 6 }),
      },
      [
        { name: 'weight_0', bytes: f32(1, 2, 3, 4, 5, 6) },
        { name: 'weight_1', bytes: f32(9, 7, 8) },
        { name: 'weight_2', bytes: new Uint8Array(Uint16Array.from([0x3c00, 0xc000]).buffer) },
      ],
    );
    const file = await open(bytes);
    expect([file.format, file.name, [...file.tensors.keys()]]).toEqual([
      'pytorch',
      'm.pt2',
      ['fc.weight', 'tied.weight', 'fc.bias', 'half.weight'],
    ]);
    expect(await valuesOf(bytes, 'fc.weight')).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await valuesOf(bytes, 'tied.weight')).toEqual([1, 4, 2, 5, 3, 6]);
    expect(await valuesOf(bytes, 'fc.bias')).toEqual([7, 8]);
    expect(await valuesOf(bytes, 'half.weight')).toEqual([1, -2]);
  });

  it('names what is not read: pickled objects, sparse tensors, complex numbers, unknown types', async () => {
    const file = await open(
      program(
        {
          object: { path_name: 'weight_1', is_param: false, use_pickle: true, tensor_meta: null },
          sparse: weight('weight_0', [1], { layout: 1 }),
          complex: weight('weight_0', [1], { dtype: 10 }),
          other: weight('weight_0', [1], { dtype: 77 }),
          here: weight('weight_0', [1]),
        },
        [{ name: 'weight_0', bytes: f32(1) }],
      ),
    );
    expect([...file.tensors.keys()]).toEqual(['here']);
    expect(file.metadata['tensors of types that are not read']).toBe(
      'object (an object, pickled), sparse (sparse), complex (complex64), other (element type 77)',
    );
  });

  it('has the weights of several models under their names', async () => {
    const one = { w: weight('weight_0', [1]) };
    const bytes = zipArchive([
      { name: 'p/data/weights/a_weights_config.json', bytes: text({ config: one }) },
      { name: 'p/data/weights/b_model_param_config.json', bytes: text({ config: one }) },
      { name: 'p/data/weights/weight_0', bytes: f32(5) },
    ]);
    expect([...(await open(bytes)).tensors.keys()]).toEqual(['a.w', 'b.w']);
  });

  it.each(['serialized_state_dict.pt', 'package/data/weights/model.pt'])(
    'saved before tables were, has the checkpoint within: %s',
    async (name) => {
      const storage = floats('0', 6);
      const inner = zipCheckpoint(dict({ 'fc.weight': tensor({ storage, shape: [2, 3] }) }), [storage]);
      const bytes = zipArchive([
        { name: 'version', bytes: text('1') },
        { name, bytes: inner },
        { name: 'serialized_exported_program.json', bytes: text({}) },
      ]);
      expect((await open(bytes)).name).toBe('m.pt2');
      expect(await valuesOf(bytes, 'fc.weight')).toEqual([0, 1, 2, 3, 4, 5]);
      const nested = zipArchive([{ name: 'serialized_state_dict.pt', bytes }]);
      await expect(open(nested)).rejects.toThrow('is a program that torch.export or AOTInductor saved');
    },
  );

  const bad: [string, Uint8Array, string | RegExp][] = [
    [
      'a table that is no JSON',
      zipArchive([{ name: 'p/data/weights/m_weights_config.json', bytes: text('{') }]),
      'm.pt2: p/data/weights/m_weights_config.json is not valid JSON.',
    ],
    [
      'sizes that are no counts',
      program({ w: weight('weight_0', [1], { sizes: [{ as_int: -1 }] }) }),
      /m\.pt2: package\/data\/weights\/model_weights_config\.json is no table of weights: config\.w\.tensor_meta\.sizes\.0\.as_int/,
    ],
    [
      'sizes of a program that are symbols',
      program({ w: weight('weight_0', [1], { sizes: [{ as_expr: { expr_str: 's0' } }] }) }),
      /is no table of weights: config\.w\.tensor_meta\.sizes\.0\.as_int/,
    ],
    [
      'an entry that is not there',
      program({ w: weight('weight_3', [1]) }),
      'm.pt2: w should be the zip entry package/data/weights/weight_3, which is not there.',
    ],
    [
      'a path out of the folder',
      program({ w: weight('../../../etc/passwd', [1]) }),
      'm.pt2: w should be the zip entry package/data/weights/../../../etc/passwd, which is not there.',
    ],
    [
      'an entry that is too short',
      program({ w: weight('weight_0', [2, 3]) }, [{ name: 'weight_0', bytes: f32(1, 2) }]),
      'm.pt2: w (f32 2×3, strides [3, 1]) takes elements 0 to 6 of storage weight_0, which has 2.',
    ],
  ];
  it.each(bad)('refuses %s', async (_, bytes, message) => {
    await expect(open(bytes)).rejects.toThrow(message);
  });
});
