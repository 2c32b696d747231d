import type { DType } from '../../tensor/dtype.ts';

/** DataType of TensorFlow by number; quantised integers are listed as the integers that they are stored as. */
const TYPES: Readonly<Record<number, DType>> = {
  1: 'f32',
  2: 'f64',
  3: 'i32',
  4: 'u8',
  5: 'i16',
  6: 'i8',
  9: 'i64',
  10: 'bool',
  11: 'i8',
  12: 'u8',
  13: 'i32',
  14: 'bf16',
  15: 'i16',
  16: 'u16',
  17: 'u16',
  19: 'f16',
  22: 'u32',
  23: 'u64',
  24: 'f8_e5m2',
  25: 'f8_e4m3',
};

export const STRING_TYPE = 7;

/** How values of a DataType are stored; undefined for those that hold no plain numbers: strings, complex numbers, handles. */
export function storedType(type: number): DType | undefined {
  return TYPES[type];
}
