import { describe, expect, it } from 'vitest';
import { type ByteSource, memorySource } from '#src/base/bytes/byte-source.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { type CorpusCase, corpus } from '../support/corpus.ts';
import {
  call,
  dict,
  float,
  global,
  int,
  join,
  list,
  none,
  op,
  pickle,
  text,
  tuple,
  yes,
} from '../support/pickle-writer.ts';
import { hasSharedData, sharedData } from '../support/shared-data.ts';
import {
  floats,
  legacyCheckpoint,
  type StorageInput,
  storage,
  tensor,
  zipCheckpoint,
} from '../support/torch-writer.ts';

/** Both forms of one checkpoint, so that each case is read from either. */
function bothForms(
  values: (make: typeof tensor) => Uint8Array,
  storages: readonly StorageInput[],
): { zip: Uint8Array; legacy: Uint8Array } {
  return {
    zip: zipCheckpoint(values(tensor), storages),
    legacy: legacyCheckpoint(
      values((input) => tensor(input, 'legacy')),
      storages,
    ),
  };
}

function inBothForms(
  name: string,
  values: (make: typeof tensor) => Uint8Array,
  storages: readonly StorageInput[],
  check: Extract<CorpusCase, { check: unknown }>['check'],
): CorpusCase[] {
  const { zip, legacy } = bothForms(values, storages);
  return [
    { name: `${name}, zip form`, bytes: zip, check },
    { name: `${name}, legacy form`, bytes: legacy, check },
  ];
}

async function valuesOf(model: Awaited<ReturnType<typeof openModel>>, name: string): Promise<number[]> {
  return Array.from((await model.tensors.get(name)!.read()).data);
}

const weight = floats('0', 12);
const bias = floats('1', 3);

