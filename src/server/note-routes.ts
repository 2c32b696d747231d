import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { UsageError } from '../base/errors.ts';
import { errorResponse } from './error-response.ts';
import type { Saved, ServedStudy } from './served-study.ts';

/** What a person writes in the app and the server takes in; everything else only shows. */
const TAKEN_PATH = /^\/api\/(study|studies\/[^/]+)\/(notes|report|name)$/;

/** Whether something may be sent to an address. */
export function isTakenPath(path: string): boolean {
  return TAKEN_PATH.test(path);
}

/** Stops the reading of a body that is larger than any note. */
export const noteBodyLimit = limitOf(64 * 1024, 'A note', 'Keep longer texts in a file of your own.');

/** Stops the reading of a body that is larger than any pinned view. */
export const pinBodyLimit = limitOf(24 * 2 ** 20, 'A pinned view', 'Export a view that is so large as a file.');

function limitOf(maxSize: number, what: string, hint: string) {
  return bodyLimit({
    maxSize,
    onError: () => errorResponse(413, { code: 'LIMIT', message: `${what} may take at most ${maxSize} bytes.`, hint }),
  });
}

/** The notes of a study, `{ notes }`. */
export async function sendNotes(c: Context, study: ServedStudy): Promise<Response> {
  return c.json({ notes: await study.notes() }, 200, { 'Cache-Control': 'no-store' });
}

/** Takes `{ concept, name, note }` and answers with all notes. */
export function takeNote(c: Context, study: ServedStudy): Promise<Response> {
  return take(
    c,
    study,
    { what: 'note', title: 'Notes', file: 'concept-notes.json', unwritten: KEPT_HERE },
    async (value) => {
      const saved = await study.saveNote(value);
      return saved.written ? { written: true, value: { notes: saved.value } } : saved;
    },
  );
}

/** The views that were pinned for the report, `{ pins }`. */
export async function sendPins(c: Context, study: ServedStudy): Promise<Response> {
  return c.json({ pins: await study.pins() }, 200, { 'Cache-Control': 'no-store' });
}

/** Takes the change of one pin, and answers with all pins. */
export function takePinChange(c: Context, study: ServedStudy): Promise<Response> {
  return take(
    c,
    study,
    { what: 'pin', title: 'Pins', file: 'report-pins.json', unwritten: KEPT_HERE },
    async (value) => {
      const saved = await study.changePins(value);
      return saved.written ? { written: true, value: { pins: saved.value } } : saved;
    },
  );
}

/** Takes `{ name }`, the study's new one, and answers with it. */
export function takeName(c: Context, study: ServedStudy): Promise<Response> {
  const unwritten = 'A study can be renamed where its folder may be written to and no analysis is writing there.';
  return take(c, study, { what: 'name', title: 'Names', file: 'study.json', unwritten }, async (value) => {
    const saved = await study.rename(value);
    return saved.written ? { written: true, value: { name: saved.value } } : saved;
  });
}

/** What may be sent, and what is said of it in errors. */
interface Taken {
  what: string;
  title: string;
  /** The file of the study that has it. */
  file: string;
  /** What can be done where the study cannot be written to. */
  unwritten: string;
}

const KEPT_HERE = 'What was sent is kept in this browser instead; save it as a file to take it along.';

/**
 * Takes what a person wrote in the app. A page elsewhere can make a browser send a request here, but not with our origin,
 * nor as JSON without asking first, which this server never allows.
 */
async function take(
  c: Context,
  study: ServedStudy,
  { what, title, file, unwritten }: Taken,
  save: (value: unknown) => Promise<Saved<object>>,
): Promise<Response> {
  const origin = c.req.header('origin');
  if (origin !== `http://${c.req.header('host')}`)
    return errorResponse(403, {
      code: 'ORIGIN',
      message: `${title} are taken from this server's own page only, not from ${JSON.stringify(origin ?? 'an unknown page')}.`,
      hint: `A program that writes them can change ${file} in the study itself.`,
    });
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? ''))
    return errorResponse(415, {
      code: 'USAGE',
      message: `A ${what} is sent as JSON, with Content-Type: application/json.`,
    });
  const text = await c.req.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`The ${what} that was sent is not valid JSON.`, { cause });
  }
  const saved = await save(value);
  if (!saved.written)
    return errorResponse(403, {
      code: 'READ_ONLY',
      message: `${study.id}: the ${what} cannot be written (${saved.reason}).`,
      hint: unwritten,
    });
  return c.json(saved.value, 200, { 'Cache-Control': 'no-store' });
}
