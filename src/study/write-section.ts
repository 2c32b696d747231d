import { canonicalJson } from '../base/canonical-json.ts';
import { SourceError } from '../base/errors.ts';
import { sha256Hex } from '../base/sha256.ts';
import { VERSION } from '../base/version.ts';
import { MANIFEST_PATH, SCHEMA_VERSION, type StudyManifest } from './manifest.ts';
import { readManifest } from './read-study.ts';
import type { StudyStore } from './store.ts';

/** The instruments that a study can hold, by the name of their section. */
export type InstrumentName = keyof StudyManifest['instruments'];

/** What an analysis writes of its instrument. */
export interface SectionContent<K extends InstrumentName> {
  instrument: K;
  /** Name of the study; kept when the study already has one. */
  studyName: string;
  /** Files of the section by their path within it, such as "models/a/ncsm.npy". */
  files: ReadonlyMap<string, Uint8Array>;
  /**
   * Of a section that grows: files of it that are there, as the manifest names them, and stay as they are; all others go. Its
   * files are named with their hash, so that their names do not depend on how often it grew.
   */
  keep?: Iterable<string>;
  /** The manifest's section, given where in the study a file of the section lies. */
  describe(locate: (path: string) => string): NonNullable<StudyManifest['instruments'][K]>;
}

/**
 * Writes one instrument's section into a study, new or existing, and leaves other sections alone. A file lies under its
 * own name, or, where the manifest still names another version of it, under one with the beginning of its hash; all files
 * are there before the manifest names them, and old ones go only after it has stopped naming them. So whoever reads, and
 * whatever interrupts, sees the old study or the new one. What is there already is not written again.
 */
export async function writeSection<K extends InstrumentName>(
  store: StudyStore,
  content: SectionContent<K>,
): Promise<StudyManifest> {
  const { instrument } = content;
  const before = await existingManifest(store);
  const known = before?.files ?? {};
  const files: Record<string, string> = {};
  for (const [path, hash] of Object.entries(known)) if (!belongsTo(path, instrument)) files[path] = hash;
  for (const path of content.keep ?? []) files[path] = known[path]!;

  const places = new Map<string, string>();
  for (const [path, bytes] of content.files) {
    const hash = await sha256Hex(bytes);
    const plain = `${instrument}/${path}`;
    const place = !content.keep && (known[plain] ?? hash) === hash ? plain : withHash(plain, hash);
    places.set(path, place);
    if (known[place] !== hash) await store.write(place, bytes);
    files[place] = hash;
  }
  const manifest: StudyManifest = {
    schemaVersion: SCHEMA_VERSION,
    software: { name: 'semblance', version: VERSION },
    name: before?.name ?? content.studyName,
    instruments: { ...before?.instruments, [instrument]: content.describe((path) => places.get(path)!) },
    files: Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  if (!before || canonicalJson(manifest) !== canonicalJson(before))
    await store.write(MANIFEST_PATH, new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
  // Older versions, and what an interrupted analysis left behind.
  for (const path of await store.list(instrument))
    if (belongsTo(path, instrument) && !(path in files)) await store.remove(path);
  return manifest;
}

/** "a/b.npy" as "a/b-0123abcd.npy". */
function withHash(path: string, hash: string): string {
  const dot = path.lastIndexOf('.');
  return `${path.slice(0, dot)}-${hash.slice(0, 8)}${path.slice(dot)}`;
}

/** Whether a file lies in a folder of the instrument; earlier versions gave a second section a folder with its hash. */
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
