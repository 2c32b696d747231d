import type { RunFile, RunFolder } from './run-folder.ts';

/** Tells which files of a growing folder may be read. */
export interface SettledFiles {
  /**
   * Takes a new listing and gives the files whose size and time are those of the listing before: nobody is writing them
   * any more, or has paused. A file seen for the first time is not among them.
   */
  observe(files: readonly RunFile[]): RunFile[];
}

/** @param settled files that need no second look, such as those that were there before the training went on */
export function settledFiles(settled: readonly RunFile[] = []): SettledFiles {
  let before = new Map(settled.map((file) => [file.name, signature(file)]));
  return {
    observe(files) {
      const now = new Map(files.map((file) => [file.name, signature(file)]));
      const same = files.filter((file) => before.get(file.name) === now.get(file.name));
      before = now;
      return same;
    },
  };
}

/** Changes when a file is written to. */
export function signature({ byteLength, modified }: RunFile): string {
  return `${byteLength} ${modified ?? ''}`;
}

/** A growing folder that shows only files whose size has settled, so that half-written ones are left for later. */
export function settledRunFolder(folder: RunFolder, settled: SettledFiles = settledFiles()): RunFolder {
  return { ...folder, list: async () => settled.observe(await folder.list()) };
}
