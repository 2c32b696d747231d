/** Exit codes of the command line; the same numbers in every command and in CI pipelines. */
export const EXIT_CODES = {
  ok: 0,
  internal: 1,
  usage: 2,
  unreadable: 3,
  incomparable: 4,
  missingRuntime: 5,
  thresholdNotMet: 6,
  interrupted: 130,
} as const;

export interface SemblanceErrorOptions {
  /** What the reader can do about it: one line, or several. */
  hint?: string | readonly string[];
  cause?: unknown;
  /** The file that the error is about, where one file is; a study's file by its path within the study. */
  file?: string;
}

/**
 * Base of every error that Semblance raises on purpose. The message names the file, the tensor or option, what was
 * expected and what was found; `hint` says the way out.
 */
export class SemblanceError extends Error {
  readonly code: string = 'SEMBLANCE';
  readonly exitCode: number = EXIT_CODES.internal;
  readonly hint: string | undefined;
  /** The lines of the hint; names within one make no further ones. */
  readonly hintLines: readonly string[];
  readonly file: string | undefined;

  constructor(message: string, options: SemblanceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    const { hint = [] } = options;
    this.hintLines = typeof hint === 'string' ? [hint] : hint;
    this.hint = options.hint === undefined ? undefined : this.hintLines.join('\n');
    this.file = options.file;
  }
}

/** The bytes do not follow their format. Permanent: the same file fails again. */
export class FormatError extends SemblanceError {
  override readonly code = 'FORMAT';
  override readonly exitCode = EXIT_CODES.unreadable;
}

/** A well-formed input that uses something this version does not read. */
export class UnsupportedError extends SemblanceError {
  override readonly code = 'UNSUPPORTED';
  override readonly exitCode = EXIT_CODES.unreadable;
}

/** Inputs that are each fine but cannot be compared with one another. */
export class IncomparableError extends SemblanceError {
  override readonly code = 'INCOMPARABLE';
  override readonly exitCode = EXIT_CODES.incomparable;
}

/** A runtime (onnxruntime-node, onnxruntime-web, sharp) is needed and cannot be loaded. */
export class MissingRuntimeError extends SemblanceError {
  override readonly code = 'MISSING_RUNTIME';
  override readonly exitCode = EXIT_CODES.missingRuntime;
}

/** A named limit that guards against hostile or mistaken input was passed. */
export class LimitError extends SemblanceError {
  override readonly code = 'LIMIT';
  override readonly exitCode = EXIT_CODES.unreadable;
}

/** The call itself is wrong: an unknown option, a value out of range. */
export class UsageError extends SemblanceError {
  override readonly code = 'USAGE';
  override readonly exitCode = EXIT_CODES.usage;
}

/** A file that does not exist, a server that does not answer: may succeed when tried again. */
export class SourceError extends SemblanceError {
  override readonly code = 'SOURCE';
  override readonly exitCode = EXIT_CODES.unreadable;
}
