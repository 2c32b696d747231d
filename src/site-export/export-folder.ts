import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SourceError, UsageError } from '../base/errors.ts';
import type { LongTask } from '../base/progress.ts';
import { VERSION } from '../base/version.ts';
import { folderStore } from '../study/folder-store.ts';
import type { StudyStore } from '../study/store.ts';
import { addToHead, readAppPage } from './app-page.ts';
import type { ExportResult } from './export-html.ts';
import { studyContents } from './study-contents.ts';

/** Lies in an exported folder, so that only such a folder is replaced. */
const MARKER = 'semblance-export.json';
const STUDY_FOLDER = 'study/';
/** The page may load what lies beside it and nothing else. */
const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'";

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
  const target = await inspectTarget(out);
  if (target === 'other' && !options.force)
    throw new UsageError(`${out}: is not empty and is not a folder that Semblance exported.`, {
      hint: 'Choose another folder, or write into it with --force; what is there and not of the same name stays.',
    });
  const { manifest, files } = await studyContents(study, options);
  const contents = await siteFiles(options.appFolder, `${manifest.name} – Semblance`, files);

  let bytes = 0;
  for (const part of contents.values()) bytes += part.length;
  try {
    if (target === 'absent' || target === 'export') await replaceFolder(out, contents, options.signal);
    else await writeAll(out, contents, options.signal);
  } catch (cause) {
    if (cause instanceof Error && cause.name !== 'AbortError' && 'syscall' in cause)
      throw new SourceError(`${out}: cannot be written (${cause.message}).`, { cause });
    throw cause;
  }
  return { path: out, bytes, files: contents.size };
}

/** Everything in the folder; the page comes last, so that no page points at what is not there yet. */
async function siteFiles(
  appFolder: string,
  title: string,
  study: ReadonlyMap<string, Uint8Array>,
): Promise<Map<string, Uint8Array>> {
  const page = addToHead(
    await readAppPage(join(appFolder, 'index.html')),
    `<meta name="generator" content="Semblance">\n<meta http-equiv="Content-Security-Policy" content="${POLICY}">\n<meta name="semblance-study" content="${STUDY_FOLDER}">\n`,
    title,
  );
  const app = folderStore(appFolder);
  const contents = new Map<string, Uint8Array>();
  for (const path of await app.list()) if (path !== 'index.html') contents.set(path, (await app.read(path))!);
  for (const [path, bytes] of study) contents.set(STUDY_FOLDER + path, bytes);
  const encoder = new TextEncoder();
  contents.set(MARKER, encoder.encode(`${JSON.stringify({ software: { name: 'semblance', version: VERSION } })}\n`));
  contents.set('index.html', encoder.encode(page));
  return contents;
}

async function writeAll(
  folder: string,
  contents: ReadonlyMap<string, Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const store = folderStore(folder);
  for (const [path, bytes] of contents) {
    signal?.throwIfAborted();
    await store.write(path, bytes);
  }
}

/** Fills a new folder beside the target, then puts it in its place. */
async function replaceFolder(
  out: string,
  contents: ReadonlyMap<string, Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const target = resolve(out);
  const beside = join(dirname(target), `.${basename(target)}-${randomBytes(6).toString('hex')}`);
  const fresh = `${beside}.new`;
  const old = `${beside}.old`;
  try {
    await writeAll(fresh, contents, signal);
    await rename(target, old).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(fresh, target).catch(async (error) => {
      await rename(old, target).catch(() => {});
      throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
    if (await stat(target).catch(() => undefined)) await rm(old, { recursive: true, force: true });
  }
}

async function inspectTarget(out: string): Promise<'absent' | 'empty' | 'export' | 'other'> {
  const found = await stat(out).catch(() => undefined);
  if (!found) return 'absent';
  if (!found.isDirectory())
    throw new UsageError(`${out}: is a file, where a folder to write was expected.`, {
      hint: 'Name a folder, or a file that ends in .html.',
    });
  if ((await readdir(out)).length === 0) return 'empty';
  try {
    const marker = JSON.parse(await readFile(join(out, MARKER), 'utf8'));
    return marker?.software?.name === 'semblance' ? 'export' : 'other';
  } catch {
    return 'other';
  }
}
