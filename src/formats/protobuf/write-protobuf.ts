/** A length-delimited field of a protobuf message. */
export function field(number: number, payload: Uint8Array): Uint8Array {
  return concatenate([Uint8Array.of(...varint(number * 8 + 2), ...varint(payload.length)), payload]);
}

/** A whole number in 7-bit groups, lowest first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return bytes;
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A field that holds a whole number of at least 0. */
export function numberField(number: number, value: number): Uint8Array {
  return Uint8Array.of(...varint(number * 8), ...varint(value));
}

/** A field that holds text. */
export function textField(number: number, text: string): Uint8Array {
  return field(number, new TextEncoder().encode(text));
}
