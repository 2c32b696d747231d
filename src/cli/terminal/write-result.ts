import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SourceError } from '../../base/errors.ts';

/**
 * Writes a file that a command was asked for.
 * @param file as it was typed, from the working folder `cwd`
 * @throws SourceError naming it where that fails
 */
export async function writeResult(file: string, content: string | Uint8Array, cwd: string): Promise<void> {
  await writeFile(resolve(cwd, file), content).catch((cause) => {
    throw new SourceError(`${file}: cannot be written (${(cause as Error).message}).`, { cause });
  });
}
