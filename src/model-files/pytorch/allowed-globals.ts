import { printable } from '../../base/bytes/printable.ts';
import { FormatError, LimitError, UnsupportedError } from '../../base/errors.ts';
import { TENSOR_LIMITS } from '../../tensor/check-shape.ts';
import { allowedNumpy } from './numpy-globals.ts';
import { encodeLatin1 } from './pickle-bytes.ts';
import type {
  CallContext,
  PickleDict,
  PickleGlobal,
  PickleValue,
  StorageReference,
  StorageType,
  TensorRecord,
} from './pickle-values.ts';
import { isRecord } from './pickle-values.ts';
import { isRefused } from './refused-globals.ts';
import { dtypeConstant, storageType } from './torch-types.ts';

type Call = PickleGlobal['call'];

/**
 * What a name in a pickle stands for. Those that are known are functions of ours that turn their arguments into plain
 * data; Python's own is never looked up, imported or run. Other classes become objects without behaviour whose
 * attributes are kept, and are named to `context.unknown`. What only a pickle that means to run something would name is
 * refused as soon as it is named, whether or not it would be called.
 * @throws UnsupportedError naming the global.
 */
export function resolveGlobal(context: CallContext, module: string, name: string): PickleGlobal | PickleValue {
  const fullName = `${module}.${name}`;
  const call = CALLS.get(fullName) ?? allowedNumpy(fullName);
  if (call) return { kind: 'global', name: fullName, call };
  const constant = dtypeConstant(module, name) ?? storageType(module, name);
  if (constant) return constant;
  if (module === '__torch__' || module.startsWith('__torch__.'))
    return { kind: 'global', name: fullName, call: instanceOf(fullName) };
  if (isRefused(module, name))
    throw new UnsupportedError(
      `${context.file}: the pickle asks for ${printable(fullName)}, which no file of weights needs; nothing was executed.`,
      {
        hint: 'Where the file is trusted, load it there and save only the weights: torch.save(model.state_dict(), path), or safetensors.',
      },
    );
  context.unknown(fullName);
  return { kind: 'global', name: fullName, call: instanceOf(fullName) };
}

/** An instance of a class that only holds data. TorchScript's own classes (`__torch__…`) are such, too. */
function instanceOf(type: string): Call {
  return (args) => ({ kind: 'object', type, state: args.length === 0 ? null : [...args] });
}

const toDict: Call = (args, context) => {
  const dict: PickleDict = new Map();
  const from = args[0];
  if (from instanceof Map) {
    context.charge(64 * from.size);
    for (const [key, value] of from) dict.set(key, value);
  } else if (Array.isArray(from)) {
    context.charge(64 * from.length);
    for (const pair of from) {
      if (!Array.isArray(pair) || pair.length !== 2) throw wrongArguments(context, 'dict');
      dict.set(pair[0]!, pair[1]!);
    }
  }
  return dict;
};

const toList: Call = (args, context) => {
  const from = args[0] ?? [];
  if (!Array.isArray(from)) throw wrongArguments(context, 'list');
  context.charge(8 * from.length);
  return from.slice();
};

/** int, float, bool, str: of what is one already. */
const toPrimitive: Call = (args) => {
  const value = args[0] ?? null;
  return typeof value === 'object' ? null : value;
};

const toBytes: Call = (args, context) => {
  const from = args[0] ?? '';
  if (from instanceof Uint8Array) return from;
  const encoding = args[1] ?? 'latin1';
  context.charge(typeof from === 'string' ? from.length : 0);
  const bytes =
    typeof from === 'string' && (encoding === 'latin1' || encoding === 'latin-1') ? encodeLatin1(from) : undefined;
  if (!bytes) throw wrongArguments(context, 'bytes');
  return bytes;
};

