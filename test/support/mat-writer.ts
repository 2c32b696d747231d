import { zlibSync } from 'fflate';
import { bytes, u32 } from './byte-writer.ts';

/** A MAT-file of version 5 around elements. */
export function matFile(...elements: readonly Uint8Array[]): Uint8Array {
  const text = 'MATLAB 5.0 MAT-file'.padEnd(124, ' ');
  return bytes(text, [0, 1], 'IM', ...elements);
}

/** An element: its tag, its data, and zeros up to eight bytes. */
export function matElement(type: number, data: Uint8Array): Uint8Array {
  return bytes(u32(type, data.length), data, Array((8 - (data.length % 8)) % 8).fill(0));
}

/** A matrix of a class (6 double, 7 single, 1 cell, 2 struct …) with what follows its name. */
export function matMatrix(
  name: string,
  kind: number,
  shape: readonly number[],
  rest: Uint8Array,
  flags = 0,
): Uint8Array {
  return matElement(
    14,
    bytes(
      matElement(6, u32(kind | flags, 0)),
      matElement(5, new Uint8Array(Int32Array.from(shape).buffer)),
      matElement(1, bytes(name)),
      rest,
    ),
  );
}

/** An element as `save` with -v7 writes it. */
export function compressed(element: Uint8Array): Uint8Array {
  const data = zlibSync(element);
  return bytes(u32(15, data.length), data);
}
