import * as z from 'zod/mini';
import { UsageError } from '../base/errors.ts';
import { MANIFEST_PATH, type StudyManifest } from './manifest.ts';
import { readManifest } from './read-study.ts';
import { type StudyStore, whileLocked } from './store.ts';

/** The longest name of a study that a person gives it, in characters. */
export const MAX_STUDY_NAME = 200;

const requestSchema = z.strictObject({ name: z.string() });

/**
 * Checks `{ name }` as it was sent.
 * @returns the name, without spaces around it.
 * @throws UsageError when it is anything else, empty, too long, or has line breaks or control characters.
 */
export function checkStudyName(value: unknown): string {
  const name = requestSchema.safeParse(value).data?.name.trim();
  if (name === undefined || name === '' || name.length > MAX_STUDY_NAME || /[\p{Cc}\u2028\u2029]/u.test(name))
    throw new UsageError(`The name of a study is one line of 1 to ${MAX_STUDY_NAME} characters, sent as { name }.`);
  return name;
}

/**
 * Gives a study another name; nothing else of it changes.
 *
 * @throws SourceError where there is none, another process writes to it, or it cannot be written.
 */
export async function renameStudy(store: StudyStore, name: string): Promise<StudyManifest> {
  return whileLocked(store, async () => {
    const manifest = { ...(await readManifest(store)), name };
    await store.write(MANIFEST_PATH, new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
    return manifest;
  });
}
