import { canonicalJson } from '../base/canonical-json.ts';
import { SourceError } from '../base/errors.ts';
import { sha256Hex } from '../base/sha256.ts';
import { VERSION } from '../base/version.ts';
import { MANIFEST_PATH, SCHEMA_VERSION, type StudyManifest } from './manifest.ts';
import { readManifest } from './read-study.ts';
import type { StudyStore } from './store.ts';
import type { InstrumentName } from './write-section.ts';

/** What an analysis that grows a section adds to it. */
export interface SectionUpdate<K extends InstrumentName> {
  instrument: K;
  /** Name of the study; kept when the study already has one. */
  studyName: string;
  /** New files by a path within the section that tells what they are, such as "runs/a/curves.json". */
  files: ReadonlyMap<string, Uint8Array>;
  /** Files of the section, as the manifest names them, that stay as they are. */
  keep: Iterable<string>;
  /** The manifest's section, given where a new file lies. */
  describe(locate: (path: string) => string): NonNullable<StudyManifest['instruments'][K]>;
}

/**
 * Grows a section: writes what is new, keeps what is named, drops the rest. A file's name carries the beginning of its
 * hash, so that a new version never overwrites the one that the manifest still names: whoever reads, and whatever
 * interrupts, sees the old study or the new one. A manifest that would not change is not written.
 */
export async function updateSection<K extends InstrumentName>(
  store: StudyStore,
  update: SectionUpdate<K>,
): Promise<StudyManifest> {
  const before = await readManifest(store).catch((error) => {
    if (error instanceof SourceError) return undefined;
    throw error;
  });
  const { instrument } = update;
  const files: Record<string, string> = {};
  for (const [path, hash] of Object.entries(before?.files ?? {}))
    if (!path.startsWith(`${instrument}/`)) files[path] = hash;
  for (const path of update.keep) files[path] = before!.files[path]!;

  const places = new Map<string, string>();
  for (const [path, bytes] of update.files) {
    const hash = await sha256Hex(bytes);
    const dot = path.lastIndexOf('.');
    const place = `${instrument}/${path.slice(0, dot)}-${hash.slice(0, 8)}${path.slice(dot)}`;
    places.set(path, place);
    if (before?.files[place] !== hash) await store.write(place, bytes);
    files[place] = hash;
  }
  const manifest: StudyManifest = {
    schemaVersion: SCHEMA_VERSION,
    software: { name: 'semblance', version: VERSION },
    name: before?.name ?? update.studyName,
    instruments: { ...before?.instruments, [instrument]: update.describe((path) => places.get(path)!) },
    files: Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  if (!before || canonicalJson(manifest) !== canonicalJson(before))
    await store.write(MANIFEST_PATH, new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
  // Older versions, and what an interrupted update left behind.
  for (const path of await store.list(`${instrument}/`)) if (!(path in files)) await store.remove(path);
  return manifest;
}
