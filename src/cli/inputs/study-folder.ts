import { join, resolve } from 'node:path';
import { folderStore } from '../../study/folder-store.ts';
import type { StudyPlace } from '../../study/store.ts';

/** Folder of studies below the working directory. */
export const STUDIES_FOLDER = 'semblance-studies';

/** Where a study goes without `--out`: its name and the first 8 digits of its inputs' hash. */
export function defaultStudyFolder(cwd: string, name: string, inputsHash: string): string {
  const plain = name.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'study';
  return join(cwd, STUDIES_FOLDER, `${plain}-${inputsHash.slice(0, 8)}`);
}

/** Where a command writes its study: the folder of `--out`, or one called by the name and the hash of the inputs. */
export function studyPlace(cwd: string, out: string | undefined, name: string): StudyPlace {
  return out === undefined
    ? (inputsHash) => folderStore(defaultStudyFolder(cwd, name, inputsHash))
    : folderStore(resolve(cwd, out));
}
