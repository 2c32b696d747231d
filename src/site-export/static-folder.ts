import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SourceError, UsageError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { folderStore } from '../study/folder-store.ts';

/** What a page in a folder of static files may do: load what lies beside it, and nothing else. */
export const STATIC_POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'";

/** A folder of static files that is to be written. */
export interface StaticFolder {
  /** All files by their paths; the page comes last, so that no page points at what is not there yet. */
  contents: ReadonlyMap<string, Uint8Array>;
  /** The file that marks such a folder as ours, so that only such a one is replaced. */
  marker: string;
  /** What the folder is, for messages: "a folder that Semblance exported". */
  kind: string;
}

export type TargetState = 'absent' | 'empty' | 'own' | 'other';

/**
 * Looks at the folder that is to be written, before any work is done.
 * @throws UsageError when `out` is a file, or a folder that holds other things and `force` is not set.
 */
export async function checkTarget(
  out: string,
  { marker, kind, force }: Pick<StaticFolder, 'marker' | 'kind'> & { force: boolean | 'never' },
): Promise<TargetState> {
  const state = await inspectTarget(out, marker);
  if (state === 'file')
    throw new UsageError(`${out}: is a file, where a folder to write was expected.`, {
      hint: force === 'never' ? 'Name a folder.' : 'Name a folder, or a file that ends in .html.',
    });
  if (state === 'other' && force !== true)
    throw new UsageError(`${out}: is not empty and is not ${kind}.`, {
      hint:
        force === 'never'
          ? 'Choose another folder, or an empty one.'
          : 'Choose another folder, or write into it with --force; what is there and not of the same name stays.',
    });
  return state;
}

/**
 * Writes the folder. One of its kind is replaced as a whole, so that a crash leaves the old one or the new one; into a
 * folder that holds other things the files are written one after another.
 * @returns how many bytes were written.
 * @throws SourceError when `out` cannot be written; the signal's reason when aborted.
 */
export async function writeStaticFolder(
  out: string,
  state: TargetState,
  { contents, marker }: StaticFolder,
  signal?: AbortSignal,
): Promise<number> {
  const mark = new TextEncoder().encode(`${JSON.stringify({ software: { name: 'semblance', version: VERSION } })}\n`);
  const all = new Map<string, Uint8Array>([[marker, mark], ...contents]);
  try {
    if (state === 'other') await writeAll(out, all, signal);
    else await replaceFolder(out, all, signal);
  } catch (cause) {
    if (cause instanceof Error && cause.name !== 'AbortError' && 'syscall' in cause)
      throw new SourceError(`${out}: cannot be written (${cause.message}).`, { cause });
    throw cause;
  }
  return [...all.values()].reduce((sum, part) => sum + part.length, 0);
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

async function inspectTarget(out: string, marker: string): Promise<TargetState | 'file'> {
  const found = await stat(out).catch(() => undefined);
  if (!found) return 'absent';
  if (!found.isDirectory()) return 'file';
  if ((await readdir(out)).length === 0) return 'empty';
  try {
    const mark = JSON.parse(await readFile(join(out, marker), 'utf8'));
    return mark?.software?.name === 'semblance' ? 'own' : 'other';
  } catch {
    return 'other';
  }
}
