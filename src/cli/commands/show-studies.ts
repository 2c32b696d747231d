import { once } from 'node:events';
import { printable } from '../../base/bytes/printable.ts';
import { SemblanceError } from '../../base/errors.ts';
import { isLoopback } from '../../server/host-check.ts';
import { folderStore } from '../../study/folder-store.ts';
import { readManifest } from '../../study/read-study.ts';
import type { ShowOptions } from '../arguments/show-flags.ts';
import { APP_FOLDER } from '../terminal/app-folders.ts';
import type { CliIo } from '../terminal/io.ts';
import { openBrowser } from '../terminal/open-browser.ts';

/** More studies than this are counted, not named. */
const SHOWN_NAMES = 4;

/**
 * Serves study folders until Ctrl+C, which is how showing ends and no failure. Prints the address, alone, on stdout.
 * @throws SourceError when a folder holds no study; a study that is broken is shown as a page that says how.
 */
export async function showStudies(
  folders: readonly string[],
  { home = false, ...options }: ShowOptions & { home?: boolean },
  io: CliIo,
): Promise<void> {
  const names = await Promise.all(folders.map((folder) => nameOrWarn(folder, io)));
  if (io.signal.aborted) return;
  // Loaded only here: commands that show nothing should not pay for a server.
  const { startServer } = await import('../../server/start-server.ts');
  const server = await startServer({
    studies: folders,
    appFolder: APP_FOLDER,
    port: options.port,
    host: options.host,
    onError: (error) => io.stderr(`${(error as Error).stack ?? error}\n`),
  });
  try {
    if (options.port !== 0 && server.port !== options.port)
      io.stderr(`Port ${options.port} is taken; this is ${server.port}.\n`);
    if (!isLoopback(options.host))
      io.stderr('Others who can reach this machine can open the address below, token included.\n');
    const shown = names.length > SHOWN_NAMES ? `${names.length} studies` : names.join(', ') || 'a place to drop models';
    io.stderr(`Showing ${shown}. Ctrl+C ends.\n`);
    const url = home && folders.length > 0 ? `${server.url}#/home` : server.url;
    io.stdout(`${url}\n`);
    if (options.open) openBrowser(url, io);
    if (!io.signal.aborted) await once(io.signal, 'abort');
  } finally {
    await server.close();
  }
}

async function nameOrWarn(folder: string, io: CliIo): Promise<string> {
  const store = folderStore(folder);
  try {
    return printable((await readManifest(store)).name);
  } catch (error) {
    if (!(error instanceof SemblanceError) || error.code === 'SOURCE') throw error;
    io.stderr(`${io.colors.yellow('warning')} ${error.message}\n`);
    if (error.hint) io.stderr(`${io.colors.dim('hint')}  ${error.hint}\n`);
    return folder;
  }
}
