import { FormatError, LimitError, UnsupportedError } from '#src/base/errors.ts';
import { type CorpusCase, corpus, cutCases, fuzzReader } from '../support/corpus.ts';
import {
  call,
  dict,
  global,
  int,
  join,
  list,
  none,
  op,
  type Piece,
  pickle,
  text,
  tuple,
  u32,
} from '../support/pickle-writer.ts';
import {
  floats,
  LEGACY_MAGIC,
  legacyCheckpoint,
  type StorageInput,
  storageId,
  tensor,
  zipCheckpoint,
} from '../support/torch-writer.ts';
import { zipArchive } from '../support/zip-writer.ts';

const file = 'x.pth';
const weight = floats('0', 12);
const goodValues = (form: 'zip' | 'legacy') =>
  dict({ state_dict: dict({ 'fc.weight': tensor({ storage: weight, shape: [3, 4] }, form) }) });
const goodZip = zipCheckpoint(goodValues('zip'), [weight]);
const goodLegacy = legacyCheckpoint(goodValues('legacy'), [weight]);

const SAVE_WEIGHTS =
  'Where the file is trusted, load it there and save only the weights: torch.save(model.state_dict(), path), or safetensors.';
const TRUNCATED = 'The file is truncated; download or save it again.';
const WRONG_HEADER = 'The file is truncated or its header is wrong; download or save it again.';

/** The same values in both forms must end in the same refusal. */
function inBothForms(name: string, values: Piece, expected: Failure): CorpusCase[] {
  return [
    { name: `${name}, zip form`, bytes: zipCheckpoint(values, []), ...expected },
    { name: `${name}, legacy form`, bytes: legacyCheckpoint(values, []), ...expected },
    { name: `${name}, bare pickle`, bytes: pickle(values), ...expected },
  ];
}

type Failure = Omit<Extract<CorpusCase, { error: unknown }>, 'name' | 'bytes'>;

function refused(globalName: string): Failure {
  return {
    error: UnsupportedError,
    message: `x.pth: the pickle asks for ${globalName}, which no file of weights needs; nothing was executed.`,
    hint: SAVE_WEIGHTS,
  };
}

const command = text('touch executed');

corpus(
  'pickles that would run code',
  [
    ...inBothForms('GLOBAL os.system', call(global('os', 'system'), command), refused('os.system')),
    ...inBothForms('GLOBAL posix.system', call(global('posix', 'system'), command), refused('posix.system')),
    ...inBothForms(
      'STACK_GLOBAL',
      join(text('os'), text('system'), op(0x93), tuple(command), op('R')),
      refused('os.system'),
    ),
    ...inBothForms(
      'STACK_GLOBAL of memoised names',
      join(text('os'), op('q', 0, '0'), text('system'), op('q', 1, '0', 'h', 0, 'h', 1, 0x93), tuple(command), op('R')),
      refused('os.system'),
    ),
    ...inBothForms(
      'REDUCE of an allowed call with a hidden global among its arguments',
      call(global('collections', 'OrderedDict'), list(tuple(text('a'), call(global('subprocess', 'Popen'), command)))),
      refused('subprocess.Popen'),
    ),
    ...inBothForms(
      'getattr on a module',
      call(global('builtins', 'getattr'), global('os', 'path'), text('os')),
      refused('os.path'),
    ),
    ...inBothForms('INST', op('(', "S'touch executed'\n", 'ios\nsystem\n'), refused('os.system')),
    ...inBothForms('OBJ', join(op('('), global('os', 'system'), command, op('o')), refused('os.system')),
    ...inBothForms('NEWOBJ', join(global('os', 'system'), tuple(command), op(0x81)), refused('os.system')),
    ...inBothForms('NEWOBJ_EX', join(global('os', 'system'), tuple(command), dict({}), op(0x92)), refused('os.system')),
    ...inBothForms(
      'BUILD with __setstate__ of the state',
      join(call(global('argparse', 'Namespace')), dict({ __setstate__: global('os', 'system') }), op('b')),
      refused('os.system'),
    ),
    ...inBothForms(
      'a global that is named and not called',
      dict({ f: global('builtins', 'eval') }),
      refused('builtins.eval'),
    ),
    ...inBothForms(
      'nested in a defaultdict',
      call(global('collections', 'defaultdict'), global('builtins', '__import__')),
      refused('builtins.__import__'),
    ),
    ...inBothForms(
      'torch’s own loader',
      global('torch.storage', '_load_from_bytes'),
      refused('torch.storage._load_from_bytes'),
    ),
    ...inBothForms(
      'a dotted name',
      join(text('torch'), text('serialization.os.system'), op(0x93)),
      refused('torch.serialization.os.system'),
    ),
    ...inBothForms('torch’s loader', global('torch', 'load'), refused('torch.load')),
    ...inBothForms(
      'a name with terminal escapes',
      join(text('os.\u001b[2J'), text('system\u202e'), op(0x93)),
      refused('os.\\u001b[2J.system\\u202e'),
    ),
    {
      name: 'a text pickle',
      bytes: op("cos\nsystem\n(S'touch executed'\ntR."),
      ...refused('os.system'),
    },
    {
      name: 'protocol 4',
      bytes: join(op(0x80, 4, 0x8c, 2, 'os', 0x94, 0x8c, 6, 'system', 0x94, 0x93), tuple(command), op('R', '.')),
      ...refused('os.system'),
    },
    {
      name: 'a call of data',
      bytes: pickle(text('os.system'), tuple(command), op('R')),
      error: FormatError,
      message: 'x.pth: the pickle is broken at its byte 38: it calls something that cannot be called.',
    },
    {
      name: 'the registry of extensions',
      bytes: pickle(op(0x82, 1)),
      error: UnsupportedError,
      message: 'x.pth: the pickle refers to something outside itself (opcode 0x82), which is not read.',
    },
  ],
  { file },
);

