import { readFile } from 'node:fs/promises';
import { SourceError } from '../base/errors.ts';

/**
 * Reads a built page of the app.
 * @throws SourceError when the app was not built.
 */
export async function readAppPage(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new SourceError(`${path}: the app that an export carries is not there.`, {
      cause,
      hint: 'In a checkout, build it with "npm run build"; an installed package that lacks it should be installed again.',
    });
  }
}
