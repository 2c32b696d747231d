export interface NpyInput {
  descr?: string;
  shape: readonly number[];
  fortranOrder?: boolean;
  /** The bytes of the elements. */
  data: ArrayBufferLike;
  version?: number;
  /** What the header's length is said to be, instead of the truth. */
  headerLength?: number;
}

/** A `.npy` file, well-formed unless told otherwise. */
export function npyFile({
  descr = '<f4',
  shape,
  fortranOrder = false,
  data,
  version = 1,
  headerLength,
}: NpyInput): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortranOrder ? 'True' : 'False'}, 'shape': (${shape.map((d) => `${d},`).join(' ')}), }`;
  const header = Buffer.from(`${dict.padEnd(117)}\n`);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(headerLength ?? header.length);
  else length.writeUInt32LE(headerLength ?? header.length);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x93]),
      Buffer.from('NUMPY'),
      Buffer.from([version, 0]),
      length,
      header,
      Buffer.from(data),
    ]),
  );
}