/** Paths keep their parts as written; a leading "/" part joins without doubling. */
const toPath: Call = (args, context) => {
  if (!args.every((part) => typeof part === 'string')) throw wrongArguments(context, 'pathlib.Path');
  return joined(args as string[], '/', context).replace(/^\/\//, '/');
};

/** ('cuda', 0) gives "cuda:0". */
const toDevice: Call = (args, context) => {
  const parts = args.filter((part) => typeof part === 'string' || typeof part === 'number').map(String);
  return joined(parts, ':', context);
};

/** The parts as one text, paid for before it is made: a short pickle may refer to one long text a million times. */
function joined(parts: readonly string[], separator: string, context: CallContext): string {
  context.charge(2 * parts.reduce((sum, part) => sum + part.length + 1, 0));
  return parts.join(separator);
}

/** (storage, offset, size, stride, …): the later arguments (gradients, hooks) don't matter to reading. */
const rebuildTensor: Call = (args, context) => tensorRecord(args, args[6], context);

/** For untyped storages: the dtype is the seventh argument. */
const rebuildTensor3: Call = (args, context) => tensorRecord(args, args[6], context, true);

function tensorRecord(
  args: readonly PickleValue[],
  dtypeArgument: PickleValue | undefined,
  context: CallContext,
  needsDtype = false,
): TensorRecord {
  const [storage, offset, shape, strides] = args;
  if (!isStorage(storage) || typeof offset !== 'number' || !isNumbers(shape) || !isNumbers(strides))
    throw wrongArguments(context, 'torch._utils._rebuild_tensor');
  const given = needsDtype && isRecord(dtypeArgument ?? null) ? (dtypeArgument as StorageType) : undefined;
  const { name, dtype, elementBytes } = given ?? storage.type;
  context.charge(160);
  return { kind: 'tensor', storage, dtype, dtypeName: name, elementBytes, offset, shape, strides };
}

function isStorage(value: PickleValue | undefined): value is StorageReference {
  return value !== undefined && isRecord(value) && value.kind === 'storage';
}

function isNumbers(value: PickleValue | undefined): value is number[] {
  return (
    Array.isArray(value) && value.length <= TENSOR_LIMITS.dimensions && value.every((item) => typeof item === 'number')
  );
}

const firstArgument: Call = (args) => args[0] ?? null;

/** Calls within calls, which an argument list that holds itself makes endless; real files have two. */
const MAX_CALL_DEPTH = 16;

/** (function, type, arguments, state): a tensor of a subclass, rebuilt as the plain tensor below it. */
const rebuildFromType: Call = (args, context) => {
  const [inner, , innerArgs] = args;
  if (!inner || !isRecord(inner) || inner.kind !== 'global' || !Array.isArray(innerArgs))
    throw wrongArguments(context, 'torch._tensor._rebuild_from_type_v2');
  if (context.depth >= MAX_CALL_DEPTH)
    throw new LimitError(
      `${context.file}: the pickle's calls lie more than ${MAX_CALL_DEPTH} deep within one another.`,
    );
  context.depth++;
  const value = inner.call(innerArgs, context);
  context.depth--;
  return value;
};

/** (class, base, state): how protocols 0 and 1 make an instance. */
const reconstruct: Call = (args, context) => {
  const [type] = args;
  if (!type || !isRecord(type) || type.kind !== 'global') throw wrongArguments(context, 'copyreg._reconstructor');
  return type.call([], context);
};

function wrongArguments(context: CallContext, name: string): FormatError {
  return new FormatError(`${context.file}: the pickle calls ${name} with arguments that it does not take.`);
}

const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor_v3', rebuildTensor3],
  ['torch._utils._rebuild_parameter', firstArgument],
  ['torch._utils._rebuild_parameter_with_state', firstArgument],
  ['torch.nn.parameter.Parameter', firstArgument],
  ['torch.nn.parameter.Buffer', firstArgument],
  ['torch.Tensor', firstArgument],
  ['torch._tensor._rebuild_from_type', rebuildFromType],
  ['torch._tensor._rebuild_from_type_v2', rebuildFromType],
  ['torch.Size', toList],
  ['torch.device', toDevice],
  ['torch.serialization._get_layout', firstArgument],
  ['torch.jit._pickle.build_intlist', toList],
  ['torch.jit._pickle.build_doublelist', toList],
  ['torch.jit._pickle.build_boollist', toList],
  ['torch.jit._pickle.build_tensorlist', toList],
  ['torch.jit._pickle.restore_type_tag', firstArgument],
  ['collections.OrderedDict', toDict],
  ['collections.Counter', toDict],
  ['collections.defaultdict', () => new Map()],
  ['_codecs.encode', toBytes],
  ['copyreg._reconstructor', reconstruct],
  ['copy_reg._reconstructor', reconstruct],
  ...['argparse.Namespace', 'types.SimpleNamespace', 'datetime.datetime', 'datetime.date', 'datetime.timedelta'].map(
    (name) => [name, instanceOf(name)] as const,
  ),
  ...[
    'pytorch_lightning.utilities.parsing.AttributeDict',
    'lightning.pytorch.utilities.parsing.AttributeDict',
    'lightning.fabric.utilities.data.AttributeDict',
    'lightning_fabric.utilities.data.AttributeDict',
  ].map((name) => [name, toDict] as const),
  ...['pathlib', 'pathlib._local'].flatMap((module) =>
    ['Path', 'PosixPath', 'WindowsPath', 'PurePath', 'PurePosixPath', 'PureWindowsPath'].map(
      (name) => [`${module}.${name}`, toPath] as const,
    ),
  ),
  ...['builtins', '__builtin__'].flatMap((module) => [
    [`${module}.object`, instanceOf('object')] as const,
    [`${module}.dict`, toDict] as const,
    ...['list', 'tuple', 'set', 'frozenset'].map((name) => [`${module}.${name}`, toList] as const),
    ...['bytes', 'bytearray'].map((name) => [`${module}.${name}`, toBytes] as const),
    ...['int', 'long', 'float', 'bool', 'str', 'unicode'].map((name) => [`${module}.${name}`, toPrimitive] as const),
    ...['complex', 'slice', 'range'].map((name) => [`${module}.${name}`, instanceOf(name)] as const),
  ]),
]);
