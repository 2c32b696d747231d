import * as z from 'zod/mini';
import { FormatError, UsageError } from '../../base/errors.ts';
import { CONCEPT_NOTES_PATH, type ConceptNote, type ConceptNotes, type ConceptsSection } from '../concepts-section.ts';
import type { StudyStore } from '../store.ts';

/** The longest name and note that a study keeps, in characters: a label, and a page of text. */
export const MAX_NOTE_NAME = 200;
export const MAX_NOTE_TEXT = 10_000;

const suggestionSchema = z.object({
  provider: z.string(),
  model: z.string(),
  prompt: z.string(),
  answer: z.string(),
  control: z.optional(
    z.object({
      answer: z.string(),
      agreement: z.nullable(z.number().check(z.minimum(0), z.maximum(1))),
      seed: z.int(),
      askedFirst: z.boolean(),
    }),
  ),
});

const notesSchema = z.record(
  z.string(),
  z.object({
    name: z.optional(z.string()),
    note: z.optional(z.string()),
    suggestion: z.optional(suggestionSchema),
  }),
);

/** What a person writes about a concept; an empty text takes the entry out. */
const writtenNoteSchema = z.object({
  name: z.string().check(z.maxLength(MAX_NOTE_NAME)),
  note: z.string().check(z.maxLength(MAX_NOTE_TEXT)),
});

export type WrittenNote = z.infer<typeof writtenNoteSchema>;

/** A note of one concept as the server takes it. */
const noteRequestSchema = z.extend(writtenNoteSchema, { concept: z.string() });

/** The name of a concept in the notes, in addresses and in lists: "class id/model 0 or 1/concept". */
export function conceptKey(classId: string, model: number, concept: number): string {
  return `${classId}/${model}/${concept}`;
}

/** Whether a section has the concept that a key names. */
function hasConcept(section: ConceptsSection, key: string): boolean {
  return section.classes.some(({ id, models }) =>
    models.some((owned, model) => owned?.concepts.some(({ index }) => conceptKey(id, model, index) === key)),
  );
}

/**
 * Reads the bytes of concept-notes.json. `study` names the study in errors.
 * @throws FormatError when they are not JSON or not as the schema says.
 */
export function parseConceptNotes(bytes: Uint8Array, study: string): ConceptNotes {
  const fail = (problem: string, cause?: unknown): FormatError =>
    new FormatError(`${study}: ${CONCEPT_NOTES_PATH} ${problem}.`, {
      cause,
      file: CONCEPT_NOTES_PATH,
      hint: `Mend the file by hand, or move it away; the study itself does not depend on it.`,
    });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw fail('is not valid JSON', cause);
  }
  const parsed = notesSchema.safeParse(value);
  if (parsed.success) return parsed.data as ConceptNotes;
  const issue = parsed.error.issues[0]!;
  const where = issue.path.length === 0 ? 'the top level' : issue.path.map(String).join(' → ');
  throw fail(`is not as its schema says at ${where}: ${issue.message}`);
}

/** The notes as bytes, sorted by concept, so that the same notes give the same file. */
export function encodeConceptNotes(notes: ConceptNotes): Uint8Array<ArrayBuffer> {
  const sorted = Object.fromEntries(Object.entries(notes).sort(([a], [b]) => (a < b ? -1 : 1)));
  return new TextEncoder().encode(`${JSON.stringify(sorted, null, 2)}\n`);
}

/** The notes of a study; none where the file is absent. Errors are those of `parseConceptNotes` and of the store. */
export async function readConceptNotes(store: StudyStore): Promise<ConceptNotes> {
  const bytes = await store.read(CONCEPT_NOTES_PATH);
  return bytes ? parseConceptNotes(bytes, store.name) : {};
}

/** Writes the notes beside the study's hashed files. */
export async function writeConceptNotes(store: StudyStore, notes: ConceptNotes): Promise<void> {
  await store.write(CONCEPT_NOTES_PATH, encodeConceptNotes(notes));
}

/** The notes with what a person wrote about one concept; a suggestion that is there stays. */
export function withWrittenNote(notes: ConceptNotes, key: string, written: WrittenNote): ConceptNotes {
  const name = written.name.trim();
  const note = written.note.trim();
  const suggestion = notes[key]?.suggestion;
  const entry: ConceptNote = {
    ...(name === '' ? {} : { name }),
    ...(note === '' ? {} : { note }),
    ...(suggestion ? { suggestion } : {}),
  };
  const rest = Object.fromEntries(Object.entries(notes).filter(([other]) => other !== key));
  return Object.keys(entry).length === 0 ? rest : { ...rest, [key]: entry };
}

/**
 * Checks a note that was sent: its shape, its lengths, and that the study has the concept.
 * @throws UsageError saying what is wrong with it.
 */
export function checkNoteRequest(value: unknown, section: ConceptsSection | undefined, study: string) {
  const parsed = noteRequestSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = issue.path.length === 0 ? 'it' : `its ${JSON.stringify(issue.path.join('.'))}`;
    throw new UsageError(`A note of a concept is not as it should be; ${field}: ${issue.message}.`, {
      hint: `Send { concept, name, note } as text: a name of at most ${MAX_NOTE_NAME} characters, a note of at most ${MAX_NOTE_TEXT}.`,
    });
  }
  const { concept } = parsed.data;
  if (!section || !hasConcept(section, concept))
    throw new UsageError(`${study}: there is no concept ${JSON.stringify(concept)} in this study.`, {
      hint: 'A concept is named by its class, its model (0 or 1) and its number, as in "cat/0/3".',
    });
  return parsed.data;
}
