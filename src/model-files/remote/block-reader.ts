/** Blocks are the grid on which small reads are fetched; a read of a few bytes costs one block. */
const BLOCK_BYTES = 32 * 1024;
/** Reads of at least this size are fetched as they are and not kept. */
const DIRECT_BYTES = 256 * 1024;
/** Blocks fetched beyond what was asked for, while reads follow one another. */
const MAX_READ_AHEAD = 4;
/** Blocks kept in memory: 32 MiB. */
const MAX_KEPT = 1024;

type ReadRange = (start: number, end: number) => Promise<Uint8Array>;

/**
 * Turns many small reads into few requests: reads made at once are joined where they touch or nearly do, what was
 * fetched is kept, and reads that follow one another fetch ahead. Large reads pass through as they are.
 *
 * @param first Bytes from 0 on that are there already.
 * @param fetchRange Fetches bytes [start, end).
 */
export function blockReader(byteLength: number, first: Uint8Array, fetchRange: ReadRange): ReadRange {
  const kept = new Map<number, Promise<Uint8Array>>();
  const wanted = new Map<number, { resolve(bytes: Promise<Uint8Array>): void }>();
  let nextBlock = -1;
  let ahead = 0;

  /** Fetches the blocks [from, to] by one request and hands each to those who wait for it. */
  const fetchRun = (from: number, to: number): void => {
    ahead = from === nextBlock ? Math.min(MAX_READ_AHEAD, Math.max(1, 2 * ahead)) : 0;
    const lastOfFile = Math.floor((byteLength - 1) / BLOCK_BYTES);
    let last = to;
    while (last < Math.min(to + ahead, lastOfFile) && !kept.has(last + 1)) last++;
    nextBlock = last + 1;
    const start = from * BLOCK_BYTES;
    const run = fetchRange(start, Math.min((last + 1) * BLOCK_BYTES, byteLength));
    for (let block = from; block <= last; block++) {
      const offset = (block - from) * BLOCK_BYTES;
      const bytes = run.then((whole) => whole.slice(offset, offset + BLOCK_BYTES));
      bytes.catch(() => kept.delete(block));
      const waiting = wanted.get(block);
      if (waiting) waiting.resolve(bytes);
      else kept.set(block, bytes);
      wanted.delete(block);
    }
  };

  const flush = (): void => {
    const blocks = [...wanted.keys()].sort((a, b) => a - b);
    for (let i = 0; i < blocks.length; ) {
      let j = i;
      // One block between two that are wanted costs less than a second request.
      while (j + 1 < blocks.length && blocks[j + 1]! - blocks[j]! <= 2) j++;
      fetchRun(blocks[i]!, blocks[j]!);
      i = j + 1;
    }
  };

  const blockAt = (block: number): Promise<Uint8Array> => {
    const found = kept.get(block);
    if (found) {
      kept.delete(block);
      kept.set(block, found);
      return found;
    }
    if (wanted.size === 0) queueMicrotask(flush);
    const bytes = new Promise<Uint8Array>((resolve) => wanted.set(block, { resolve }));
    bytes.catch(() => kept.delete(block));
    kept.set(block, bytes);
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break;
      if (!wanted.has(oldest)) kept.delete(oldest);
    }
    return bytes;
  };

  return async (start, end) => {
    if (end <= first.length || end <= start) return first.slice(start, Math.max(start, end));
    if (end - start >= DIRECT_BYTES) return fetchRange(start, end);
    const firstBlock = Math.floor(start / BLOCK_BYTES);
    const lastBlock = Math.floor((end - 1) / BLOCK_BYTES);
    const parts = await Promise.all(
      Array.from({ length: lastBlock - firstBlock + 1 }, (_, i) => blockAt(firstBlock + i)),
    );
    const out = new Uint8Array(end - start);
    parts.forEach((part, i) => {
      const at = (firstBlock + i) * BLOCK_BYTES;
      const from = Math.max(start, at);
      const to = Math.min(end, at + part.length);
      out.set(part.subarray(from - at, to - at), from - start);
    });
    return out;
  };
}
