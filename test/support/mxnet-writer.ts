import { bytes, u32, u64 } from './byte-writer.ts';

export interface MxnetArray {
  name?: string;
  shape: readonly number[];
  data: Uint8Array;
  /** mshadow's number of the type; 0 for float32. */
  type?: number;
}

/** The form of arrays: 0 before marks, then V1, V2 and V3. */
export type MxnetForm = 0 | 1 | 2 | 3;

export function mxnetArray({ shape, data, type = 0 }: MxnetArray, form: MxnetForm): Uint8Array {
  const mark = form === 0 ? [] : u32(0xf993fac7 + form);
  const storage = form >= 2 ? u32(0) : [];
  const sides = form === 0 ? u32(...shape) : u64(...shape);
  return bytes(mark, storage, u32(shape.length), sides, u32(1, 0, type), data);
}

/** A file of parameters. */
export function mxnetParams(arrays: readonly MxnetArray[], form: MxnetForm = 2): Uint8Array {
  const names = arrays.flatMap(({ name }) => (name === undefined ? [] : [name]));
  return bytes(
    u64(0x112, 0, arrays.length),
    ...arrays.map((array) => mxnetArray(array, form)),
    u64(names.length),
    ...names.map((name) => bytes(u64(name.length), name)),
  );
}
