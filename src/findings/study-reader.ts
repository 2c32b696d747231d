import type { StudyManifest } from '../study/manifest.ts';
import { readStudyJson, readStudyTable } from '../study/read-study.ts';
import type { StudyStore } from '../study/store.ts';

/** Reads tables and JSON files of a study by their paths. */
export interface StudyReader {
  table<T>(path: string): Promise<T[]>;
  json<T>(path: string): Promise<T>;
}

/** A reader of a study's files, which are checked against the manifest. Errors are those of `readStudyFile`. */
export function readerOf(store: StudyStore, manifest: StudyManifest): StudyReader {
  return {
    table: (path) => readStudyTable(store, manifest, path),
    json: (path) => readStudyJson(store, manifest, path),
  };
}
