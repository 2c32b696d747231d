import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { modelSource } from '../../model-files/remote/model-source.ts';
import type { CliIo } from '../terminal/io.ts';

/** What a path, https:// or hf: names. Notes on remote files go to stderr. */
export function namedSource(
  path: string,
  { cwd, quiet = false }: { cwd?: string; quiet?: boolean },
  io: CliIo,
): Promise<ByteSource> {
  return modelSource(path, {
    cwd: cwd ?? io.cwd,
    env: io.env,
    signal: io.signal,
    onNote: (note) => {
      if (!quiet) io.stderr(`${io.colors.dim(note)}\n`);
    },
  });
}
