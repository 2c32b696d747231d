import { SemblanceError } from '#src/base/errors.ts';

/** An error as the page tells it. */
export interface ShownError {
  message: string;
  hint: string | undefined;
  file: string | undefined;
}

/** How browsers, and the loader of the page's code, say that something could not be fetched. */
const NOT_FETCHED =
  /dynamically imported module|importing a module script failed|unable to preload|failed to fetch|networkerror when|^load failed/i;
/** An option of the command line, which this page does not have. */
const OPTION = /(^|\s)--[a-z]/;

/** Part of the page itself is not where it was. */
export const UNREACHABLE: Readonly<ShownError> = {
  message: 'Part of this page cannot be loaded: the site was updated or is out of reach.',
  hint: 'Reload the page.',
  file: undefined,
};

/** One that was not foreseen keeps its own words. What to do with options is said to be about the command line. */
export function shownError(error: unknown): ShownError {
  if (error instanceof SemblanceError) {
    const { message, hint, file } = error;
    return { message, hint: hint !== undefined && OPTION.test(hint) ? `On the command line: ${hint}` : hint, file };
  }
  if (error instanceof Error && NOT_FETCHED.test(error.message)) return UNREACHABLE;
  return { message: error instanceof Error ? error.message : String(error), hint: undefined, file: undefined };
}
