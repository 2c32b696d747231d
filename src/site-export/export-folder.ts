import { join } from 'node:path';
import type { LongTask } from '../base/progress.ts';
import { folderStore } from '../study/folder-store.ts';
import { addToHead } from '../study/page/page-head.ts';
import { studyContents } from '../study/page/study-contents.ts';
import type { StudyStore } from '../study/store.ts';
import { readAppPage } from './app-page.ts';
import type { ExportResult } from './export-html.ts';
import { checkTarget, STATIC_POLICY, writeStaticFolder } from './static-folder.ts';

const FOLDER = { marker: 'semblance-export.json', kind: 'a folder that Semblance exported' };
const STUDY_FOLDER = 'study/';

export interface ExportFolderOptions extends LongTask {
  /** The built app (dist/app). */
  appFolder: string;
  /** Write into a folder that holds other things; what is there and not of the same name stays. */
  force?: boolean;
}

/**
 * Writes a study and the app that shows it as a folder of static files, for any web server. The study lies in `study/`
 * as it is on disk. An earlier export is replaced as a whole, so that a crash leaves the old one or the new one.
 * @throws UsageError when `out` is a file or a folder that holds other things, the errors of `readManifest` and
 *   `readStudyFile`, SourceError when the app was not built or `out` cannot be written.
 */
export async function exportFolder(
  study: StudyStore,
  out: string,
  options: ExportFolderOptions,
): Promise<ExportResult> {
  const state = await checkTarget(out, { ...FOLDER, force: options.force ?? false });
  const { manifest, files } = await studyContents(study, options);
  const page = addToHead(
    await readAppPage(join(options.appFolder, 'index.html')),
    `<meta name="generator" content="Semblance">\n<meta http-equiv="Content-Security-Policy" content="${STATIC_POLICY}">\n<meta name="semblance-study" content="${STUDY_FOLDER}">\n`,
    `${manifest.name} – Semblance`,
  );
  const contents = await appParts(options.appFolder);
  for (const [path, bytes] of files) contents.set(STUDY_FOLDER + path, bytes);
  contents.set('index.html', new TextEncoder().encode(page));
  const bytes = await writeStaticFolder(out, state, { ...FOLDER, contents }, options.signal);
  return { path: out, bytes, files: contents.size + 1 };
}

/** The files of the built app but for its page. */
export async function appParts(appFolder: string): Promise<Map<string, Uint8Array>> {
  const app = folderStore(appFolder);
  const contents = new Map<string, Uint8Array>();
  for (const path of await app.list()) if (path !== 'index.html') contents.set(path, (await app.read(path))!);
  return contents;
}
