import type { DType } from '../../tensor/dtype.ts';
import type { DTypeConstant, StorageType } from './pickle-values.ts';

type ElementType = readonly [dtype: DType | undefined, elementBytes: number];

/** torch's dtype constants; those without a DType are known by name and size only. */
const DTYPES: Readonly<Record<string, ElementType>> = {
  float64: ['f64', 8],
  double: ['f64', 8],
  float32: ['f32', 4],
  float: ['f32', 4],
  float16: ['f16', 2],
  half: ['f16', 2],
  bfloat16: ['bf16', 2],
  float8_e4m3fn: ['f8_e4m3', 1],
  float8_e5m2: ['f8_e5m2', 1],
  int64: ['i64', 8],
  long: ['i64', 8],
  int32: ['i32', 4],
  int: ['i32', 4],
  int16: ['i16', 2],
  short: ['i16', 2],
  int8: ['i8', 1],
  uint64: ['u64', 8],
  uint32: ['u32', 4],
  uint16: ['u16', 2],
  uint8: ['u8', 1],
  bool: ['bool', 1],
  complex32: [undefined, 4],
  complex64: [undefined, 8],
  cfloat: [undefined, 8],
  complex128: [undefined, 16],
  cdouble: [undefined, 16],
  qint8: [undefined, 1],
  quint8: [undefined, 1],
  qint32: [undefined, 4],
};

/** The dtype that each storage class holds; the untyped ones count bytes. */
const STORAGES: Readonly<Record<string, keyof typeof DTYPES>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
  QInt8Storage: 'qint8',
  QUInt8Storage: 'quint8',
  QInt32Storage: 'qint32',
};

const UNTYPED_STORAGES = new Set([
  'torch.UntypedStorage',
  'torch.storage.UntypedStorage',
  'torch._UntypedStorage',
  'torch.storage._UntypedStorage',
  'torch.TypedStorage',
  'torch.storage.TypedStorage',
  'torch.storage._TypedStorage',
]);

/** `torch.float32` as a constant, where the name is one of torch's dtypes. */
export function dtypeConstant(module: string, name: string): DTypeConstant | undefined {
  if (module !== 'torch' || !Object.hasOwn(DTYPES, name)) return undefined;
  const [dtype, elementBytes] = DTYPES[name]!;
  return { kind: 'dtype', name, dtype, elementBytes };
}

/** `torch.FloatStorage`, `torch.cuda.FloatStorage` and the untyped storages. */
export function storageType(module: string, name: string): StorageType | undefined {
  if (UNTYPED_STORAGES.has(`${module}.${name}`))
    return { kind: 'storage type', name: 'untyped', dtype: undefined, elementBytes: 1 };
  if ((module !== 'torch' && module !== 'torch.cuda') || !Object.hasOwn(STORAGES, name)) return undefined;
  const dtypeName = STORAGES[name]!;
  const [dtype, elementBytes] = DTYPES[dtypeName]!;
  return { kind: 'storage type', name: dtypeName, dtype, elementBytes };
}
