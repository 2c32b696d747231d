/**
 * Where a study is written: a folder in Node, memory in the browser. Paths are relative with forward slashes.
 * `write` is atomic: a reader sees the old bytes or the new ones, never a part.
 */
export interface StudyStore {
  /** For messages: the folder's path, or "memory". */
  readonly name: string;
  read(path: string): Promise<Uint8Array | undefined>;
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** All paths below `prefix`, sorted. */
  list(prefix?: string): Promise<string[]>;
  remove(path: string): Promise<void>;
  /**
   * Keeps others from analysing into the same place until what it gives back is called; absent where nobody else can.
   *
   * @throws SourceError where another process holds it.
   */
  lock?(): Promise<() => Promise<void>>;
}

/** What an analysis is of. */
export interface StudyInputs {
  /** Hash of models, pictures and options. */
  hash: string;
  /** SHA-256 of each picture; null for one that could not be read. Absent for an analysis without pictures. */
  images?: readonly (string | null)[];
}

/**
 * Where an analysis writes its study: a store, or what gives one once it is known what the analysis is of, since a folder is
 * called by that.
 */
export type StudyPlace = StudyStore | ((inputs: StudyInputs) => StudyStore | Promise<StudyStore>);

/** The store of a place. */
export async function storeAt(place: StudyPlace, inputs: StudyInputs): Promise<StudyStore> {
  return typeof place === 'function' ? place(inputs) : place;
}

/** Does work that writes a study while nobody else writes there. */
export async function whileLocked<T>(store: StudyStore, work: () => Promise<T>): Promise<T> {
  const release = await store.lock?.();
  try {
    return await work();
  } finally {
    await release?.();
  }
}

/** A store in memory, for the browser and for tests. */
export function memoryStore(files: Map<string, Uint8Array> = new Map()): StudyStore {
  return {
    name: 'memory',
    read: async (path) => files.get(path),
    write: async (path, bytes) => void files.set(path, bytes),
    list: async (prefix = '') => [...files.keys()].filter((path) => path.startsWith(prefix)).sort(),
    remove: async (path) => void files.delete(path),
  };
}
