/** Parts of binary files, little-endian, for tests. */
export const bytes = (...parts: readonly (Uint8Array | readonly number[] | string)[]): Uint8Array => {
  const all = parts.map((part) =>
    part instanceof Uint8Array
      ? part
      : typeof part === 'string'
        ? new TextEncoder().encode(part)
        : Uint8Array.from(part),
  );
  const out = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

export const u32 = (...values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);
export const u64 = (...values: readonly number[]): Uint8Array =>
  new Uint8Array(BigUint64Array.from(values, BigInt).buffer);
export const f32 = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
export const f64 = (...values: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);

/** 0, 1, 2 … divided by 8: exact in 32 bits, each another. */
export const counting = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => (from + i) / 8);
