/** Pieces of a pickle, each leaving one value on the stack; `pickle` makes a whole one of them. */
export type Piece = Uint8Array;

export function join(...pieces: readonly Piece[]): Piece {
  return new Uint8Array(Buffer.concat(pieces));
}

/** The opcode bytes given as a text or as numbers. */
export function op(...codes: readonly (string | number)[]): Piece {
  return join(...codes.map((code) => (typeof code === 'string' ? Buffer.from(code, 'latin1') : Uint8Array.of(code))));
}

/** PROTO, the pieces, STOP. */
export function pickle(...pieces: readonly Piece[]): Uint8Array {
  return join(op(0x80, 2), ...pieces, op('.'));
}

export function u32(value: number): Piece {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return new Uint8Array(bytes);
}

export function text(value: string): Piece {
  const bytes = Buffer.from(value);
  return join(op('X'), u32(bytes.length), bytes);
}

/** A whole number, positive or not, as LONG1 of 8 bytes where BININT cannot hold it. */
export function int(value: number): Piece {
  const bytes = Buffer.alloc(8);
  if (value === (value | 0)) {
    bytes.writeInt32LE(value);
    return join(op('J'), bytes.subarray(0, 4));
  }
  bytes.writeBigInt64LE(BigInt(value));
  return join(op(0x8a, 8), bytes);
}

export function float(value: number): Piece {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return join(op('G'), bytes);
}

export const none = op('N');
export const yes = op(0x88);
export const no = op(0x89);

export function tuple(...items: readonly Piece[]): Piece {
  return join(op('('), ...items, op('t'));
}

export function list(...items: readonly Piece[]): Piece {
  return join(op(']', '('), ...items, op('e'));
}

export function dict(entries: Readonly<Record<string, Piece>>): Piece {
  const items = Object.entries(entries).flatMap(([key, value]) => [text(key), value]);
  return join(op('}', '('), ...items, op('u'));
}

/** GLOBAL: a name to import. */
export function global(module: string, name: string): Piece {
  return op(`c${module}\n${name}\n`);
}

/** REDUCE: the call of a global. */
export function call(callee: Piece, ...args: readonly Piece[]): Piece {
  return join(callee, tuple(...args), op('R'));
}