corpus(
  'PyTorch checkpoints',
  [
    ...inBothForms(
      'a state dict keeps its names, module. included',
      (make) =>
        dict({
          epoch: int(7),
          best_prec1: float(91.5),
          arch: text('resnet20'),
          state_dict: dict({
            'module.linear.weight': make({ storage: weight, shape: [3, 4] }),
            'module.linear.bias': make({ storage: bias, shape: [3] }),
          }),
        }),
      [weight, bias],
      async (model) => {
        expect(model.format).toBe('pytorch');
        expect([...model.tensors.keys()]).toEqual(['module.linear.weight', 'module.linear.bias']);
        expect(model.metadata).toEqual({ epoch: 7, best_prec1: 91.5, arch: 'resnet20' });
        const entry = model.tensors.get('module.linear.weight')!;
        expect([entry.dtype, entry.shape]).toEqual(['f32', [3, 4]]);
        expect(await valuesOf(model, 'module.linear.weight')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        expect(await valuesOf(model, 'module.linear.bias')).toEqual([0, 1, 2]);
      },
    ),
    ...inBothForms(
      'transposed, sliced, shared and expanded tensors come row-major',
      (make) =>
        dict({
          transposed: make({ storage: weight, shape: [4, 3], strides: [1, 4] }),
          slice: make({ storage: weight, shape: [2, 2], strides: [4, 2], offset: 5 }),
          row: make({ storage: weight, shape: [4], offset: 8 }),
          expanded: make({ storage: weight, shape: [2, 3], strides: [0, 1], offset: 1 }),
          permuted: make({ storage: weight, shape: [3, 2, 2], strides: [1, 6, 3] }),
          scalar: make({ storage: weight, shape: [], offset: 11 }),
          empty: make({ storage: weight, shape: [0, 5], offset: 12 }),
        }),
      [weight],
      async (model) => {
        expect(await valuesOf(model, 'transposed')).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
        expect(await valuesOf(model, 'slice')).toEqual([5, 7, 9, 11]);
        expect(await valuesOf(model, 'row')).toEqual([8, 9, 10, 11]);
        expect(await valuesOf(model, 'expanded')).toEqual([1, 2, 3, 1, 2, 3]);
        expect(await valuesOf(model, 'permuted')).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
        expect(await valuesOf(model, 'scalar')).toEqual([11]);
        expect(await valuesOf(model, 'empty')).toEqual([]);
      },
    ),
    ...elementTypes(),
    ...inBothForms(
      'optimizer slots keep their path beside the sole dict of weights',
      (make) =>
        dict({
          model: dict({ 'fc.weight': make({ storage: bias, shape: [3] }) }),
          optimizer: dict({
            state: join(op('}'), int(0), dict({ exp_avg: make({ storage: weight, shape: [12] }) }), op('s')),
            param_groups: list(dict({ lr: float(0.1), betas: tuple(float(0.9), float(0.999)), params: list(int(0)) })),
          }),
          rng_state: make({ storage: weight, shape: [4] }),
        }),
      [bias, weight],
      (model) => {
        expect([...model.tensors.keys()]).toEqual(['fc.weight', 'optimizer.state.0.exp_avg', 'rng_state']);
        expect(model.metadata).toEqual({
          'optimizer.param_groups.0.lr': 0.1,
          'optimizer.param_groups.0.betas': '[0.9, 0.999]',
          'optimizer.param_groups.0.params': '[0]',
        });
      },
    ),
    ...inBothForms(
      'two dicts of weights are told apart by their keys',
      (make) =>
        dict({
          model: dict({ 'fc.weight': make({ storage: bias, shape: [3] }) }),
          ema: dict({ 'fc.weight': make({ storage: bias, shape: [3] }) }),
        }),
      [bias],
      (model) => expect([...model.tensors.keys()]).toEqual(['model.fc.weight', 'ema.fc.weight']),
    ),
    {
      name: 'a sole dict without the look of a state dict keeps its key',
      bytes: zipCheckpoint(dict({ fc: dict({ weight: tensor({ storage: bias, shape: [3] }) }) }), [bias]),
      check: (model) => expect([...model.tensors.keys()]).toEqual(['fc.weight']),
    },
    {
      name: 'names that fall together are numbered',
      bytes: zipCheckpoint(
        dict({
          'a.b': tensor({ storage: bias, shape: [3] }),
          a: dict({ b: tensor({ storage: bias, shape: [2] }) }),
        }),
        [bias],
      ),
      check: (model) => expect([...model.tensors.keys()]).toEqual(['a.b', 'a.b (2)']),
    },
    {
      name: 'a tensor or a list alone',
      bytes: zipCheckpoint(
        list(tensor({ storage: bias, shape: [3] }), dict({ w: tensor({ storage: bias, shape: [1] }) })),
        [bias],
      ),
      check: (model) => expect([...model.tensors.keys()]).toEqual(['0', '1.w']),
    },
    {
      name: 'deflated, padded, commented and 64-bit archives',
      bytes: zipCheckpoint(dict({ w: tensor({ storage: weight, shape: [3, 4] }) }), [weight], {
        deflate: true,
        padding: 37,
        zip64: true,
        comment: 'from a training run',
      }),
      check: async (model) => expect(await valuesOf(model, 'w')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    },
    {
      name: 'parameters, subclasses and old tensors are the tensor below',
      bytes: zipCheckpoint(
        dict({
          parameter: call(
            global('torch._utils', '_rebuild_parameter'),
            tensor({ storage: bias, shape: [3] }),
            yes,
            none,
          ),
          buffer: call(
            global('torch._tensor', '_rebuild_from_type_v2'),
            global('torch._utils', '_rebuild_parameter'),
            global('torch.nn.parameter', 'Parameter'),
            tuple(tensor({ storage: bias, shape: [3] }), yes, none),
            none,
          ),
        }),
        [bias],
      ),
      check: async (model) => {
        expect(await valuesOf(model, 'parameter')).toEqual([0, 1, 2]);
        expect(await valuesOf(model, 'buffer')).toEqual([0, 1, 2]);
      },
    },
    {
      name: 'an archive of TorchScript gives its modules’ tensors',
      bytes: zipCheckpoint(
        scriptModule('__torch__.Net', {
          training: yes,
          fc: scriptModule('__torch__.torch.nn.Linear', { weight: tensor({ storage: bias, shape: [3] }) }),
        }),
        [bias],
        { extra: [{ name: 'archive/constants.pkl', bytes: pickle(op(')')) }] },
      ),
      check: (model) => {
        expect([...model.tensors.keys()]).toEqual(['fc.weight']);
        expect(model.metadata).toEqual({});
      },
    },
    {
      name: 'plain Python and NumPy values become metadata and tensors',
      bytes: zipCheckpoint(
        dict({
          args: join(
            call(global('argparse', 'Namespace')),
            dict({ lr: float(0.5), out: call(global('pathlib', 'PosixPath'), text('/'), text('a'), text('b')) }),
            op('b'),
          ),
          size: call(global('torch', 'Size'), tuple(int(1), int(2))),
          device: call(global('torch', 'device'), text('cuda'), int(1)),
          seen: call(global('builtins', 'set'), list(int(3))),
          loss: call(global('numpy.core.multiarray', 'scalar'), numpyDtype('f8'), latin1(float64Bytes(3.25))),
          table: numpyArray('f4', [2, 2], true, [1, 3, 2, 4]),
          nothing: none,
          dtype: global('torch', 'float16'),
          big: join(op(0x8a, 9), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1)),
          many: list(...Array.from({ length: 17 }, (_, i) => int(i))),
        }),
        [],
      ),
      check: async (model) => {
        expect(model.metadata).toEqual({
          'args.lr': 0.5,
          'args.out': '/a/b',
          size: '[1, 2]',
          device: 'cuda:1',
          seen: '[3]',
          loss: 3.25,
          nothing: null,
          big: '18446744073709551616',
          many: '[17 values]',
        });
        expect(await valuesOf(model, 'table')).toEqual([1, 2, 3, 4]);
      },
    },
    {
      name: 'tensors of types that are not read are named, not dropped in silence',
      bytes: zipCheckpoint(
        dict({
          w: tensor({ storage: bias, shape: [3] }),
          freqs: tensor({
            storage: { key: '2', type: 'ComplexFloatStorage', elementBytes: 8, bytes: new Uint8Array(16) },
            shape: [2],
          }),
        }),
        [bias],
      ),
      check: (model) => {
        expect([...model.tensors.keys()]).toEqual(['w']);
        expect(model.metadata).toEqual({ 'tensors of types that are not read': 'freqs (complex64)' });
      },
    },
    {
      name: 'a bare pickle of NumPy arrays',
      bytes: pickle(dict({ w: numpyArray('i2', [3], false, [1, 2, 3]) })),
      check: async (model) => expect(await valuesOf(model, 'w')).toEqual([1, 2, 3]),
    },
    {
      name: 'a text pickle (protocol 0)',
      bytes: op("(dp0\nVw\\u00e9\np1\nI5\nsS'f'\nF2.5\nsS'yes'\nI01\nsS'long'\nL12L\ns."),
      check: (model) => expect(model.metadata).toEqual({ wé: 5, f: 2.5, yes: true, long: 12 }),
    },
  ],
  { file: 'x.pth' },
);

function scriptModule(type: string, attributes: Record<string, Uint8Array>): Uint8Array {
  const at = type.lastIndexOf('.');
  return join(global(type.slice(0, at), type.slice(at + 1)), op(')', 0x81), dict(attributes), op('b'));
}

function latin1(bytes: Uint8Array): Uint8Array {
  return call(global('_codecs', 'encode'), text(Buffer.from(bytes).toString('latin1')), text('latin1'));
}

function float64Bytes(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer);
}

