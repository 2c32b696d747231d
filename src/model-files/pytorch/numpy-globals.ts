import { FormatError } from '../../base/errors.ts';
import { TENSOR_LIMITS } from '../../tensor/check-shape.ts';
import { type DType, decodeFloats } from '../../tensor/dtype.ts';
import { encodeLatin1 } from './pickle-bytes.ts';
import type { CallContext, NumpyArray, NumpyDType, PickleGlobal, PickleValue } from './pickle-values.ts';
import { isRecord } from './pickle-values.ts';

type Call = PickleGlobal['call'];

const CODES: Readonly<Record<string, DType>> = {
  f8: 'f64',
  f4: 'f32',
  f2: 'f16',
  i8: 'i64',
  u8: 'u64',
  i4: 'i32',
  u4: 'u32',
  i2: 'i16',
  u2: 'u16',
  i1: 'i8',
  u1: 'u8',
  b1: 'bool',
};

/** The element type of a numpy.dtype; undefined where it is not one that we read or is big-endian. */
export function numpyElementType(dtype: NumpyDType | undefined): DType | undefined {
  return dtype && dtype.order !== '>' && Object.hasOwn(CODES, dtype.code) ? CODES[dtype.code] : undefined;
}

const makeDtype: Call = (args, context) => {
  const [code] = args;
  if (typeof code !== 'string') throw wrongArguments(context, 'numpy.dtype');
  const [, order, rest] = /^([<>=|]?)(.*)$/s.exec(code)!;
  return { kind: 'numpy dtype', code: rest!, order: order || '<' };
};

/** (dtype, bytes): one number. Types that we don't read give null. */
const makeScalar: Call = (args, context) => {
  const [dtype, value] = args;
  const bytes = bytesOf(value, context);
  if (!isDtype(dtype) || !bytes) throw wrongArguments(context, 'numpy.core.multiarray.scalar');
  const type = numpyElementType(dtype);
  const number = type && decodeFloats(bytes.slice(0, 8), type)[0];
  if (number === undefined) return null;
  return type === 'bool' ? number !== 0 : number;
};

/** (type, shape, code): an empty array that BUILD then fills. */
const makeArray: Call = () => emptyArray();

/** (buffer, dtype, shape, order): the whole array at once, as protocol 5 does. */
const arrayFromBuffer: Call = (args, context) => {
  const [buffer, dtype, shape, order] = args;
  const bytes = bytesOf(buffer, context);
  if (!bytes || !isDtype(dtype) || !isShape(shape)) throw wrongArguments(context, 'numpy.core.numeric._frombuffer');
  return { kind: 'numpy array', shape, dtype, fortranOrder: order === 'F', bytes };
};

function emptyArray(): NumpyArray {
  return { kind: 'numpy array', shape: [0], dtype: undefined, fortranOrder: false, bytes: new Uint8Array() };
}

/** BUILD of a numpy.dtype: (version, byte order, …). */
export function setDtypeState(dtype: NumpyDType, state: PickleValue, context: CallContext): void {
  const order = Array.isArray(state) ? state[1] : undefined;
  if (typeof order !== 'string') throw wrongArguments(context, 'numpy.dtype.__setstate__');
  dtype.order = order;
}

/** BUILD of a numpy.ndarray: (version, shape, dtype, Fortran order, bytes); arrays of objects stay empty. */
export function setArrayState(array: NumpyArray, state: PickleValue, context: CallContext): void {
  if (!Array.isArray(state)) throw wrongArguments(context, 'numpy.ndarray.__setstate__');
  const [shape, dtype, fortranOrder, data] = state.slice(-4);
  const bytes = bytesOf(data, context);
  if (!isShape(shape) || !isDtype(dtype)) throw wrongArguments(context, 'numpy.ndarray.__setstate__');
  array.shape = shape;
  array.dtype = bytes ? dtype : undefined;
  array.fortranOrder = fortranOrder === true || fortranOrder === 1;
  array.bytes = bytes ?? new Uint8Array();
}

/** Bytes, or the string that Python 2 wrote them as. */
function bytesOf(value: PickleValue | undefined, context: CallContext): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string') return undefined;
  context.charge(value.length);
  return encodeLatin1(value);
}

function isDtype(value: PickleValue | undefined): value is NumpyDType {
  return value !== undefined && isRecord(value) && value.kind === 'numpy dtype';
}

function isShape(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.length <= TENSOR_LIMITS.dimensions && value.every((d) => typeof d === 'number');
}

function wrongArguments(context: CallContext, name: string): FormatError {
  return new FormatError(`${context.file}: the pickle calls ${name} with arguments that it does not take.`);
}

const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['numpy.dtype', makeDtype],
  ['numpy.ndarray', makeArray],
  ...['numpy.core', 'numpy._core'].flatMap((core) => [
    [`${core}.multiarray.scalar`, makeScalar] as const,
    [`${core}.multiarray._reconstruct`, makeArray] as const,
    [`${core}.numeric._frombuffer`, arrayFromBuffer] as const,
  ]),
]);

/** What NumPy's own pickles name; undefined for all else. */
export function allowedNumpy(fullName: string): Call | undefined {
  return CALLS.get(fullName);
}
