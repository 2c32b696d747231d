import type { createColors } from 'picocolors';
import { EXIT_CODES } from '../../base/errors.ts';
import { ownColors, terminalText } from './escapes.ts';

/** Colours that may or may not be switched on. */
export type Colors = ReturnType<typeof createColors>;

/** Where a command reads from and writes to. stdout is the result, stderr is talk; tests pass their own. */
export interface CliIo {
  stdout(text: string): void;
  stderr(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** stdout and stderr are a person's terminal. */
  readonly isTerminal: boolean;
  /** Terminal width in columns. */
  readonly columns: number;
  readonly colors: Colors;
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
}

/** Colour only where a person reads it: NO_COLOR, --no-color, TERM=dumb and pipes switch it off, FORCE_COLOR on. */
function wantsColor(env: CliIo['env'], argv: readonly string[], isTerminal: boolean): boolean {
  if (argv.includes('--no-color') || (env.NO_COLOR ?? '') !== '') return false;
  if ((env.FORCE_COLOR ?? '') !== '' && env.FORCE_COLOR !== '0') return true;
  return isTerminal && env.TERM !== 'dumb';
}

/**
 * The streams and environment of this process.
 *
 * @param signal Aborted when the command should come to its end.
 */
export function processIo(argv: readonly string[], signal: AbortSignal): CliIo {
  // Whoever read the output has seen enough, as with "| head".
  const closed = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT_CODES.ok);
  };
  process.stdout.on('error', closed);
  const isTerminal = Boolean(process.stdout.isTTY && process.stderr.isTTY);
  return {
    stdout: (text) => void process.stdout.write(terminalText(text)),
    stderr: (text) => void process.stderr.write(terminalText(text)),
    env: process.env,
    cwd: process.cwd(),
    isTerminal,
    columns: process.stdout.columns || 100,
    colors: ownColors(wantsColor(process.env, argv, isTerminal)),
    signal,
  };
}
