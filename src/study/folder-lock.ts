import { readFileSync, rmdirSync, rmSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { SourceError } from '../base/errors.ts';
import { makeFolder } from './make-folder.ts';

/** Hidden, and no part of the study: the manifest does not list it. */
export const LOCK_FILE = '.semblance-lock';

interface Holder {
  pid: number;
  host: string;
  since: string;
}

/**
 * Keeps others from analysing into a folder until the lock is released or this process ends: two analyses at once would
 * each write a manifest without the other's section. A lock whose process is gone counts for nothing.
 *
 * @returns releases the lock.
 * @throws SourceError where another process holds it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK_FILE);
  const own: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  await makeFolder(folder);
  for (;;) {
    try {
      await writeFile(path, JSON.stringify(own), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new SourceError(`${folder}: cannot be written (${(error as Error).message}).`, {
          cause: error,
          hint: 'Check that the folder may be written to and that the disk is not full.',
        });
    }
    const holder = await readHolder(path);
    if (holder && isAlive(holder))
      throw new SourceError(
        `${folder}: another analysis is writing here (process ${holder.pid}${holder.host === own.host ? '' : ` on ${holder.host}`}, since ${holder.since}).`,
        { hint: 'Wait until it has ended, or choose another folder with --out.' },
      );
    await rm(path, { force: true });
  }
  const onExit = (): void => {
    if (!isOwn(path)) return;
    rmSync(path, { force: true });
    removeIfEmpty(folder);
  };
  process.once('exit', onExit);
  return async () => {
    process.off('exit', onExit);
    await rm(path, { force: true });
    removeIfEmpty(folder);
  };
}

/** A folder that was made for an analysis that wrote nothing. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something is in it, as there should be.
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const { pid, host, since } = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder>;
    return Number.isSafeInteger(pid) && typeof host === 'string'
      ? { pid: pid!, host, since: String(since) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the holder still runs; of another machine that cannot be told, so it is believed. */
function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return !hasEnded(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether a process is over and only its parent has not looked yet, as in containers whose first process seldom looks. */
function hasEnded(pid: number): boolean {
  try {
    // The state follows the name, which is in parentheses and may hold anything.
    return /^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, ''));
  } catch {
    return false;
  }
}

function isOwn(path: string): boolean {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Holder).pid === process.pid;
  } catch {
    return false;
  }
}
