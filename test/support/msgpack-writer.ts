import { bytes } from './byte-writer.ts';

/** An array of Flax: an extension that holds its shape, the name of its type and its bytes. */
export class FlaxArray {
  readonly shape: readonly number[];
  readonly type: string;
  readonly data: Uint8Array;
  readonly extension: number;

  /** @param extension 1 for an array, 3 for one without axes; 2 stands for a complex number. */
  constructor(shape: readonly number[], type: string, data: Uint8Array, extension = 1) {
    this.shape = shape;
    this.type = type;
    this.data = data;
    this.extension = extension;
  }
}

export type MsgpackValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | FlaxArray
  | readonly MsgpackValue[]
  | { readonly [key: string]: MsgpackValue };

/** MessagePack of a value, numbers and lengths in the smallest form but one. */
export function msgpack(value: MsgpackValue): Uint8Array {
  if (value === null) return bytes([0xc0]);
  if (typeof value === 'boolean') return bytes([value ? 0xc3 : 0xc2]);
  if (typeof value === 'number') return numberBytes(value);
  if (typeof value === 'string') {
    const text = bytes(value);
    return text.length < 32 ? bytes([0xa0 + text.length], text) : bytes([0xd9, text.length], text);
  }
  if (value instanceof Uint8Array) return bytes([0xc6], big(value.length), value);
  if (value instanceof FlaxArray) {
    const payload = msgpack([value.shape, value.type, value.data]);
    return bytes([0xc9], big(payload.length), [value.extension], payload);
  }
  if (Array.isArray(value)) {
    const parts = value.map((part) => msgpack(part as MsgpackValue));
    return bytes(value.length < 16 ? [0x90 + value.length] : bytes([0xdd], big(value.length)), ...parts);
  }
  const entries = Object.entries(value as Record<string, MsgpackValue>);
  const parts = entries.flatMap(([key, part]) => [msgpack(key), msgpack(part)]);
  return bytes(entries.length < 16 ? [0x80 + entries.length] : bytes([0xdf], big(entries.length)), ...parts);
}

function numberBytes(value: number): Uint8Array {
  if (Number.isInteger(value) && value >= 0 && value < 128) return bytes([value]);
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return bytes([0xce], big(value));
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return bytes([0xcb], new Uint8Array(view.buffer));
}

/** Lengths are big-endian. */
function big(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}
