import type { DType } from '../../tensor/dtype.ts';
import type { Cursor } from './cursor.ts';

/** What the elements of a dataset or an attribute are. */
export type ElementType =
  | { readonly kind: 'number'; readonly bytes: number; readonly dtype: DType; readonly bigEndian: boolean }
  /** Text of `bytes` bytes, or, where these are a reference, of any length elsewhere in the file. */
  | { readonly kind: 'text'; readonly bytes: number; readonly variable: boolean }
  | { readonly kind: 'other'; readonly bytes: number };

const INTEGERS: Readonly<Record<number, readonly [unsigned: DType, signed: DType]>> = {
  1: ['u8', 'i8'],
  2: ['u16', 'i16'],
  4: ['u32', 'i32'],
  8: ['u64', 'i64'],
};

/** Floats by their bytes and the bits of their exponents. */
const FLOATS: Readonly<Record<string, DType>> = { '2/5': 'f16', '2/8': 'bf16', '4/8': 'f32', '8/11': 'f64' };

/** Reads a datatype message; what is neither number nor text is "other". */
export function readElementType(content: Cursor): ElementType {
  const kind = content.u8() & 15;
  const bits = content.u8();
  content.skip(2);
  const bytes = content.u32();
  const bigEndian = (bits & 1) === 1;
  switch (kind) {
    case 0: {
      const dtype = INTEGERS[bytes]?.[bits & 8 ? 1 : 0];
      return dtype ? { kind: 'number', bytes, dtype, bigEndian } : { kind: 'other', bytes };
    }
    case 1: {
      content.skip(5);
      const dtype = FLOATS[`${bytes}/${content.u8()}`];
      return dtype && (bits & 0x40) === 0 ? { kind: 'number', bytes, dtype, bigEndian } : { kind: 'other', bytes };
    }
    case 3:
      return { kind: 'text', bytes, variable: false };
    case 9:
      return (bits & 15) === 1 ? { kind: 'text', bytes, variable: true } : { kind: 'other', bytes };
    default:
      return { kind: 'other', bytes };
  }
}

/** Reads a dataspace message: the shape, empty for a single value; undefined for "no values at all". */
export function readShape(content: Cursor): number[] | undefined {
  const version = content.u8();
  const rank = content.u8();
  content.skip(1);
  const isNull = content.u8() === 2 && version === 2;
  if (version === 1) content.skip(4);
  return isNull ? undefined : Array.from({ length: rank }, () => content.length());
}