const memory = "x.pth: the pickle's values need more than 100000000 bytes of memory.";

corpus(
  'pickles that ask for too much',
  [
    {
      name: 'memo bomb: a text of a megabyte in a million places of the memo',
      bytes: () => {
        const puts = Buffer.alloc(4_000_000 * 5);
        for (let i = 0; i < 4_000_000; i++) {
          puts[5 * i] = 0x72;
          puts.writeUInt32LE(i, 5 * i + 1);
        }
        return pickle(text('a'.repeat(1_000_000)), puts);
      },
      error: LimitError,
      message: memory,
    },
    {
      name: 'lists of lists of lists (billion laughs)',
      bytes: zipCheckpoint(laughs(40), []),
      error: LimitError,
      message: "x.pth: following the checkpoint's values takes more than 2000000 steps.",
    },
    {
      name: 'billion laughs beside a dict of weights',
      bytes: zipCheckpoint(dict({ extra: dict({ laughs: laughs(40) }), model: dict({}) }), []),
      error: LimitError,
      message: "x.pth: following the checkpoint's values takes more than 2000000 steps.",
    },
    {
      name: 'a dict that contains itself',
      bytes: zipCheckpoint(join(op('}', 'q', 0), text('self'), op('h', 0, 's')), []),
      error: LimitError,
      message: "x.pth: the checkpoint's values are nested more than 100 deep.",
    },
    {
      name: 'lists nested 200,000 deep',
      bytes: () => pickle(op(']'.repeat(200_000), 'a'.repeat(199_999))),
      error: LimitError,
      message: "x.pth: the checkpoint's values are nested more than 100 deep.",
    },
    {
      name: 'tuples nested a million deep',
      bytes: () => pickle(op(')', ...Array.from({ length: 1_000 }, () => '\x85'.repeat(1_000)))),
      error: LimitError,
      message: "x.pth: the checkpoint's values are nested more than 100 deep.",
    },
    {
      name: 'two million dicts',
      bytes: () => pickle(new Uint8Array(2_000_000).fill(0x7d)),
      error: LimitError,
      message: memory,
    },
    {
      name: 'ten million marks',
      bytes: () => pickle(new Uint8Array(10_000_000).fill(0x28)),
      error: LimitError,
      message: memory,
    },
    {
      name: 'ten million opcodes that leave nothing behind',
      bytes: () => pickle(new Uint8Array(10_000_000).map((_, i) => (i % 2 === 0 ? 0x4e : 0x30))),
      error: LimitError,
      message: 'x.pth: the pickle has more than 5000000 opcodes.',
    },
    {
      name: 'an allowed call that copies a long list again and again',
      bytes: () =>
        pickle(
          op('(', 'N'.repeat(200_000), 'l', 'q', 0, '0'),
          ...Array.from({ length: 10_000 }, () => join(global('builtins', 'list'), op('h', 0, 0x85, 'R', '0'))),
        ),
      error: LimitError,
      message: memory,
    },
    {
      name: 'an integer of a gigabyte',
      bytes: pickle(op(0x8b), u32(2 ** 30)),
      error: LimitError,
      message: 'x.pth: the length of an integer in the pickle is 1073741824; at most 256 are read.',
    },
    {
      name: 'a text of 2⁶³ bytes',
      bytes: pickle(op(0x8d), u32(0), u32(2 ** 31)),
      error: LimitError,
      message: `x.pth: the length of a text in the pickle is 9223372036854776000; at most ${Number.MAX_SAFE_INTEGER} are read.`,
    },
    {
      name: 'a text that is longer than the file',
      bytes: pickle(op('X'), u32(1_000_000), op('abc')),
      error: FormatError,
      message: 'x.pth: the pickle breaks off at its byte 11.',
      hint: TRUNCATED,
    },
    {
      name: 'a line of two megabytes',
      bytes: () => pickle(op('c', 'a'.repeat(2_000_000), '\nb\n')),
      error: LimitError,
      message: /^x\.pth: the length of a line in the pickle is \d+; at most 1048576 are read\.$/,
    },
    {
      name: 'a pickle of 65 MB in the legacy form',
      bytes: () => {
        const start = join(LEGACY_MAGIC, pickle(int(1001)), pickle(dict({})), op('B'), u32(65 * 2 ** 20));
        const bytes = new Uint8Array(start.length + 65 * 2 ** 20 + 1);
        bytes.set(start);
        return bytes;
      },
      error: LimitError,
      message: 'x.pth: a pickle has more than 67108864 bytes.',
    },
    {
      name: 'a long name around ten thousand numbers',
      bytes: () =>
        zipCheckpoint(
          dict({
            ['k'.repeat(500_000)]: dict(
              Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`n${i}`, int(i)])),
            ),
          }),
          [],
        ),
      check: (model) => {
        if (Object.keys(model.metadata).length !== 10_001)
          throw new Error('the values beyond the limit are not counted');
      },
    },
    {
      name: 'one tensor name too long',
      bytes: zipCheckpoint(dict({ ['k'.repeat(5_000)]: tensor({ storage: weight, shape: [3] }) }), [weight]),
      error: LimitError,
      message: "x.pth: the length of a tensor's name is 4097; at most 4096 are read.",
    },
  ],
  { file },
);

