import { SourceError } from '../base/errors.ts';
import { sha256Hex } from '../base/sha256.ts';
import { VERSION } from '../base/version.ts';
import { MANIFEST_PATH, SCHEMA_VERSION, type StudyManifest } from './manifest.ts';
import { readManifest } from './read-study.ts';
import type { StudyStore } from './store.ts';

/** The instruments that a study can hold, by the name of their section. */
export type InstrumentName = keyof StudyManifest['instruments'];

export interface SectionContent<K extends InstrumentName> {
  instrument: K;
  /** Name of the study; kept when the study already has one. */
  studyName: string;
  inputsHash: string;
  /** Files of the section by their path within it, such as "models/a/ncsm.npy". */
  files: ReadonlyMap<string, Uint8Array>;
  /** The manifest's section, given where in the study a file of the section lies. */
  describe(locate: (path: string) => string): NonNullable<StudyManifest['instruments'][K]>;
}

/**
 * Writes one instrument's section into a study, new or existing, and leaves other sections alone. All files are there
 * before the manifest names them, and files of an older section go only after it has stopped naming them, so that
 * whoever reads, and whatever interrupts, sees the old study or the new one.
 */
export async function writeSection<K extends InstrumentName>(
  store: StudyStore,
  content: SectionContent<K>,
): Promise<StudyManifest> {
  const before = await existingManifest(store);
  const used = before ? Object.keys(before.files) : [];
  // Where an older section occupies the plain folder, the new one gets a folder of its own.
  const plain = `${content.instrument}/`;
  const prefix = used.some((path) => path.startsWith(plain))
    ? `${content.instrument}-${content.inputsHash.slice(0, 8)}/`
    : plain;
  const locate = (path: string): string => prefix + path;

  const files: Record<string, string> = {};
  for (const path of used) if (!belongsTo(path, content.instrument)) files[path] = before!.files[path]!;
  for (const [path, bytes] of content.files) {
    await store.write(locate(path), bytes);
    files[locate(path)] = await sha256Hex(bytes);
  }
  const manifest: StudyManifest = {
    schemaVersion: SCHEMA_VERSION,
    software: { name: 'semblance', version: VERSION },
    name: before?.name ?? content.studyName,
    instruments: { ...before?.instruments, [content.instrument]: content.describe(locate) },
    files: Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  await store.write(MANIFEST_PATH, new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
  for (const path of used) if (!(path in files)) await store.remove(path);
  return manifest;
}

function belongsTo(path: string, instrument: string): boolean {
  const folder = path.split('/')[0]!;
  return (
    folder === instrument ||
    (folder.startsWith(`${instrument}-`) && /^[0-9a-f]{8}$/.test(folder.slice(instrument.length + 1)))
  );
}

/** The manifest that is there, if one is. A newer one is never overwritten: reading it throws. */
async function existingManifest(store: StudyStore): Promise<StudyManifest | undefined> {
  try {
    return await readManifest(store);
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}

/** True when every file that the manifest lists is there with its hash. */
export async function isComplete(store: StudyStore, manifest: StudyManifest): Promise<boolean> {
  for (const [path, hash] of Object.entries(manifest.files)) {
    const bytes = await store.read(path);
    if (!bytes || (await sha256Hex(bytes)) !== hash) return false;
  }
  return true;
}
