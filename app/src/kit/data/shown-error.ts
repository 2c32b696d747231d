import { SemblanceError } from '#src/base/errors.ts';

/** An error as the page tells it. */
export interface ShownError {
  message: string;
  hint: string | undefined;
  file: string | undefined;
}

/** One that was not foreseen keeps its own words. */
export function shownError(error: unknown): ShownError {
  if (error instanceof SemblanceError) return { message: error.message, hint: error.hint, file: error.file };
  return { message: error instanceof Error ? error.message : String(error), hint: undefined, file: undefined };
}