function numpyDtype(code: string): Uint8Array {
  return join(
    call(global('numpy', 'dtype'), text(code), int(0), int(1)),
    tuple(int(3), text('<'), none, none, none, int(-1), int(-1), int(0)),
    op('b'),
  );
}

function numpyArray(code: 'f4' | 'i2', shape: number[], fortran: boolean, values: number[]): Uint8Array {
  const typed = code === 'f4' ? Float32Array.from(values) : Int16Array.from(values);
  return join(
    call(global('numpy.core.multiarray', '_reconstruct'), global('numpy', 'ndarray'), tuple(int(0)), latin1(op('b'))),
    tuple(
      int(1),
      tuple(...shape.map(int)),
      numpyDtype(code),
      fortran ? yes : op(0x89),
      latin1(new Uint8Array(typed.buffer)),
    ),
    op('b'),
  );
}

function elementTypes(): CorpusCase[] {
  const half = storage('h', Uint16Array.of(0x3c00, 0xc000), 'HalfStorage');
  const brain = storage('b', Uint16Array.of(0x3f80, 0xc000), 'BFloat16Storage');
  const double = storage('d', Float64Array.of(0.1, -2), 'DoubleStorage');
  const byte = storage('c', Int8Array.of(-3, 4), 'CharStorage');
  const long = {
    ...storage('l', Float64Array.of(0, 0), 'LongStorage'),
    bytes: new Uint8Array(BigInt64Array.of(-1n, 2n).buffer),
  };
  const all = { half, brain, double, byte, long };
  return inBothForms(
    'f16, bf16, f64 and whole numbers',
    (make) =>
      dict(Object.fromEntries(Object.entries(all).map(([name, s]) => [name, make({ storage: s, shape: [2] })]))),
    Object.values(all),
    async (model) => {
      expect(Object.fromEntries([...model.tensors].map(([name, { dtype }]) => [name, dtype]))).toEqual({
        half: 'f16',
        brain: 'bf16',
        double: 'f64',
        byte: 'i8',
        long: 'i64',
      });
      expect(await valuesOf(model, 'half')).toEqual([1, -2]);
      expect(await valuesOf(model, 'brain')).toEqual([1, -2]);
      expect(await valuesOf(model, 'double')).toEqual([0.1, -2]);
      expect(await valuesOf(model, 'byte')).toEqual([-3, 4]);
      expect(await valuesOf(model, 'long')).toEqual([-1, 2]);
    },
  );
}

