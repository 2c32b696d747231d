import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import { SourceError } from '../errors.ts';
import { oneLine } from '../one-line.ts';
import type { ByteSource } from './byte-source.ts';

const HASH_BLOCK_BYTES = 1 << 20;
/** Node reads at most 2³¹−1 bytes at a time and ends the process where more are asked for. */
const READ_BYTES = 1 << 30;

/**
 * A file on disk. Node only. Each read opens and closes the file, so a source holds no handle and needs no closing.
 * @throws SourceError when the path does not exist, is a folder or may not be read.
 */
export async function fileSource(path: string): Promise<ByteSource> {
  // Asked before it is opened: opening a named pipe waits for a writer that may never come.
  const found = await stat(path).catch((cause) => {
    throw new SourceError(`${path}: ${reason(cause)}`, { cause });
  });
  if (!found.isFile()) throw new SourceError(`${path}: is ${kindOf(found)}, where a file was expected.`);
  const byteLength = found.size;
  await (await openForReading(path)).close();
  let digest: Promise<string> | undefined;
  return {
    name: oneLine(basename(path)),
    byteLength,
    async read(start, end) {
      const file = await openForReading(path);
      try {
        return await readFully(file, path, start, end);
      } finally {
        await file.close();
      }
    },
    sha256: () => (digest ??= hashFile(path)),
    async sibling(relativeName) {
      const folder = dirname(path);
      const target = normalize(join(folder, relativeName));
      if (isAbsolute(relativeName) || !isWithin(folder, target))
        throw new SourceError(`${basename(path)}: refers to ${relativeName}, outside its own folder.`);
      await refuseLinkOut(path, target, relativeName);
      return fileSource(target).catch((error) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
    },
  };
}

function isWithin(folder: string, target: string): boolean {
  const inside = relative(folder, target);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

/** Where git-annex and DVC keep contents, each file in a folder of its own, with links in the folders of work. */
const CONTENT_STORE = /^.*\/(?:annex\/objects|\.dvc\/cache|files\/md5)\//;

/**
 * A link beside a model may lead to where the model itself lies, as in the caches of model hubs, whose files all link
 * into one folder, and into the store of contents that the model lies in; nowhere else.
 */
async function refuseLinkOut(path: string, target: string, relativeName: string): Promise<void> {
  const real = await realpath(target).catch(() => undefined);
  if (real === undefined) return;
  const model = await realpath(path);
  const homes = [await realpath(dirname(path)), dirname(model), CONTENT_STORE.exec(model)?.[0]];
  if (homes.some((home) => home !== undefined && isWithin(home, real))) return;
  throw new SourceError(`${basename(path)}: refers to ${relativeName}, a link that leads out of its folder.`, {
    hint: `Put the file itself beside ${basename(path)}, if you trust where the link leads.`,
  });
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a named pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (cause) {
    throw new SourceError(`${path}: ${reason(cause)}`, { cause });
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await openForReading(path);
  try {
    const block = new Uint8Array(HASH_BLOCK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(block, 0, block.length);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(block.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

async function readFully(file: FileHandle, path: string, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(bytes.length - done, READ_BYTES), start + done);
    if (bytesRead === 0)
      throw new SourceError(
        `${path}: ended at byte ${start + done} while bytes ${start} to ${end} were read; it became shorter.`,
      );
    done += bytesRead;
  }
  return bytes;
}

function isMissing(error: unknown): boolean {
  const code = ((error as Error)?.cause as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function reason(cause: unknown): string {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'no such file.';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read (permission denied).';
    case 'EISDIR':
      return 'is a folder, where a file was expected.';
    default:
      return `cannot be opened (${(cause as Error).message}).`;
  }
}