/** A list of ten times one list of ten times one list … */
function laughs(depth: number): Piece {
  let piece = list(int(1));
  for (let i = 0; i < depth; i++)
    piece = join(piece, op('q', i, '0', ']', '(', ...Array.from({ length: 10 }, () => ['h', i]).flat(), 'e'));
  return piece;
}

corpus(
  'broken pickles',
  [
    { name: 'an unknown opcode', bytes: pickle(op(0xff)), ...broken(3, '0xff is no opcode') },
    { name: 'an empty stack', bytes: pickle(), ...broken(3, 'it takes from an empty stack') },
    {
      name: 'a tuple from below the mark',
      bytes: pickle(op('N', '(', 0x85)),
      ...broken(5, 'it takes from an empty stack'),
    },
    { name: 'no mark', bytes: pickle(op('t')), ...broken(3, 'there is no mark on the stack') },
    { name: 'an empty memo', bytes: pickle(op('h', 7)), ...broken(4, 'its memo has no entry 7') },
    {
      name: 'a key without a value',
      bytes: pickle(op('}', '(', 'N', 'u')),
      ...broken(6, 'a dict has a key without a value'),
    },
    {
      name: 'items of a list',
      bytes: pickle(op(']', '(', 'N', 'N', 'u')),
      ...broken(7, 'it sets items of something that is no dict'),
    },
    {
      name: 'an append to a number',
      bytes: pickle(op('K', 1, 'N', 'a')),
      ...broken(6, 'it appends to something that is not a list'),
    },
    {
      name: 'a global without a name',
      bytes: pickle(op('N', 'N', 0x93)),
      ...broken(5, 'the name of a global is not text'),
    },
    { name: 'a number that is none', bytes: pickle(op('Ix\n')), ...broken(5, 'an integer is not a number') },
    {
      name: 'protocol 6',
      bytes: op(0x80, 6, 'N', '.'),
      error: UnsupportedError,
      message: 'x.pth: pickle protocol 6 is not read; 0 to 5 are.',
    },
    {
      name: 'a tensor made of texts',
      bytes: pickle(call(global('torch._utils', '_rebuild_tensor_v2'), text('a'), text('b'))),
      error: FormatError,
      message: 'x.pth: the pickle calls torch._utils._rebuild_tensor with arguments that it does not take.',
    },
    {
      name: 'a persistent id that is no storage',
      bytes: pickle(tuple(text('module'), text('a')), op('Q')),
      error: FormatError,
      message: 'x.pth: the pickle refers to something outside itself that is not a storage.',
    },
    {
      name: 'a bare pickle with a tensor',
      bytes: pickle(tensor({ storage: weight, shape: [12] })),
      error: FormatError,
      message: "x.pth: a bare pickle whose tensors' storages are not in the file.",
    },
  ],
  { file },
);

