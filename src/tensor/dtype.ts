import { UnsupportedError } from '../base/errors.ts';

/** Element types that model files store, named as safetensors names them, in lower case. */
export type DType =
  | 'f64'
  | 'f32'
  | 'f16'
  | 'bf16'
  | 'f8_e4m3'
  | 'f8_e5m2'
  | 'i64'
  | 'u64'
  | 'i32'
  | 'u32'
  | 'i16'
  | 'u16'
  | 'i8'
  | 'u8'
  | 'bool';

export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = {
  f64: 8,
  i64: 8,
  u64: 8,
  f32: 4,
  i32: 4,
  u32: 4,
  f16: 2,
  bf16: 2,
  i16: 2,
  u16: 2,
  f8_e4m3: 1,
  f8_e5m2: 1,
  i8: 1,
  u8: 1,
  bool: 1,
};

const littleEndianHost = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** IEEE 754 half precision to number, exact. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const halfScratch = new Float32Array(1);
const halfScratchBits = new Uint32Array(halfScratch.buffer);

/** Number to IEEE 754 half precision, to the nearest, ties to even; beyond 65,504 infinity. */
export function numberToHalf(value: number): number {
  halfScratch[0] = value;
  const bits = halfScratchBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 255) return sign | 0x7c00 | (fraction ? 0x200 : 0);
  const target = exponent - 112;
  if (target >= 31) return sign | 0x7c00;
  if (target <= 0) {
    // Subnormal: the leading one joins the fraction, which moves right.
    if (target < -10) return sign;
    return sign | roundShift(fraction | 0x800000, 14 - target);
  }
  // A carry out of the fraction moves into the exponent, as it should, up to infinity.
  return sign | ((target << 10) + roundShift(fraction, 13));
}

/** bits / 2^shift to the nearest whole number, ties to even. */
function roundShift(bits: number, shift: number): number {
  const whole = bits >>> shift;
  const rest = bits - (whole << shift);
  const half = 2 ** (shift - 1);
  return rest > half || (rest === half && whole & 1) ? whole + 1 : whole;
}

/** 8-bit float with the given exponent and mantissa widths; e4m3 is the "fn" kind without infinities. */
function minifloatToNumber(bits: number, exponentBits: number, mantissaBits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const bias = 2 ** (exponentBits - 1) - 1;
  const exponent = (bits >> mantissaBits) & ((1 << exponentBits) - 1);
  const fraction = bits & ((1 << mantissaBits) - 1);
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - mantissaBits);
  if (exponentBits === 4) {
    if (exponent === 15 && fraction === 7) return Number.NaN;
  } else if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 2 ** mantissaBits) * 2 ** (exponent - bias);
}

const lookupTables = new Map<DType, Float32Array>();

/** Small formats decode by table: 256 or 65,536 entries, built on first use. */
function lookupTable(dtype: 'f16' | 'f8_e4m3' | 'f8_e5m2'): Float32Array {
  let table = lookupTables.get(dtype);
  if (!table) {
    table =
      dtype === 'f16'
        ? Float32Array.from({ length: 65536 }, (_, bits) => halfToNumber(bits))
        : Float32Array.from({ length: 256 }, (_, bits) =>
            dtype === 'f8_e4m3' ? minifloatToNumber(bits, 4, 3) : minifloatToNumber(bits, 5, 2),
          );
    lookupTables.set(dtype, table);
  }
  return table;
}

/** The bytes on an address that any typed array may view; little-endian, as every format we read stores them. */
function aligned(bytes: Uint8Array, elementBytes: number): Uint8Array {
  if (!littleEndianHost)
    throw new UnsupportedError('This machine stores numbers big-endian; Semblance needs little-endian.');
  // Not slice(): that of Node's Buffer is a view on the same address.
  return bytes.byteOffset % elementBytes === 0 ? bytes : new Uint8Array(bytes);
}

/**
 * Decodes little-endian `bytes` of `dtype` to floats: Float64Array for f64 and 64-bit integers (exact to 2⁵³),
 * Float32Array for all else except 32-bit integers, which need 53 bits too.
 */
export function decodeFloats(bytes: Uint8Array, dtype: DType): Float32Array | Float64Array {
  const size = BYTES_PER_ELEMENT[dtype];
  const n = Math.floor(bytes.byteLength / size);
  const raw = aligned(bytes, size);
  const { buffer, byteOffset } = raw;
  switch (dtype) {
    case 'f64':
      return new Float64Array(buffer as ArrayBuffer, byteOffset, n);
    case 'f32':
      return new Float32Array(buffer as ArrayBuffer, byteOffset, n);
    case 'f16': {
      const table = lookupTable('f16');
      const words = new Uint16Array(buffer, byteOffset, n);
      const out = new Float32Array(n);
      for (let i = 0; i < n; i++) out[i] = table[words[i]!]!;
      return out;
    }
    case 'bf16': {
      const words = new Uint16Array(buffer, byteOffset, n);
      const out = new Float32Array(n);
      const outBits = new Uint32Array(out.buffer);
      for (let i = 0; i < n; i++) outBits[i] = words[i]! << 16;
      return out;
    }
    case 'f8_e4m3':
    case 'f8_e5m2': {
      const table = lookupTable(dtype);
      const out = new Float32Array(n);
      for (let i = 0; i < n; i++) out[i] = table[raw[i]!]!;
      return out;
    }
    case 'i64':
      return Float64Array.from(new BigInt64Array(buffer, byteOffset, n), Number);
    case 'u64':
      return Float64Array.from(new BigUint64Array(buffer, byteOffset, n), Number);
    case 'i32':
      return Float64Array.from(new Int32Array(buffer, byteOffset, n));
    case 'u32':
      return Float64Array.from(new Uint32Array(buffer, byteOffset, n));
    case 'i16':
      return Float32Array.from(new Int16Array(buffer, byteOffset, n));
    case 'u16':
      return Float32Array.from(new Uint16Array(buffer, byteOffset, n));
    case 'i8':
      return Float32Array.from(new Int8Array(buffer, byteOffset, n));
    case 'u8':
    case 'bool':
      return Float32Array.from(raw.subarray(0, n));
  }
}
