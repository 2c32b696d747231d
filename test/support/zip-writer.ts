import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipInput {
  name: string;
  bytes: Uint8Array;
  deflate?: boolean;
  /** What the directory says instead of the truth. */
  claim?: { size?: number; compressedSize?: number; offset?: number; method?: number; crc32?: number; flags?: number };
}

export interface ZipWriterOptions {
  /** Writes sizes, offsets and the end record in their 64-bit form. */
  zip64?: boolean;
  comment?: string;
  /** Bytes between a local header and its data, as PyTorch's writer puts them there for alignment. */
  padding?: number;
  /** What the end record says instead of the truth. */
  claim?: { entries?: number; directorySize?: number; directoryOffset?: number };
}

/** A zip archive, well-formed unless told otherwise. */
export function zipArchive(inputs: readonly ZipInput[], options: ZipWriterOptions = {}): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  const add = (part: Buffer) => {
    parts.push(part);
    offset += part.length;
  };
  for (const input of inputs) {
    const name = Buffer.from(input.name);
    const data = input.deflate ? deflateRawSync(input.bytes) : Buffer.from(input.bytes);
    const claim = input.claim ?? {};
    const facts = {
      flags: claim.flags ?? 0,
      method: claim.method ?? (input.deflate ? 8 : 0),
      crc32: claim.crc32 ?? crc32(input.bytes),
      compressedSize: claim.compressedSize ?? data.length,
      size: claim.size ?? input.bytes.length,
      offset: claim.offset ?? offset,
    };
    const extra = Buffer.alloc(options.padding ?? 0);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(facts.flags, 6);
    local.writeUInt16LE(facts.method, 8);
    local.writeUInt32LE(facts.crc32, 14);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(extra.length, 28);
    add(Buffer.concat([local, name, extra, data]));
    directory.push(centralRecord(name, facts, options.zip64 ?? false));
  }
  const start = options.claim?.directoryOffset ?? offset;
  const central = Buffer.concat(directory);
  const size = options.claim?.directorySize ?? central.length;
  const count = options.claim?.entries ?? inputs.length;
  add(central);
  if (options.zip64) add(endRecord64(count, size, start, offset));
  add(endRecord(count, size, start, options));
  return new Uint8Array(Buffer.concat(parts));
}

interface EntryFacts {
  flags: number;
  method: number;
  crc32: number;
  compressedSize: number;
  size: number;
  offset: number;
}

function centralRecord(name: Buffer, facts: EntryFacts, zip64: boolean): Buffer {
  const fixed = Buffer.alloc(46);
  fixed.writeUInt32LE(0x02014b50, 0);
  fixed.writeUInt16LE(facts.flags, 8);
  fixed.writeUInt16LE(facts.method, 10);
  fixed.writeUInt32LE(facts.crc32, 16);
  fixed.writeUInt16LE(name.length, 28);
  const values = [facts.size, facts.compressedSize, facts.offset];
  const places = [24, 20, 42];
  places.forEach((place, i) => {
    fixed.writeUInt32LE(zip64 ? 0xffffffff : values[i]!, place);
  });
  if (!zip64) return Buffer.concat([fixed, name]);
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  values.forEach((value, i) => {
    extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  });
  fixed.writeUInt16LE(extra.length, 30);
  return Buffer.concat([fixed, name, extra]);
}

function endRecord64(count: number, size: number, start: number, at: number): Buffer {
  const record = Buffer.alloc(76);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(start), 48);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(at), 64);
  record.writeUInt32LE(1, 72);
  return record;
}

function endRecord(count: number, size: number, start: number, options: ZipWriterOptions): Buffer {
  const comment = Buffer.from(options.comment ?? '');
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(options.zip64 ? 0xffff : count, 8);
  record.writeUInt16LE(options.zip64 ? 0xffff : count, 10);
  record.writeUInt32LE(options.zip64 ? 0xffffffff : size, 12);
  record.writeUInt32LE(options.zip64 ? 0xffffffff : start, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([record, comment]);
}
