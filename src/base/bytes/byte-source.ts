import { sha256Hex, sha256HexOf } from '../sha256.ts';

/**
 * Random access to bytes that may be on disk, behind HTTP Range, in a browser `File` or in memory. Readers ask for the
 * ranges they need and nothing else, so that the head of a large file costs the head and not the file.
 */
export interface ByteSource {
  /** Base name for messages, such as "resnet20.th". */
  readonly name: string;
  readonly byteLength: number;
  /** Bytes [start, end). Rejects with SourceError when they are not available; callers check bounds first. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** A file in the same folder, for shards, external data and config.json; undefined where there is none. */
  sibling(relativeName: string): Promise<ByteSource | undefined>;
  /** True where asking for a file beside it that may not be there costs a request. */
  readonly siblingsCost?: true;
  /** SHA-256 of all bytes in hexadecimal; undefined where they would have to travel first (a remote file). */
  sha256(): Promise<string | undefined>;
  /** True where `sha256` repeats what a server says of the file and nobody has checked it. */
  readonly hashIsClaimed?: boolean;
}

/** What a study records of a file's hash: null where it is not known, and whether it was only claimed. */
export async function recordedHash(source: ByteSource): Promise<{ sha256: string | null; sha256Claimed?: true }> {
  const sha256 = (await source.sha256()) ?? null;
  return { sha256, ...(sha256 !== null && source.hashIsClaimed ? { sha256Claimed: true as const } : {}) };
}

/** Bytes already in memory. `siblings` stand for the files beside it. */
export function memorySource(
  name: string,
  bytes: Uint8Array,
  siblings: ReadonlyMap<string, Uint8Array> = new Map(),
): ByteSource {
  return {
    name,
    byteLength: bytes.byteLength,
    read: async (start, end) => bytes.subarray(start, end),
    sibling: async (relativeName) => {
      const found = siblings.get(relativeName);
      return found && memorySource(relativeName, found, siblings);
    },
    sha256: () => sha256Hex(bytes),
  };
}

/** A browser `File`, or any Blob; siblings are the other files that were dropped with it. */
export function blobSource(name: string, blob: Blob, siblings: ReadonlyMap<string, Blob> = new Map()): ByteSource {
  return {
    name,
    byteLength: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
    sibling: async (relativeName) => {
      const found = siblings.get(relativeName);
      return found && blobSource(relativeName, found, siblings);
    },
    sha256: async () =>
      blob.size <= HASH_BLOCK_BYTES ? sha256Hex(new Uint8Array(await blob.arrayBuffer())) : sha256HexOf(blocksOf(blob)),
  };
}

/** Larger blobs are hashed in blocks: a browser gives no buffer for one of several gigabytes. */
const HASH_BLOCK_BYTES = 32 * 2 ** 20;

async function* blocksOf(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < blob.size; start += HASH_BLOCK_BYTES)
    yield new Uint8Array(await blob.slice(start, start + HASH_BLOCK_BYTES).arrayBuffer());
}
