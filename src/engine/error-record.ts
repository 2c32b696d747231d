import * as errors from '../base/errors.ts';

/** An error as plain data. */
export interface ErrorRecord {
  name: string;
  message: string;
  hint?: string;
  stack?: string;
}

export function recordError(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const record: ErrorRecord = { name: error.name, message: error.message };
  if (error instanceof errors.SemblanceError && error.hint !== undefined) record.hint = error.hint;
  if (error.stack !== undefined) record.stack = error.stack;
  return record;
}

const CLASSES: Record<string, new (message: string, options: errors.SemblanceErrorOptions) => Error> = {
  SemblanceError: errors.SemblanceError,
  FormatError: errors.FormatError,
  UnsupportedError: errors.UnsupportedError,
  IncomparableError: errors.IncomparableError,
  MissingRuntimeError: errors.MissingRuntimeError,
  LimitError: errors.LimitError,
  UsageError: errors.UsageError,
  SourceError: errors.SourceError,
};

/** The error that a record was made of, with its class where it is one of ours. */
export function reviveError({ name, message, hint, stack }: ErrorRecord): Error {
  const Class = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  const error = Class ? new Class(message, hint === undefined ? {} : { hint }) : new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
