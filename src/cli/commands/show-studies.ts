import { once } from 'node:events';
import { type Command, InvalidArgumentError } from 'commander';
import { SemblanceError } from '../../base/errors.ts';
import { DEFAULT_PORT } from '../../server/default-port.ts';
import { isLoopback } from '../../server/host-check.ts';
import { folderStore } from '../../study/folder-store.ts';
import { readManifest } from '../../study/read-study.ts';
import { APP_FOLDER } from '../terminal/app-folders.ts';
import type { CliIo } from '../terminal/io.ts';
import { openBrowser } from '../terminal/open-browser.ts';

/** The options of every command that shows studies. */
export interface ShowOptions {
  port: number;
  host: string;
  /** Commander's negation: true unless --no-open was given. */
  open: boolean;
}

/** Adds the options that `showStudies` takes. */
export function addShowOptions(command: Command): Command {
  return command
    .option('--port <n>', 'port to begin with; the next free one is taken, 0 means any', parsePort, DEFAULT_PORT)
    .option('--host <host>', 'address to listen on; others than this machine need the token in the URL', '127.0.0.1')
    .option('--no-open', 'do not open a browser');
}

/**
 * Serves study folders until Ctrl+C, which is how showing ends and no failure. Prints the address, alone, on stdout.
 * @throws SourceError when a folder holds no study; a study that is broken is shown as a page that says how.
 */
export async function showStudies(folders: readonly string[], options: ShowOptions, io: CliIo): Promise<void> {
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
    io.stderr(`Showing ${names.join(', ')}. Ctrl+C ends.\n`);
    io.stdout(`${server.url}\n`);
    if (options.open) openBrowser(server.url, io);
    if (!io.signal.aborted) await once(io.signal, 'abort');
  } finally {
    await server.close();
  }
}

async function nameOrWarn(folder: string, io: CliIo): Promise<string> {
  const store = folderStore(folder);
  try {
    return (await readManifest(store)).name;
  } catch (error) {
    if (!(error instanceof SemblanceError) || error.code === 'SOURCE') throw error;
    io.stderr(`${io.colors.yellow('warning')} ${error.message}\n`);
    if (error.hint) io.stderr(`${io.colors.dim('hint')}  ${error.hint}\n`);
    return folder;
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  return port;
}
