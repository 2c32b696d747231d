import { open, stat } from 'node:fs/promises';
import { SourceError, UsageError } from '../base/errors.ts';
import type { LongTask } from '../base/progress.ts';
import { writeAtomically } from '../study/folder-store.ts';
import { studyContents } from '../study/page/study-contents.ts';
import { PAGE_MARK, studyPage } from '../study/page/study-page.ts';
import type { StudyStore } from '../study/store.ts';
import { readAppPage } from './app-page.ts';

export interface ExportHtmlOptions extends LongTask {
  /** The single-file build of the app (dist/app-single/index.html). */
  template: string;
  /** Write over a file that is not an export. */
  force?: boolean;
}

/** What was written: its path, its size, and how many files of the study it carries. */
export interface ExportResult {
  path: string;
  bytes: number;
  files: number;
}

/**
 * Writes a study and the app that shows it as one HTML file, which needs no server and no network. Values are exact.
 * @throws UsageError when `out` is a folder or a file that is not an export, the errors of `readManifest` and
 *   `readStudyFile`, SourceError when the app was not built or `out` cannot be written.
 */
export async function exportHtml(study: StudyStore, out: string, options: ExportHtmlOptions): Promise<ExportResult> {
  await checkTarget(out, options.force ?? false);
  const contents = await studyContents(study, options);
  const parts: Buffer[] = [];
  for (const part of studyPage(await readAppPage(options.template), contents)) {
    options.signal?.throwIfAborted();
    parts.push(Buffer.from(part));
  }
  const bytes = Buffer.concat(parts);
  await writeAtomically(out, bytes).catch((cause: Error) => {
    throw new SourceError(`${out}: cannot be written (${cause.message}).`, { cause });
  });
  return { path: out, bytes: bytes.length, files: contents.files.size };
}

async function checkTarget(out: string, force: boolean): Promise<void> {
  const found = await stat(out).catch(() => undefined);
  if (!found) return;
  if (found.isDirectory())
    throw new UsageError(`${out}: is a folder, where a file to write was expected.`, {
      hint: 'End the path in a slash to export a folder, or name a file within it.',
    });
  if (force || found.size === 0) return;
  const handle = await open(out, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    if (buffer.toString('utf8', 0, bytesRead).includes(PAGE_MARK)) return;
  } finally {
    await handle.close();
  }
  throw new UsageError(`${out}: exists and is not a page that Semblance exported.`, {
    hint: 'Choose another name, or write over it with --force.',
  });
}
