/** Keeps parts of remote files between runs, by what the files hold and not by where they were found. */
export interface RangeCache {
  /** Bytes [start, end) of the content named by `key`, when a part that holds them is kept. */
  get(key: string, start: number, end: number): Promise<Uint8Array | undefined>;
  /** Keeps bytes from `start` on. Never rejects: a full disk costs only the keeping. */
  put(key: string, start: number, bytes: Uint8Array): Promise<void>;
}
