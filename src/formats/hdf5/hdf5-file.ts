import { type BytePages, bytePages } from '../../base/bytes/byte-pages.ts';
import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { type Cursor, cursor } from './cursor.ts';

/** Bounds for what an HDF5 file may claim; those that all formats share are in limits.ts. */
export const HDF5_LIMITS = {
  /** Links (names of groups and datasets) of a whole file: a large model has some thousands. */
  links: 200_000,
  /** Groups within groups. */
  depth: 64,
  /** Messages of one object header; a group of version 2 has one for each link. */
  messages: 100_000,
  /** Bytes of one attribute: the configuration of a large model takes about a megabyte. */
  attributeBytes: 100_000_000,
  /** Nodes of one B-tree. */
  treeNodes: 1_000_000,
} as const;

/** Where the objects of a heap collection stand, and how long they are, by their indices. */
export type HeapObjects = ReadonlyMap<number, { readonly at: number; readonly size: number }>;

/** An HDF5 file whose superblock was read. */
export interface Hdf5File {
  readonly source: ByteSource;
  readonly pages: BytePages;
  readonly budget: FileBudget;
  /** Objects of the global heaps that were read, by the addresses of their collections. */
  readonly heaps: Map<number, Promise<HeapObjects>>;
  /** Bytes of an address and of a length in this file: 2, 4 or 8. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Where address 0 stands in the file. */
  readonly base: number;
  /** Address of the root group's object header. */
  readonly root: number;
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** The largest superblock, version 1 with 8-byte addresses. */
const SUPERBLOCK_BYTES = 100;

/** True for the first bytes of an HDF5 file. */
export function looksLikeHdf5(head: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => head[i] === byte);
}

/**
 * Reads the superblock (versions 0 to 3), following the "HDF5 File Format Specification Version 3.0" of the HDF Group.
 * @throws FormatError when the file is shorter than it says, UnsupportedError for another version.
 */
export async function openHdf5(source: ByteSource, budget: FileBudget): Promise<Hdf5File> {
  const { name: file } = source;
  const pages = bytePages(source);
  const view = await pages.view('the HDF5 superblock', 0, Math.min(SUPERBLOCK_BYTES, source.byteLength));
  const start = cursor(`${file}: the HDF5 superblock`, view, { offsetBytes: 8, lengthBytes: 8 });
  if (!looksLikeHdf5(start.bytes(8))) throw new FormatError(`${file}: not an HDF5 file, as it lacks the mark of one.`);
  const version = start.u8();
  if (version > 3)
    throw new UnsupportedError(`${file}: version ${version} of the HDF5 superblock is not read; 0 to 3 are.`);
  if (version < 2) start.skip(4);
  const sizes = { offsetBytes: start.u8(), lengthBytes: start.u8() };
  for (const bytes of [sizes.offsetBytes, sizes.lengthBytes])
    if (bytes !== 2 && bytes !== 4 && bytes !== 8)
      throw new FormatError(`${file}: the HDF5 superblock gives addresses or lengths ${bytes} bytes; 2, 4 or 8 are.`);
  const rest = cursor(`${file}: the HDF5 superblock`, view, sizes, start.position());
  rest.skip(version < 2 ? 9 : 1);
  if (version === 1) rest.skip(4);
  const base = rest.address() ?? 0;
  rest.address();
  const end = rest.address() ?? 0;
  if (version < 2) {
    rest.address();
    rest.address();
  }
  const root = rest.address();
  if (end > source.byteLength)
    throw new FormatError(
      `${file}: the HDF5 superblock says that the file has ${end} bytes, but it has ${source.byteLength}.`,
      { hint: 'The file is truncated; download or save it again.' },
    );
  if (root === undefined) throw new FormatError(`${file}: the HDF5 file has no root group.`);
  return { source, pages, budget, heaps: new Map(), ...sizes, base, root };
}

/** A cursor over `length` bytes at an address; `what` names them in errors. */
export async function readAt(file: Hdf5File, what: string, address: number, length: number): Promise<Cursor> {
  const start = file.base + address;
  return cursor(`${file.source.name}: ${what}`, await file.pages.view(what, start, start + length), file);
}

/** As `readAt`, after checking the four letters that stand there. */
export async function readSigned(
  file: Hdf5File,
  what: string,
  address: number,
  length: number,
  signature: string,
): Promise<Cursor> {
  const bytes = await readAt(file, what, address, length);
  const found = bytes.text(4);
  if (found !== signature)
    throw new FormatError(
      `${file.source.name}: ${what} should begin with ${signature} at byte ${file.base + address}.`,
    );
  return bytes;
}
