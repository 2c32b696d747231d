import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { UsageError } from '../base/errors.ts';
import { errorResponse } from './error-response.ts';
import type { ServedStudy } from './served-study.ts';

/** More than a note of the greatest length takes in any script. */
const MAX_BODY_BYTES = 64 * 1024;
const NOTES_PATH = /^\/api\/(study|studies\/[^/]+)\/notes$/;

/** The one address that takes something in; everything else only shows. */
export function isNotesPath(path: string): boolean {
  return NOTES_PATH.test(path);
}

/** Stops the reading of a body that is larger than any note. */
export const noteBodyLimit = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () =>
    errorResponse(413, {
      code: 'LIMIT',
      message: `A note may take at most ${MAX_BODY_BYTES} bytes.`,
      hint: 'Keep longer texts in a file of your own.',
    }),
});

/** The notes of a study, `{ notes }`. */
export async function sendNotes(c: Context, study: ServedStudy): Promise<Response> {
  return c.json({ notes: await study.notes() }, 200, { 'Cache-Control': 'no-store' });
}

/**
 * Takes `{ concept, name, note }` and answers with all notes. A page elsewhere can make a browser send a request here,
 * but not with our origin, nor as JSON without asking first, which this server never allows.
 */
export async function takeNote(c: Context, study: ServedStudy): Promise<Response> {
  const origin = c.req.header('origin');
  if (origin !== `http://${c.req.header('host')}`)
    return errorResponse(403, {
      code: 'ORIGIN',
      message: `Notes are taken from this server's own page only, not from ${JSON.stringify(origin ?? 'an unknown page')}.`,
      hint: 'A program that writes notes can change concept-notes.json in the study itself.',
    });
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? ''))
    return errorResponse(415, {
      code: 'USAGE',
      message: 'A note is sent as JSON, with Content-Type: application/json.',
    });
  const text = await c.req.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError('The note that was sent is not valid JSON.', { cause });
  }
  const saved = await study.saveNote(value);
  if (!saved.written)
    return errorResponse(403, {
      code: 'READ_ONLY',
      message: `${study.id}: the note cannot be written (${saved.reason}).`,
      hint: 'Notes are kept in this browser instead; save them as a file to take them along.',
    });
  return c.json({ notes: saved.notes }, 200, { 'Cache-Control': 'no-store' });
}
