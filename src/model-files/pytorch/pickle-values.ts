import type { DType } from '../../tensor/dtype.ts';

/**
 * What a pickle becomes: plain data. Python's None, bool, int, float and str are JavaScript's; bytes are a Uint8Array,
 * lists, tuples and sets are arrays, dicts are Maps. The rest are the records below.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleDict
  | PickleGlobal
  | PickleObject
  | StorageType
  | DTypeConstant
  | StorageReference
  | TensorRecord
  | NumpyDType
  | NumpyArray;

/** A type alias cannot name itself inside Map, an interface can. */
export interface PickleDict extends Map<PickleValue, PickleValue> {}

/** A name of the allow-list, and what calling it makes of its arguments. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
  readonly call: (args: readonly PickleValue[], context: CallContext) => PickleValue;
}

/** What a call may ask of the machine that runs it. */
export interface CallContext {
  readonly file: string;
  /** Names a class that is not known; instances of it are kept as plain data. */
  unknown(name: string): void;
  /** How many calls lie within one another. */
  depth: number;
  /** Counts bytes of memory against the pickle's allowance; throws LimitError when it is used up. */
  charge(bytes: number): void;
}

/**
 * An instance of a class that only holds data, such as argparse.Namespace, or of one that is not known and has no
 * behaviour here; `state` is what it was given.
 */
export interface PickleObject {
  readonly kind: 'object';
  readonly type: string;
  state: PickleValue;
  /** Keys and values, or items, of an object that is a dict or a list as well. */
  items?: PickleDict;
}

/** torch.FloatStorage and its like: the element type of a storage. `dtype` is undefined for types that we don't read. */
export interface StorageType {
  readonly kind: 'storage type';
  readonly name: string;
  readonly dtype: DType | undefined;
  readonly elementBytes: number;
}

/** torch.float32 and its like. */
export interface DTypeConstant {
  readonly kind: 'dtype';
  readonly name: string;
  readonly dtype: DType | undefined;
  readonly elementBytes: number;
}

/** A storage that the pickle names and the file holds outside it. */
export interface StorageReference {
  readonly kind: 'storage';
  readonly key: string;
  readonly type: StorageType;
  /** Bytes of the whole storage, and the part of it that is meant (a view in old files; else all of it). */
  readonly byteLength: number;
  readonly viewStart: number;
  readonly viewBytes: number;
}

/** A tensor as the pickle describes it: unchecked, its numbers are whatever the file says. */
export interface TensorRecord {
  readonly kind: 'tensor';
  readonly storage: StorageReference;
  readonly dtype: DType | undefined;
  readonly dtypeName: string;
  readonly elementBytes: number;
  /** In elements, like the strides. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** numpy.dtype: a type code such as "f4" and its byte order. */
export interface NumpyDType {
  readonly kind: 'numpy dtype';
  readonly code: string;
  order: string;
}

/** A NumPy array whose bytes stand in the pickle itself. */
export interface NumpyArray {
  readonly kind: 'numpy array';
  shape: readonly number[];
  dtype: NumpyDType | undefined;
  fortranOrder: boolean;
  bytes: Uint8Array;
}

/** True for the records above, false for primitives, arrays, Maps and bytes. */
export function isRecord(value: PickleValue): value is Extract<PickleValue, { kind: string }> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    !(value instanceof Uint8Array)
  );
}
