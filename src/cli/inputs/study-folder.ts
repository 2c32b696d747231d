import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { workFolder } from '../../analyses/common/work-area.ts';
import { type ByteSource, recordedHash } from '../../base/bytes/byte-source.ts';
import { folderStore } from '../../study/folder-store.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import { readManifest, readStudyTable } from '../../study/read-study.ts';
import type { StudyInputs, StudyPlace, StudyStore } from '../../study/store.ts';
import type { CliIo } from '../terminal/io.ts';
import { studiesBelow } from './studies-below.ts';

/** Folder of studies below the working directory. */
export const STUDIES_FOLDER = 'semblance-studies';

/** Instruments whose sections name the files of their models. */
type ModelInstrument = 'classes' | 'representations' | 'concepts' | 'atlas';

/** Where a study goes without `--out`: its name and the first 8 digits of its inputs' hash. */
export function defaultStudyFolder(cwd: string, name: string, inputsHash: string): string {
  const plain = name.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'study';
  return join(cwd, STUDIES_FOLDER, `${plain}-${inputsHash.slice(0, 8)}`);
}

export interface PlaceOptions {
  /** The folder of `--out`. */
  out?: string | undefined;
  quiet?: boolean;
  /** What a new study is called after. */
  name: string;
  instrument: ModelInstrument;
  models: readonly ByteSource[];
}

/**
 * Where a command writes its study: the folder of `--out`. Without one, the study that has other instruments on the same
 * models, and on the same pictures where both have some; else a new one, called by the name and the hash of the inputs.
 */
export function studyPlace({ out, quiet = false, name, instrument, models }: PlaceOptions, io: CliIo): StudyPlace {
  if (out !== undefined) return folderStore(resolve(io.cwd, out));
  return async (inputs) => {
    const own = defaultStudyFolder(io.cwd, name, inputs.hash);
    // It may hold what an interrupted run had done.
    if (existsSync(own)) return folderStore(own);
    const hashes = await Promise.all(models.map(async (model) => (await recordedHash(model)).sha256));
    const studies = await studiesBelow(join(io.cwd, STUDIES_FOLDER));
    const begun = studies.find((folder) => existsSync(join(folder, workFolder(instrument, inputs.hash))));
    if (begun !== undefined) return folderStore(begun);
    for (const folder of studies) {
      const store = folderStore(folder);
      const manifest = await readManifest(store).catch(() => undefined);
      if (!manifest || !isOfModels(manifest, hashes)) continue;
      const present = manifest.instruments[instrument];
      if (present?.inputsHash === inputs.hash) return store;
      // One that cannot be read whole is nobody's to join, nor one that another command writes to just now.
      if (present || !(await isOfPictures(manifest, store, inputs).catch(() => false)) || (await isLocked(store)))
        continue;
      const others = Object.keys(manifest.instruments).join(', ');
      if (!quiet)
        io.stderr(`Joins ${others} of the same models in ${relative(io.cwd, folder)}; --out keeps it apart.\n`);
      return store;
    }
    return folderStore(own);
  };
}

/** Whether all that a study holds is of these models, in whatever order. */
function isOfModels({ instruments }: StudyManifest, hashes: readonly (string | null)[]): boolean {
  if (hashes.length === 0 || hashes.includes(null) || instruments.training) return false;
  const wanted = [...hashes].sort().join();
  const sections = [instruments.classes, instruments.representations, instruments.concepts, instruments.atlas].filter(
    (found) => !!found,
  );
  return sections.every(
    ({ models }) =>
      models
        .map(({ sha256 }) => sha256)
        .sort()
        .join() === wanted,
  );
}

/** Whether the pictures of a study and those of new inputs are the same, or one's are a part of the other's. */
async function isOfPictures(manifest: StudyManifest, store: StudyStore, { images }: StudyInputs): Promise<boolean> {
  if (!images || images.length === 0) return true;
  const given = new Set(images);
  for (const section of [
    manifest.instruments.representations,
    manifest.instruments.concepts,
    manifest.instruments.atlas,
  ]) {
    if (!section) continue;
    const rows = await readStudyTable<{ id: string | null }>(store, manifest, section.images);
    const known = new Set(rows.map(({ id }) => id));
    const [few, many] = known.size < given.size ? [known, given] : [given, known];
    if (![...few].every((id) => id !== null && many.has(id))) return false;
  }
  return true;
}

async function isLocked(store: StudyStore): Promise<boolean> {
  const release = await store.lock?.().catch(() => undefined);
  await release?.();
  return release === undefined;
}

/** A model by the name that it was given, or that of its file. */
export function namedInput({ name, source }: { name?: string; source: ByteSource }): { name: string } {
  return { name: name ?? source.name.replace(/\.[^.]+$/, '') };
}