describe('what is read of a PyTorch checkpoint', () => {
  const body = floats('0', 1_000_000);
  const head = floats('1', 640);
  const { zip, legacy } = bothForms(
    (make) =>
      dict({ body: make({ storage: body, shape: [1000, 1000] }), head: make({ storage: head, shape: [10, 64] }) }),
    [body, head],
  );

  it.each([
    ['zip', zip],
    ['legacy', legacy],
  ])('opening reads no storage and the head reads itself (%s)', async (_, bytes) => {
    const { source, bytesRead } = counting(memorySource('x.pth', bytes));
    const model = await openModel(source);
    expect(bytesRead()).toBeLessThan(200_000);
    const before = bytesRead();
    const tensor = await model.tensors.get('head')!.read();
    expect(tensor.data[639]).toBe(639);
    expect(bytesRead() - before).toBeLessThan(640 * 4 + 200);
  });
});

function counting(inner: ByteSource): { source: ByteSource; bytesRead: () => number } {
  let count = 0;
  return {
    bytesRead: () => count,
    source: {
      ...inner,
      read: (start, end) => {
        count += end - start;
        return inner.read(start, end);
      },
    },
  };
}

describe.skipIf(!hasSharedData)('real checkpoints', () => {
  /** Sum and sum of squares of the head in 64 bits, as PyTorch 1.13 computes them. */
  it.each([
    ['cifar-10/resnet20-12fca82f.th', 97, 'module.linear.weight', [10, 64], -0.04562738863751292, 192.01871886057765],
    ['cifar-10/resnet56-4bfd9763.th', 277, 'module.linear.weight', [10, 64], -0.008035663631744683, 126.48724051307794],
    ['tiny-imagenet-100/cnn.pth', 74, 'head.weight', [100, 128], -0.26588336392296696, 480.9927543789652],
    ['tiny-imagenet-100/vit.pth', 56, 'head.weight', [100, 64], 4.499956743726216, 102.62636636436815],
  ] as const)('%s', async (path, count, head, shape, sum, squares) => {
    const model = await openModel(await fileSource(`${sharedData}/models/${path}`));
    expect(model.tensors.size).toBe(count);
    const { shape: found, data } = await model.tensors.get(head)!.read();
    expect(found).toEqual(shape);
    let total = 0;
    let totalSquares = 0;
    for (const x of data) {
      total += x;
      totalSquares += x * x;
    }
    expect(total).toBeCloseTo(sum, 9);
    expect(totalSquares).toBeCloseTo(squares, 9);
  });

  it('tells what a checkpoint says of itself', async () => {
    const model = await openModel(await fileSource(`${sharedData}/models/cifar-10/resnet56-4bfd9763.th`));
    expect(model.metadata).toEqual({ best_prec1: 93.62 });
  });
});
