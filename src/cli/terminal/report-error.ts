import { EXIT_CODES, SemblanceError } from '../../base/errors.ts';
import { oneLine } from '../../base/one-line.ts';
import type { CliIo } from './io.ts';

/** Prints an error as a person reads it, or as one JSON object with --json; returns its exit code. */
export function reportError(error: unknown, io: CliIo, argv: readonly string[]): number {
  const known = error instanceof SemblanceError;
  const message = error instanceof Error ? error.message : String(error);
  const code = known ? error.exitCode : EXIT_CODES.internal;
  if (argv.includes('--json')) {
    const body = {
      code: known ? error.code : 'INTERNAL',
      message,
      ...(known && error.hint ? { hint: error.hint } : {}),
      ...(known && error.file ? { file: error.file } : {}),
    };
    io.stdout(`${JSON.stringify({ schemaVersion: 1, error: body })}\n`);
  }
  io.stderr(`${io.colors.red('error')} ${oneLine(message)}\n`);
  if (known && error.hint)
    io.stderr(`${io.colors.dim('hint')}  ${error.hintLines.map((line) => oneLine(line)).join('\n')}\n`);
  if (!known)
    io.stderr(
      `${io.colors.dim(error instanceof Error ? (error.stack ?? '') : '')}\nThis is a fault of Semblance; please report it.\n`,
    );
  return code;
}