function broken(byte: number, what: string): Failure {
  return { error: FormatError, message: `x.pth: the pickle is broken at its byte ${byte}: ${what}.` };
}

function oneTensor(input: Partial<Parameters<typeof tensor>[0]>, storage: StorageInput = weight): Uint8Array {
  return zipCheckpoint(dict({ w: tensor({ storage, shape: [3, 4], ...input }) }), [storage]);
}

corpus(
  'tensors that do not fit',
  [
    {
      name: 'past the end of the storage',
      bytes: oneTensor({ shape: [4, 4] }),
      error: FormatError,
      message: 'x.pth: w (f32 4×4, strides [4, 1]) takes elements 0 to 16 of storage 0, which has 12.',
    },
    {
      name: 'an offset past the end',
      bytes: oneTensor({ offset: 1 }),
      error: FormatError,
      message: 'x.pth: w (f32 3×4, strides [4, 1]) takes elements 1 to 13 of storage 0, which has 12.',
    },
    {
      name: 'an offset of 2⁵³−1',
      bytes: oneTensor({ offset: Number.MAX_SAFE_INTEGER }),
      error: FormatError,
      message:
        'x.pth: w (f32 3×4, strides [4, 1]) takes elements 9007199254740991 to 9007199254741004 of storage 0, which has 12.',
    },
    {
      name: 'a negative offset',
      bytes: oneTensor({ offset: -1 }),
      error: FormatError,
      message: 'x.pth: w begins at element -1 of its storage; that must be a whole number of at least 0.',
    },
    {
      name: 'a negative stride',
      bytes: oneTensor({ strides: [-4, 1], offset: 8 }),
      error: FormatError,
      message: 'x.pth: w has the strides [-4, 1]; strides must be whole numbers of at least 0.',
    },
    {
      name: 'a stride past the end',
      bytes: oneTensor({ strides: [2 ** 40, 1] }),
      error: FormatError,
      message:
        'x.pth: w (f32 3×4, strides [1099511627776, 1]) takes elements 0 to 2199023255556 of storage 0, which has 12.',
    },
    {
      name: 'fewer strides than dimensions',
      bytes: oneTensor({ strides: [1] }),
      error: FormatError,
      message: 'x.pth: w has 2 dimensions but 1 strides.',
    },
    {
      name: 'a shape whose product overflows',
      bytes: oneTensor({ shape: [2 ** 32, 2 ** 32], strides: [0, 0] }),
      error: LimitError,
      message: 'x.pth: w claims 4294967296×4294967296 elements; at most 2147483648 are read.',
    },
    {
      name: 'a shape that expands one number to two billion',
      bytes: oneTensor({ shape: [2 ** 31], strides: [0] }),
      error: LimitError,
      message: 'x.pth: w spreads 1 stored elements over 2147483648; at most 16777216 more than stored are read.',
    },
    {
      name: 'a negative dimension',
      bytes: oneTensor({ shape: [-3, 4] }),
      error: FormatError,
      message: 'x.pth: w has the shape [-3, 4]; dimensions must be whole numbers of at least 0.',
    },
    {
      name: 'more dimensions than any tensor',
      bytes: oneTensor({ shape: new Array<number>(65).fill(1) }),
      error: FormatError,
      message: 'x.pth: the pickle calls torch._utils._rebuild_tensor with arguments that it does not take.',
    },
    {
      name: 'a storage that claims more than its entry has',
      bytes: oneTensor({}, { ...weight, claim: 13 }),
      error: FormatError,
      message: 'x.pth: storage 0 should have 52 bytes, but its zip entry has 48.',
    },
    {
      name: 'a storage of 2⁵³ bytes',
      bytes: oneTensor({}, { ...weight, claim: 2 ** 52 }),
      error: FormatError,
      message: 'x.pth: storage 0 has 4503599627370496 elements, which is no count.',
    },
    {
      name: 'a storage of negative size',
      bytes: oneTensor({}, { ...weight, claim: -12 }),
      error: FormatError,
      message: 'x.pth: storage 0 has -12 elements, which is no count.',
    },
    {
      name: 'a storage that is not in the archive',
      bytes: zipCheckpoint(dict({ w: tensor({ storage: weight, shape: [3, 4] }) }), []),
      error: FormatError,
      message: 'x.pth: storage 0 should be the zip entry archive/data/0, which is not there.',
    },
    {
      name: 'a storage key that climbs out of its folder',
      bytes: zipCheckpoint(dict({ w: tensor({ storage: { ...weight, key: '../data.pkl' }, shape: [1] }) }), []),
      error: FormatError,
      message: 'x.pth: storage ../data.pkl should be the zip entry archive/data/../data.pkl, which is not there.',
    },
    {
      name: 'a NumPy array whose shape its bytes do not fill',
      bytes: zipCheckpoint(
        join(
          call(global('numpy.core.multiarray', '_reconstruct'), global('numpy', 'ndarray'), tuple(int(0)), text('b')),
          tuple(
            int(1),
            tuple(int(5)),
            call(global('numpy', 'dtype'), text('f4')),
            op(0x89),
            join(op('C', 4), new Uint8Array(4)),
          ),
          op('b'),
        ),
        [],
      ),
      error: FormatError,
      message: 'x.pth: tensor (f32 5) needs 20 bytes, but the file gives it 4.',
    },
  ],
  { file },
);

