import { UsageError } from '../base/errors.ts';

const MAX_PATH_LENGTH = 1024;

/**
 * Whether `path` may name a file within a study: relative, forward slashes, no empty, "." or ".." part, no backslash,
 * colon or control character, so that it stays within the study's folder on every system.
 */
export function isStudyPath(path: string): boolean {
  if (path.length === 0 || path.length > MAX_PATH_LENGTH) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being refused
  if (/[\u0000-\u001f\u007f\\:]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** Throws UsageError unless `path` stays within the study `store`. */
export function checkStudyPath(store: string, path: string): void {
  if (!isStudyPath(path))
    throw new UsageError(`${store}: ${JSON.stringify(path)} is not a path within a study.`, {
      hint: 'Paths in a study are relative, use forward slashes and have no "." or ".." in them.',
      file: path,
    });
}
