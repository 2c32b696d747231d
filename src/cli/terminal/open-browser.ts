import { spawn } from 'node:child_process';
import type { CliIo } from './io.ts';

/**
 * The command that opens a page on this system, or undefined where there is no desktop to open one on: no terminal, CI,
 * Linux without a display, a remote shell.
 */
function browserCommand(
  url: string,
  io: Pick<CliIo, 'env' | 'isTerminal'>,
  platform: NodeJS.Platform = process.platform,
): { command: string; args: string[] } | undefined {
  const { env } = io;
  if (!io.isTerminal || env.CI) return undefined;
  const hasDisplay = Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
  if (env.SSH_CONNECTION && !hasDisplay) return undefined;
  if (env.BROWSER === 'none') return undefined;
  if (env.BROWSER) return { command: env.BROWSER, args: [url] };
  if (platform === 'darwin') return { command: 'open', args: [url] };
  // Not "start", whose shell takes characters of the address for its own.
  if (platform === 'win32') return { command: 'rundll32', args: ['url.dll,FileProtocolHandler', url] };
  return hasDisplay ? { command: 'xdg-open', args: [url] } : undefined;
}

/** Opens a page in the person's browser where that can be done. Never fails: the address is printed anyway. */
export function openBrowser(url: string, io: Pick<CliIo, 'env' | 'isTerminal'>): void {
  const found = browserCommand(url, io);
  if (!found) return;
  try {
    const child = spawn(found.command, found.args, { stdio: 'ignore', detached: true });
    child.on('error', () => {});
    child.unref();
  } catch {
    // Some systems report a command that is not there by throwing.
  }
}
