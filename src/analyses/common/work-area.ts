import { memorySource } from '../../base/bytes/byte-source.ts';
import { openNpyArray } from '../../formats/npy/read-npy.ts';
import { encodeNpy } from '../../formats/npy/write-npy.ts';
import type { StudyStore } from '../../study/store.ts';

/**
 * Unfinished work beside a study: features and tiles of one analysis, so that it goes on where it was interrupted. No part
 * of the study: the manifest does not list it, and it is removed when the study is written.
 */
export interface WorkArea {
  readArray(path: string): Promise<Float32Array | Float64Array | undefined>;
  writeArray(path: string, data: Float32Array | Float64Array): Promise<void>;
  readBytes(path: string): Promise<Uint8Array | undefined>;
  writeBytes(path: string, bytes: Uint8Array): Promise<void>;
  readJson<T>(path: string): Promise<T | undefined>;
  writeJson(path: string, value: unknown): Promise<void>;
  /** Removes this work and that of any other analysis of the instrument. */
  clear(): Promise<void>;
}

/** Where in a study the unfinished work of an analysis lies. */
export function workFolder(instrument: string, inputsHash: string): string {
  return `work/${instrument}/${inputsHash.slice(0, 16)}`;
}

/** The work of an instrument's analysis with this hash of inputs and options. Files are written whole or not at all by the store. */
export function workArea(store: StudyStore, instrument: string, inputsHash: string): WorkArea {
  const own = workFolder(instrument, inputsHash);
  const place = (path: string): string => `${own}/${path}`;
  return {
    async readArray(path) {
      const bytes = await store.read(place(path));
      if (!bytes) return undefined;
      return (await (await openNpyArray(memorySource(path, bytes), 'array')).read()).data;
    },
    writeArray: (path, data) => store.write(place(path), encodeNpy(data)),
    readBytes: (path) => store.read(place(path)),
    writeBytes: (path, bytes) => store.write(place(path), bytes),
    async readJson<T>(path: string) {
      const bytes = await store.read(place(path));
      return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as T);
    },
    writeJson: (path, value) => store.write(place(path), new TextEncoder().encode(JSON.stringify(value))),
    async clear() {
      for (const path of await store.list(`work/${instrument}/`)) await store.remove(path);
    },
  };
}
