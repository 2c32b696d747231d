import type { ByteSource } from './byte-source.ts';
import { readRange } from './read-range.ts';

/** Small enough that a table beside megabytes of weights costs little, large enough to hold many tables. */
const PAGE_BYTES = 16_384;
const MAX_PAGES = 1024;

/** Random access to small parts of a source; recently read pages are kept. */
export interface BytePages {
  readonly source: ByteSource;
  /** A view of [start, end) after checking it against the file's size; `what` names it in errors. */
  view(what: string, start: number, end: number): Promise<DataView>;
}

export function bytePages(source: ByteSource): BytePages {
  const pages = new Map<number, Uint8Array>();
  async function load(index: number): Promise<Uint8Array> {
    const start = index * PAGE_BYTES;
    const bytes = await source.read(start, Math.min(start + PAGE_BYTES, source.byteLength));
    if (pages.size >= MAX_PAGES) pages.delete(pages.keys().next().value!);
    pages.set(index, bytes);
    return bytes;
  }
  return {
    source,
    async view(what, start, end) {
      const index = Math.floor(start / PAGE_BYTES);
      const offset = start - index * PAGE_BYTES;
      const isInside = Number.isSafeInteger(start) && start >= 0 && start <= end && end <= source.byteLength;
      if (!isInside || offset + (end - start) > PAGE_BYTES) {
        const bytes = await readRange(source, what, start, end);
        return new DataView(bytes.buffer, bytes.byteOffset, end - start);
      }
      const page = pages.get(index) ?? (await load(index));
      return new DataView(page.buffer, page.byteOffset + offset, end - start);
    },
  };
}

/** The source with recently read pages kept, for readers that walk through many small parts; what it gives is a copy. */
export function pagedSource(source: ByteSource): ByteSource {
  const pages = bytePages(source);
  return {
    ...source,
    async read(start, end) {
      if (end - start > PAGE_BYTES) return source.read(start, end);
      const { buffer, byteOffset, byteLength } = await pages.view('a part', start, end);
      return new Uint8Array(buffer, byteOffset, byteLength).slice();
    },
  };
}