corpus(
  'the legacy form',
  [
    {
      name: 'another version',
      bytes: legacyCheckpoint(goodValues('legacy'), [weight], { version: 1000 }),
      error: UnsupportedError,
      message: "x.pth: its version is 1000; of PyTorch's old form, 1001 is read.",
    },
    {
      name: 'a big-endian machine',
      bytes: legacyCheckpoint(goodValues('legacy'), [weight], { littleEndian: op(0x89) }),
      error: UnsupportedError,
      message: 'x.pth: saved on a big-endian machine, which is not read.',
    },
    {
      name: 'a count that differs from the pickle’s',
      bytes: legacyCheckpoint(goodValues('legacy'), [weight], { counts: [11] }),
      error: FormatError,
      message: /^x\.pth: storage 0 should have 12 elements, but 11 stand at byte \d+\.$/,
    },
    {
      name: 'a storage that is not listed',
      bytes: legacyCheckpoint(goodValues('legacy'), [weight], { keys: [] }),
      error: FormatError,
      message: 'x.pth: storage 0 is not in the list of storages.',
    },
    {
      name: 'a storage that is listed twice',
      bytes: legacyCheckpoint(goodValues('legacy'), [weight], { keys: ['0', '0'] }),
      error: FormatError,
      message: 'x.pth: the list of storages names 0, which no tensor uses or which it named before.',
    },
    {
      name: 'a storage that is cut off',
      bytes: legacyCheckpoint(
        goodValues('legacy').map((b) => b),
        [weight],
        {},
      ).subarray(0, -4),
      error: FormatError,
      message: /^x\.pth: storage 0 lies at bytes \d+ to \d+, but the file has \d+ bytes\.$/,
      hint: WRONG_HEADER,
    },
    {
      name: 'one storage of two sizes',
      bytes: legacyCheckpoint(tuple(storageId(weight, 'legacy'), storageId({ ...weight, claim: 11 }, 'legacy')), [
        weight,
      ]),
      error: FormatError,
      message: 'x.pth: storage 0 has 48 bytes at one place and 44 at another.',
    },
  ],
  { file },
);

