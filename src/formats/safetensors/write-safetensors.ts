import { UsageError } from '../../base/errors.ts';
import { BYTES_PER_ELEMENT, numberToHalf } from '../../tensor/dtype.ts';
import { elementCount, formatShape } from '../../tensor/tensor.ts';

const WRITTEN_TYPES = ['f32', 'f16', 'i32', 'u16', 'u8'] as const;
/** Element types that are written. */
export type WrittenDType = (typeof WRITTEN_TYPES)[number];

/** A tensor to write; numbers that its type cannot hold are a mistake of the caller's and are rounded or wrapped. */
export interface WrittenTensor {
  dtype: WrittenDType;
  shape: readonly number[];
  data: ArrayLike<number>;
}

/**
 * The bytes of a safetensors file. Tensors are written in the order given, each on an address of its element size's
 * multiple when those with larger elements come first.
 * @throws UsageError naming a tensor whose type is not written or whose shape does not count its data.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, WrittenTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    if (!(WRITTEN_TYPES as readonly string[]).includes(dtype))
      throw new UsageError(
        `${name}: the type must be one of ${WRITTEN_TYPES.join(', ')}; found ${JSON.stringify(dtype)}.`,
      );
    if (elementCount(shape) !== data.length)
      throw new UsageError(`${name}: the shape ${formatShape(shape)} does not hold ${data.length} values.`);
    const end = offset + data.length * BYTES_PER_ELEMENT[dtype];
    header[name] = { dtype: dtype.toUpperCase(), shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Padded with blanks to eight bytes, as readers that map the file expect.
  const headerLength = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(text, 8);
  let at = 8 + headerLength;
  for (const tensor of Object.values(tensors)) {
    const encoded = encodeValues(tensor);
    bytes.set(new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.byteLength), at);
    at += encoded.byteLength;
  }
  return bytes;
}

function encodeValues({ dtype, data }: WrittenTensor): Float32Array | Uint16Array | Int32Array | Uint8Array {
  switch (dtype) {
    case 'f32':
      return Float32Array.from(data);
    case 'f16':
      return Uint16Array.from(data, numberToHalf);
    case 'i32':
      return Int32Array.from(data);
    case 'u16':
      return Uint16Array.from(data);
    case 'u8':
      return Uint8Array.from(data);
  }
}
