import { type ByteSource, memorySource } from '../base/bytes/byte-source.ts';
import { SourceError } from '../base/errors.ts';

/** A file of a run, as a listing shows it. */
export interface RunFile {
  /** Path within the run's folder, with forward slashes. */
  name: string;
  byteLength: number;
  /** When it was last written, in milliseconds; undefined where that is not known. */
  modified?: number;
}

/** The folder of a training run: on disk, dropped on a page, or in memory. */
export interface RunFolder {
  /** For messages and as the run's name when it has no other. */
  readonly name: string;
  /** Files of the folder and of the folders right below it. */
  list(): Promise<RunFile[]>;
  /** @throws SourceError when the file is not available. */
  open(name: string): Promise<ByteSource>;
}

/** Files in memory as a run's folder; what the map holds later is seen by later calls. */
export function memoryRunFolder(name: string, files: ReadonlyMap<string, Uint8Array>): RunFolder {
  return {
    name,
    list: async () => [...files].map(([file, bytes]) => ({ name: file, byteLength: bytes.byteLength })),
    open: async (file) => {
      const bytes = files.get(file);
      if (!bytes) throw new SourceError(`${name}: has no file ${file}.`);
      return memorySource(file, bytes, files);
    },
  };
}