corpus(
  'the archive',
  [
    {
      name: 'a zip of something else',
      bytes: zipArchive([{ name: 'letter.txt', bytes: Buffer.from('Dear reader') }]),
      error: UnsupportedError,
      message: 'x.pth: a zip archive without data.pkl, so not a PyTorch checkpoint; it holds letter.txt.',
    },
    {
      name: 'an empty zip',
      bytes: zipArchive([]),
      error: UnsupportedError,
      message: 'x.pth: a zip archive without data.pkl, so not a PyTorch checkpoint; it is empty.',
    },
    {
      name: 'a big-endian machine',
      bytes: zipArchive([
        { name: 'a/data.pkl', bytes: pickle(none) },
        { name: 'a/byteorder', bytes: Buffer.from('big') },
      ]),
      error: UnsupportedError,
      message: 'x.pth: saved on a big-endian machine, which is not read.',
    },
    {
      name: 'a pickle of 100 MB, by its own account',
      bytes: zipArchive([{ name: 'a/data.pkl', bytes: pickle(none), deflate: true, claim: { size: 100_000_000 } }]),
      error: LimitError,
      message: 'x.pth/a/data.pkl: 6 bytes claim to inflate to 100000000; at most 200 times as many are read.',
    },
    {
      name: 'a pickle that inflates to 70 MB',
      bytes: () => zipArchive([{ name: 'a/data.pkl', bytes: noise(70_000_000), deflate: true }]),
      error: LimitError,
      message: 'x.pth: the size of the pickle is 70000000; at most 67108864 are read.',
    },
  ],
  { file },
);

/** Bytes that deflate about 100 to 1: a run for each drawn number. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, x = 1; i < length; i += 400) {
    x = (x * 48271) % 2147483647;
    bytes.fill(x & 0xff, i, i + 400);
  }
  return bytes;
}

const empty: Failure = { error: FormatError, message: 'x.pth: the file is empty.' };

corpus(
  'the zip form, cut',
  cutCases(goodZip, 16, [
    empty,
    { error: FormatError, message: 'x.pth: a zip archive without the directory at its end.', hint: TRUNCATED },
  ]),
  { file },
);

/** The bytes are counted from the beginning of the pickle that breaks off: the first three are short. */
corpus(
  'the legacy form, cut',
  cutCases(goodLegacy, 16, [
    empty,
    ...[5, 18, 38, 8, 28, 49, 69, 90, 111, 131, 152, 172, 6].map(
      (byte): Failure => ({
        error: FormatError,
        message: `x.pth: the pickle breaks off at its byte ${byte}.`,
        hint: TRUNCATED,
      }),
    ),
    ...[287, 308].map(
      (length): Failure => ({
        error: FormatError,
        message: `x.pth: storage 0 lies at bytes 273 to 329, but the file has ${length} bytes.`,
        hint: WRONG_HEADER,
      }),
    ),
  ]),
  { file },
);

fuzzReader('x.pth', [goodZip, zipCheckpoint(goodValues('zip'), [weight], { deflate: true }), goodLegacy]);
fuzzReader('x.pkl', [pickle(goodValues('zip'))], op(0x80, 2));
fuzzReader('x.zip', [goodZip], op('PK\x03\x04'));
