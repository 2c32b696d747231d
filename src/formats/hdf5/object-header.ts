import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { type Cursor, cursor } from './cursor.ts';
import { HDF5_LIMITS, type Hdf5File, readAt, readSigned } from './hdf5-file.ts';

/** Numbers of the header messages that are read. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** A message of an object header. */
export interface HeaderMessage {
  readonly type: number;
  /** True when the content is a reference to a message kept elsewhere. */
  readonly shared: boolean;
  /** A new cursor over the content. */
  content(): Cursor;
}

interface Block {
  readonly bytes: Cursor;
  /** Bytes of a message's own header. */
  readonly version: 1 | 2;
  readonly hasOrder: boolean;
}

const MAX_BLOCKS = 1_000;

/**
 * All messages of the object header at an address, in both versions and over all its blocks. `what` names the object.
 * @throws FormatError where a block passes the file's end or is met twice.
 */
export async function readObjectHeader(file: Hdf5File, what: string, address: number): Promise<HeaderMessage[]> {
  const name = `the header of ${what}`;
  const first = await firstBlock(file, name, address);
  const messages: HeaderMessage[] = [];
  const blocks: Block[] = [first];
  const seen = new Set<number>([address]);
  for (let i = 0; i < blocks.length; i++) {
    for (const message of messagesOf(file, name, blocks[i]!)) {
      messages.push(message);
      checkLimit(file.source.name, `the number of messages in ${name}`, messages.length, HDF5_LIMITS.messages);
      if (message.type !== MESSAGE.continuation || message.shared) continue;
      const place = message.content();
      const start = place.address();
      const length = place.length();
      if (start === undefined || seen.has(start) || blocks.length >= MAX_BLOCKS)
        throw new FormatError(`${file.source.name}: the blocks of ${name} run in a circle.`);
      seen.add(start);
      blocks.push(await nextBlock(file, name, first, start, length));
    }
  }
  return messages;
}

async function firstBlock(file: Hdf5File, name: string, address: number): Promise<Block> {
  const prefix = await readAt(file, name, address, 16);
  const start = prefix.bytes(4);
  if (String.fromCharCode(...start) === 'OHDR') return firstBlock2(file, name, address);
  if (start[0] !== 1)
    throw new FormatError(`${file.source.name}: ${name} is not at byte ${file.base + address}, where it is announced.`);
  prefix.skip(4);
  const bytes = await readAt(file, name, address + 16, prefix.u32());
  return { bytes, version: 1, hasOrder: false };
}

async function firstBlock2(file: Hdf5File, name: string, address: number): Promise<Block> {
  const head = await readAt(file, name, address + 4, 2);
  const version = head.u8();
  if (version !== 2)
    throw new UnsupportedError(`${file.source.name}: ${name} has version ${version}; 1 and 2 are read.`);
  const flags = head.u8();
  const skipped = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const sizeBytes = 1 << (flags & 3);
  const size = (await readAt(file, name, address + skipped, sizeBytes)).uint(sizeBytes);
  const bytes = await readAt(file, name, address + skipped + sizeBytes, size);
  return { bytes, version: 2, hasOrder: (flags & 4) !== 0 };
}

async function nextBlock(file: Hdf5File, name: string, first: Block, start: number, length: number): Promise<Block> {
  if (first.version === 1) return { ...first, bytes: await readAt(file, name, start, length) };
  // Between the letters and a checksum of four bytes.
  const block = await readSigned(file, name, start, Math.max(8, length), 'OCHK');
  const content = block.bytes(block.left() - 4);
  return { ...first, bytes: cursor(block.what, viewOf(content), file) };
}

function messagesOf(file: Hdf5File, name: string, { bytes, version, hasOrder }: Block): HeaderMessage[] {
  const messages: HeaderMessage[] = [];
  const least = version === 1 ? 8 : hasOrder ? 6 : 4;
  while (bytes.left() >= least) {
    const type = version === 1 ? bytes.u16() : bytes.u8();
    const size = bytes.u16();
    const flags = bytes.u8();
    bytes.skip(least - (version === 1 ? 5 : 4));
    const content = bytes.bytes(size);
    messages.push({
      type,
      shared: (flags & 2) !== 0,
      content: () => cursor(`${file.source.name}: a message in ${name}`, viewOf(content), file),
    });
  }
  return messages;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
