import { type Command, InvalidArgumentError } from 'commander';
import { DEFAULT_PORT } from '../../server/default-port.ts';

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

export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  return port;
}
