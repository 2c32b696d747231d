import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_PATH, type StudyManifest } from '../study/manifest.ts';
import { type StudySummary, summarise } from '../study/study-summary.ts';

/** What the server's list of studies says of one of them. */
export interface ServedSummary extends StudySummary {
  /** When it was last written, as ISO 8601. */
  changed: string;
  /** Bytes of its files. */
  bytes: number;
}

/** Sums up a study from its manifest and the sizes of its files. */
export async function summariseStudy(folder: string, manifest: StudyManifest): Promise<ServedSummary> {
  const sizes = await Promise.all(
    Object.keys(manifest.files).map((path) =>
      stat(join(folder, path)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  const written = await stat(join(folder, MANIFEST_PATH));
  return {
    ...summarise(manifest),
    changed: written.mtime.toISOString(),
    bytes: sizes.reduce((sum, size) => sum + size, written.size),
  };
}
