import { open, stat } from 'node:fs/promises';
import { SourceError, UsageError } from '../base/errors.ts';
import type { LongTask } from '../base/progress.ts';
import { embedStudyFile } from '../study/embedded-study.ts';
import { writeAtomically } from '../study/folder-store.ts';
import type { StudyStore } from '../study/store.ts';
import { addToHead, readAppPage } from './app-page.ts';
import { studyContents } from './study-contents.ts';

/** Where the single-file build of the app wants the study. */
const STUDY_PLACEHOLDER = '<!--semblance-study-->';
/** Tells a page of ours from someone's own, so that only ours is written over. */
const MARK = '<meta name="generator" content="Semblance">';
/** The page may use what is within it and nothing else; the browser sees to it that nothing is fetched or sent. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob: data:; worker-src blob: data:; style-src 'unsafe-inline'; img-src blob: data:; font-src data:; connect-src blob: data:";

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
  const { manifest, files } = await studyContents(study, options);
  const template = await readAppPage(options.template);
  const page = addToHead(
    template,
    `${MARK}\n<meta http-equiv="Content-Security-Policy" content="${POLICY}">\n`,
    `${manifest.name} – Semblance`,
  );
  const at = page.indexOf(STUDY_PLACEHOLDER);
  if (at < 0)
    throw new SourceError(`${options.template}: has no place for a study (${STUDY_PLACEHOLDER}); build it again.`);

  const parts = [page.slice(0, at)];
  for (const [path, bytes] of files) {
    options.signal?.throwIfAborted();
    parts.push(embedStudyFile(path, bytes));
  }
  parts.push(page.slice(at + STUDY_PLACEHOLDER.length));
  // Each part becomes bytes on its own: together they may be longer than a string can be.
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
  await writeAtomically(out, bytes).catch((cause: Error) => {
    throw new SourceError(`${out}: cannot be written (${cause.message}).`, { cause });
  });
  return { path: out, bytes: bytes.length, files: files.size };
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
    if (buffer.toString('utf8', 0, bytesRead).includes(MARK)) return;
  } finally {
    await handle.close();
  }
  throw new UsageError(`${out}: exists and is not a page that Semblance exported.`, {
    hint: 'Choose another name, or write over it with --force.',
  });
}
