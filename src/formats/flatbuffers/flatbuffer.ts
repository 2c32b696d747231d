import { type BytePages, bytePages } from '../../base/bytes/byte-pages.ts';
import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { checkLimit, checkRange } from '../../base/bytes/read-range.ts';
import { FormatError, LimitError } from '../../base/errors.ts';
import { LIMITS } from '../limits.ts';

/**
 * FlatBuffers, read in place and with every offset checked. A table starts with the distance back to its vtable, which
 * gives the place of each field; tables, vectors and strings are reached by 32-bit distances forward. Since the schema
 * of TFLite has no table that holds its own kind, nothing is followed deeper than that schema. Writers let tables, vtables,
 * strings and vectors share bytes, which does no harm to a reader that writes nothing; how often bytes are read is bounded.
 */
export interface Flatbuffer {
  readonly source: ByteSource;
  /** The root table; `what` names a table in errors. */
  root(what: string): Promise<FlatTable>;
  table(what: string, start: number): Promise<FlatTable>;
}

export interface FlatTable {
  readonly what: string;
  readonly start: number;
  /** Scalars by field number; the fallback where the field is absent, as FlatBuffers defines it. */
  uint8(field: number, fallback?: number): number;
  int8(field: number, fallback?: number): number;
  int32(field: number, fallback?: number): number;
  uint32(field: number, fallback?: number): number;
  uint64(field: number, fallback?: number): number;
  /** A table that a field points at. */
  child(field: number, what: string): Promise<FlatTable | undefined>;
  /** Where a vector's elements lie; undefined when the field is absent. */
  vector(field: number, what: string, elementBytes: number): Promise<FlatVector | undefined>;
  /** Small vectors of numbers, empty when absent. */
  int32s(field: number, what: string, limit: number): Promise<number[]>;
  /** Where each table of a vector of tables starts. */
  tables(field: number, what: string, limit: number): Promise<number[]>;
  text(field: number, what: string): Promise<string>;
}

export interface FlatVector {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/** How many times over the file its tables may be read; sharing of equal strings and vtables stays far below. */
const MAX_READ_RATIO = 8;
const ALWAYS_READ_BYTES = 2 ** 20;

const utf8 = new TextDecoder();

export function openFlatbuffer(source: ByteSource): Flatbuffer {
  const pages = metered(bytePages(source));
  return {
    source,
    async root(what) {
      const view = await pages.view('the offset of the root table', 0, 4);
      return openTable(pages, what, await followed(pages, what, 0, view.getUint32(0, true)));
    },
    table: (what, start) => openTable(pages, what, start),
  };
}

/** Refuses files that make a few bytes count as many by pointing at them again and again. */
function metered(pages: BytePages): BytePages {
  const { source } = pages;
  let left = source.byteLength * MAX_READ_RATIO + ALWAYS_READ_BYTES;
  return {
    source,
    view(what, start, end) {
      left -= end - start;
      if (left < 0)
        throw new LimitError(
          `${source.name}: the tables of the flatbuffer point at the same bytes more than ${MAX_READ_RATIO} times over.`,
        );
      return pages.view(what, start, end);
    },
  };
}

async function followed(pages: BytePages, what: string, at: number, distance: number): Promise<number> {
  if (distance === 0)
    throw new FormatError(`${pages.source.name}: the offset of ${what} at byte ${at} points at itself.`);
  checkRange(pages.source, what, at + distance, at + distance + 4);
  return at + distance;
}

async function openTable(pages: BytePages, what: string, start: number): Promise<FlatTable> {
  const { source } = pages;
  const head = await pages.view(what, start, start + 4);
  const vtable = start - head.getInt32(0, true);
  const vtableWhat = `the vtable of ${what}`;
  const sizes = await pages.view(vtableWhat, vtable, vtable + 4);
  const vtableBytes = sizes.getUint16(0, true);
  const tableBytes = sizes.getUint16(2, true);
  if (vtableBytes < 4 || vtableBytes % 2 !== 0 || tableBytes < 4)
    throw new FormatError(
      `${source.name}: ${vtableWhat} at byte ${vtable} claims ${vtableBytes} bytes for itself and ${tableBytes} for the table.`,
    );
  const fields = await pages.view(vtableWhat, vtable, vtable + vtableBytes);
  const body = await pages.view(what, start, start + tableBytes);

  /** Offset of a field within the table, 0 when absent. */
  function place(field: number, bytes: number): number {
    const at = 4 + field * 2;
    const offset = at + 2 <= vtableBytes ? fields.getUint16(at, true) : 0;
    if (offset !== 0 && (offset < 4 || offset + bytes > tableBytes))
      throw new FormatError(
        `${source.name}: field ${field} of ${what} lies at byte ${offset} of a table of ${tableBytes} bytes.`,
      );
    return offset;
  }

  async function target(field: number, targetWhat: string): Promise<number | undefined> {
    const offset = place(field, 4);
    return offset === 0 ? undefined : followed(pages, targetWhat, start + offset, body.getUint32(offset, true));
  }

  async function vector(field: number, vectorWhat: string, elementBytes: number): Promise<FlatVector | undefined> {
    const at = await target(field, vectorWhat);
    if (at === undefined) return undefined;
    const count = (await pages.view(vectorWhat, at, at + 4)).getUint32(0, true);
    const end = at + 4 + count * elementBytes;
    checkRange(source, `${vectorWhat} of ${count} elements`, at + 4, end);
    return { start: at + 4, end, count };
  }

  async function elements(field: number, vectorWhat: string, limit: number) {
    const found = await vector(field, vectorWhat, 4);
    if (!found) return undefined;
    checkLimit(source.name, `the length of ${vectorWhat}`, found.count, limit);
    return { ...found, view: await pages.view(vectorWhat, found.start, found.end) };
  }

  return {
    what,
    start,
    uint8(field, fallback = 0) {
      const at = place(field, 1);
      return at ? body.getUint8(at) : fallback;
    },
    int8(field, fallback = 0) {
      const at = place(field, 1);
      return at ? body.getInt8(at) : fallback;
    },
    int32(field, fallback = 0) {
      const at = place(field, 4);
      return at ? body.getInt32(at, true) : fallback;
    },
    uint32(field, fallback = 0) {
      const at = place(field, 4);
      return at ? body.getUint32(at, true) : fallback;
    },
    uint64(field, fallback = 0) {
      const at = place(field, 8);
      return at ? Number(body.getBigUint64(at, true)) : fallback;
    },
    async child(field, childWhat) {
      const at = await target(field, childWhat);
      return at === undefined ? undefined : openTable(pages, childWhat, at);
    },
    vector,
    async int32s(field, vectorWhat, limit) {
      const found = await elements(field, vectorWhat, limit);
      return found ? Array.from({ length: found.count }, (_, i) => found.view.getInt32(i * 4, true)) : [];
    },
    async tables(field, vectorWhat, limit) {
      const found = await elements(field, vectorWhat, limit);
      if (!found) return [];
      const starts: number[] = [];
      for (let i = 0; i < found.count; i++) {
        const distance = found.view.getUint32(i * 4, true);
        starts.push(await followed(pages, `entry ${i} of ${vectorWhat}`, found.start + i * 4, distance));
      }
      return starts;
    },
    async text(field, textWhat) {
      const found = await vector(field, textWhat, 1);
      if (!found) return '';
      checkLimit(source.name, `the length of ${textWhat}`, found.count, LIMITS.nameLength);
      const view = await pages.view(textWhat, found.start, found.end);
      return utf8.decode(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    },
  };
}
