import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { HDF5_LIMITS, type Hdf5File, readAt, readSigned } from './hdf5-file.ts';
import { type HeaderMessage, MESSAGE } from './object-header.ts';
import { treeLeaves } from './tree.ts';

/** A name in a group and the address of the object header that it stands for. */
export interface Hdf5Link {
  readonly name: string;
  readonly address: number;
}

/**
 * The hard links of a group: of the old form (symbol tables) and of the new one as long as the links are kept in the
 * header. Soft and external links are left out: nothing outside the file is ever opened.
 */
export async function linksOf(file: Hdf5File, what: string, messages: readonly HeaderMessage[]): Promise<Hdf5Link[]> {
  const links: Hdf5Link[] = [];
  for (const message of messages) {
    if (message.type === MESSAGE.symbolTable)
      for (const link of await symbolTableLinks(file, what, message)) links.push(link);
    else if (message.type === MESSAGE.link) {
      const link = headerLink(message);
      if (link) links.push(link);
    } else if (message.type === MESSAGE.linkInfo && isDense(message))
      throw new UnsupportedError(
        `${file.source.name}: the links of ${what} are stored in HDF5's dense form (libver="latest"), which is not read.`,
        { hint: 'Save the file with the ordinary settings of h5py or Keras, or copy it with h5repack --low=0.' },
      );
    checkLimit(file.source.name, `the number of links of ${what}`, links.length, HDF5_LIMITS.links);
  }
  return links;
}

/** True when a header message LinkInfo or AttributeInfo points to a fractal heap. */
export function isDense(message: HeaderMessage): boolean {
  const content = message.content();
  content.skip(1);
  const hasOrder = (content.u8() & 1) !== 0;
  if (hasOrder) content.skip(message.type === MESSAGE.linkInfo ? 8 : 2);
  return content.address() !== undefined;
}

async function symbolTableLinks(file: Hdf5File, what: string, message: HeaderMessage): Promise<Hdf5Link[]> {
  const content = message.content();
  const tree = content.address();
  const heap = content.address();
  if (tree === undefined || heap === undefined)
    throw new FormatError(`${file.source.name}: the symbol table of ${what} lacks its tree or its names.`);
  const header = await readSigned(
    file,
    `the names of ${what}`,
    heap,
    8 + 2 * file.lengthBytes + file.offsetBytes,
    'HEAP',
  );
  header.skip(4);
  const namesLength = header.length();
  header.length();
  const namesStart = header.address() ?? 0;
  const keyBytes = file.lengthBytes;
  const links: Hdf5Link[] = [];
  for await (const leaf of treeLeaves(file, `the tree of ${what}`, tree, 0, keyBytes)) {
    const symbols = await readSigned(file, `the symbols of ${what}`, leaf.child, 8, 'SNOD');
    symbols.skip(2);
    const count = symbols.u16();
    file.budget.charge('steps', 1 + count, `the symbols of ${what}`);
    const entryBytes = 2 * file.offsetBytes + 24;
    const entries = await readAt(file, `the symbols of ${what}`, leaf.child + 8, count * entryBytes);
    for (let i = 0; i < count; i++) {
      const nameOffset = entries.address() ?? 0;
      const address = entries.address();
      const isSymbolic = entries.u32() === 2;
      entries.skip(20);
      if (isSymbolic || address === undefined) continue;
      links.push({ name: await heapName(file, what, namesStart, namesLength, nameOffset), address });
      checkLimit(file.source.name, `the number of links of ${what}`, links.length, HDF5_LIMITS.links);
    }
  }
  return links;
}

const MAX_NAME = 4_096;

async function heapName(file: Hdf5File, what: string, start: number, length: number, at: number): Promise<string> {
  if (at >= length)
    throw new FormatError(`${file.source.name}: a name in ${what} stands at byte ${at} of a heap of ${length} bytes.`);
  const count = Math.min(MAX_NAME, length - at);
  return (await readAt(file, `a name in ${what}`, start + at, count)).text(count);
}

/** A link kept in the header; undefined for soft and external ones. */
function headerLink(message: HeaderMessage): Hdf5Link | undefined {
  const content = message.content();
  content.skip(1);
  const flags = content.u8();
  const type = flags & 8 ? content.u8() : 0;
  if (flags & 4) content.skip(8);
  if (flags & 16) content.skip(1);
  const name = content.text(content.uint(1 << (flags & 3)));
  const address = type === 0 ? content.address() : undefined;
  return address === undefined ? undefined : { name, address };
}
