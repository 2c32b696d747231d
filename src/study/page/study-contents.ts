import type { LongTask } from '../../base/progress.ts';
import { encodeConceptNotes, readConceptNotes } from '../concepts/concept-notes.ts';
import { CONCEPT_NOTES_PATH } from '../concepts-section.ts';
import { MANIFEST_PATH, type StudyManifest } from '../manifest.ts';
import { encodeReportPins, REPORT_PINS_PATH, readReportPins } from '../pins/report-pins.ts';
import { parseManifest, readManifestBytes, readStudyFile } from '../read-study.ts';
import type { StudyStore } from '../store.ts';

/** A study as it is sent to someone. */
export interface StudyContents {
  manifest: StudyManifest;
  /**
   * The files that the manifest lists, sorted; behind them the notes of its concepts, where it has a section of them, the
   * pins of its report, though there be none, and study.json, which makes them a study.
   */
  files: Map<string, Uint8Array>;
}

/**
 * Reads all that a study consists of and nothing else in its folder. Each file is checked against its hash, so that no
 * broken study is sent on.
 * @throws The errors of `readManifest`, `readStudyFile` and `readConceptNotes`.
 */
export async function studyContents(study: StudyStore, { signal, onProgress }: LongTask = {}): Promise<StudyContents> {
  const manifestBytes = await readManifestBytes(study);
  const manifest = parseManifest(manifestBytes, study.name);
  const paths = Object.keys(manifest.files).sort();
  const files = new Map<string, Uint8Array>();
  for (const path of paths) {
    signal?.throwIfAborted();
    files.set(path, await readStudyFile(study, manifest, path));
    onProgress?.({ task: 'export', done: files.size, total: paths.length, unit: 'files' });
  }
  if (manifest.instruments.concepts) files.set(CONCEPT_NOTES_PATH, encodeConceptNotes(await readConceptNotes(study)));
  // Written even without any: a page on a plain web server would ask for it in vain.
  files.set(REPORT_PINS_PATH, encodeReportPins(await readReportPins(study)));
  files.set(MANIFEST_PATH, manifestBytes);
  return { manifest, files };
}
