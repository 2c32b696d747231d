import * as z from 'zod/mini';
import { FormatError } from '../../base/errors.ts';
import type { StudyStore } from '../store.ts';

/** Views that a reader pinned, beside the study's hashed files: what is in it is the reader's own. */
export const REPORT_PINS_PATH = 'report-pins.json';

/** The most that a study keeps: pins, characters of a title and of a caption, of a picture's SVG and of all of these. */
export const PIN_LIMITS = { pins: 60, title: 200, caption: 5000, svg: 4_000_000, svgs: 48_000_000 } as const;

/** The schema of one pin. */
export const pinSchema = z.object({
  /** Unique among the pins. */
  id: z.string().check(z.regex(/^[\w-]{1,40}$/)),
  title: z.string().check(z.maxLength(PIN_LIMITS.title)),
  /** What the reader wrote below the picture. */
  caption: z.string().check(z.maxLength(PIN_LIMITS.caption)),
  /** The view in the app, such as "#/classes/map?cell=3,4". */
  address: z.string().check(z.regex(/^#\/[^\s]{0,2000}$/)),
  /** The view as it stood. It is shown as a picture only, in which nothing runs. */
  svg: z.string().check(z.maxLength(PIN_LIMITS.svg), z.startsWith('<svg')),
});

const pinsSchema = z.object({
  schemaVersion: z.literal(1),
  pins: z.array(pinSchema).check(z.maxLength(PIN_LIMITS.pins)),
});

/** A view as it stood when it was pinned. */
export type ReportPin = z.infer<typeof pinSchema>;

/**
 * Reads the bytes of report-pins.json. `study` names the study in errors.
 * @throws FormatError when they are not JSON or not as the schema says.
 */
export function parseReportPins(bytes: Uint8Array, study: string): ReportPin[] {
  const fail = (problem: string, cause?: unknown): FormatError =>
    new FormatError(`${study}: ${REPORT_PINS_PATH} ${problem}.`, {
      cause,
      file: REPORT_PINS_PATH,
      hint: 'Mend the file by hand, or move it away; the study itself does not depend on it.',
    });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw fail('is not valid JSON', cause);
  }
  const problem = problemOf(value);
  if (problem !== undefined) throw fail(`is not as its schema says: ${problem}`);
  return (value as z.infer<typeof pinsSchema>).pins;
}

function problemOf(value: unknown): string | undefined {
  const parsed = pinsSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    return `${issue.path.length === 0 ? 'the top level' : issue.path.map(String).join(' → ')}: ${issue.message}`;
  }
  const ids = parsed.data.pins.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  return twice === undefined ? undefined : `two pins have the id ${JSON.stringify(twice)}`;
}

/** The pins of a study; none where the file is absent. Errors are those of `parseReportPins` and of the store. */
export async function readReportPins(store: StudyStore): Promise<ReportPin[]> {
  const bytes = await store.read(REPORT_PINS_PATH);
  return bytes ? parseReportPins(bytes, store.name) : [];
}

/** The pins as bytes. */
export function encodeReportPins(pins: readonly ReportPin[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify({ schemaVersion: 1, pins }, null, 2)}\n`);
}

/** Writes the pins beside the study's hashed files. */
export async function writeReportPins(store: StudyStore, pins: readonly ReportPin[]): Promise<void> {
  await store.write(REPORT_PINS_PATH, encodeReportPins(pins));
}
