import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SourceError } from '../../base/errors.ts';
import { oneLine } from '../../base/one-line.ts';
import { MANIFEST_PATH } from '../../study/manifest.ts';
import type { CliIo } from '../terminal/io.ts';
import { studiesBelow } from './studies-below.ts';
import { STUDIES_FOLDER } from './study-folder.ts';

const MAKE_ONE = 'Make one with "semblance classes MODEL", or look at the sample with "semblance demo".';

/**
 * The folder of the study that a person means: a study's folder, its study.json, a folder of studies (then the newest
 * of them), or nothing (then the newest below ./semblance-studies).
 * @throws SourceError when there is none.
 */
export async function findStudy(path: string | undefined, io: CliIo): Promise<string> {
  if (path === undefined) {
    const newest = await newestStudy(join(io.cwd, STUDIES_FOLDER));
    if (newest) return newest.folder;
    throw new SourceError(`There is no study below ./${STUDIES_FOLDER}.`, { hint: MAKE_ONE });
  }
  const given = resolve(io.cwd, path);
  const found = await stat(given).catch(() => undefined);
  if (!found) throw new SourceError(`${path}: no such file or folder.`, { hint: MAKE_ONE });
  if (found.isFile()) {
    if (basename(given) === MANIFEST_PATH) return dirname(given);
    throw new SourceError(`${path}: is a file, where a study's folder was expected.`, { hint: MAKE_ONE });
  }
  if (await isStudy(given)) return given;
  const newest = await newestStudy(given);
  if (!newest) throw new SourceError(`${path}: is not a study; it has no ${MANIFEST_PATH}.`, { hint: MAKE_ONE });
  if (newest.count > 1)
    io.stderr(`${path} holds ${newest.count} studies; this is the newest, ${oneLine(basename(newest.folder))}.\n`);
  return newest.folder;
}

/**
 * The studies that `semblance open` shows, the one that `findStudy` finds first: for a folder of studies, and without a
 * path, the others follow, the newest first.
 * @throws SourceError when there is none, unless `orNone`.
 */
export async function findStudies(path: string | undefined, io: CliIo, { orNone = false } = {}): Promise<string[]> {
  const given = resolve(io.cwd, path ?? STUDIES_FOLDER);
  if (await isStudy(given)) return [given];
  const all = await studiesBelow(given);
  if (all.length > 0 || (orNone && path === undefined)) return all;
  return [await findStudy(path, io)];
}

async function isStudy(folder: string): Promise<boolean> {
  return stat(join(folder, MANIFEST_PATH)).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function newestStudy(parent: string): Promise<{ folder: string; count: number } | undefined> {
  const studies = await studiesBelow(parent);
  return studies[0] === undefined ? undefined : { folder: studies[0], count: studies.length };
}
