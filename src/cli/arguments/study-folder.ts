import { join } from 'node:path';

/** Folder of studies below the working directory. */
export const STUDIES_FOLDER = 'semblance-studies';

/** Where a study goes without `--out`: its name and the first 8 digits of its inputs' hash. */
export function defaultStudyFolder(cwd: string, name: string, inputsHash: string): string {
  const plain = name.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'study';
  return join(cwd, STUDIES_FOLDER, `${plain}-${inputsHash.slice(0, 8)}`);
}
