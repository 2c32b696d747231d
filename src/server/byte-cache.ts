/** Keeps the bytes that were made under a key, the least recently used dropped first. */
export interface ByteCache {
  /** The bytes under `key`; `make` is called when they are not there, once for all who ask meanwhile. */
  get(key: string, make: () => Promise<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>>;
}

/** A cache of at most `maxBytes`. What fails is not kept, and what is larger than the cache passes through it. */
export function byteCache(maxBytes: number): ByteCache {
  const entries = new Map<string, { bytes: Promise<Uint8Array<ArrayBuffer>>; size: number }>();
  let total = 0;
  const drop = (key: string): void => {
    total -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  };
  return {
    get(key, make) {
      const found = entries.get(key);
      if (found) {
        entries.delete(key);
        entries.set(key, found);
        return found.bytes;
      }
      const entry = { bytes: make(), size: 0 };
      entries.set(key, entry);
      entry.bytes.then(
        (bytes) => {
          entry.size = bytes.byteLength;
          total += entry.size;
          for (const oldest of entries.keys()) {
            if (total <= maxBytes) break;
            if (entries.get(oldest)!.size > 0) drop(oldest);
          }
        },
        () => drop(key),
      );
      return entry.bytes;
    },
  };
}
