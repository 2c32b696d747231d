import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { printable } from '../../base/bytes/printable.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { eachMeasure } from '../../measures/class-similarity/alignment-measures/alignment-measures.ts';

const text = z.string().min(1);

const publishedSchema = z.strictObject({
  ...eachMeasure(() => z.optional(z.number())),
  mostSimilarPair: z.optional(z.tuple([text, text])),
});

const memberSchema = z.strictObject({
  /** Unique name of the model in reports. */
  id: text,
  /** A path (relative to this file), an https:// address, or hf:owner/name[@revision][:file]. */
  source: text,
  /** What its rows are; by default those of the whole population. */
  labels: z.optional(text),
  /** The tensor to take as the head, where the choice is not clear. */
  head: z.optional(text),
  /** Models of one family are expected to be alike. */
  family: z.optional(text),
  kind: z.optional(z.enum(['cnn', 'vit', 'hybrid'])),
  /** Number of weights. */
  parameters: z.optional(z.number().positive()),
  /** Test accuracy, in per cent or as a fraction, but alike for all. */
  accuracy: z.optional(z.number().min(0).max(100)),
  /** Further groups: column → value, such as "training: self-supervised"; networks are compared within and between. */
  columns: z.optional(z.record(text, z.union([text, z.number()]))),
  /** Values published elsewhere, to be set beside ours. */
  published: z.optional(publishedSchema),
});

const hasUniqueIds = (models: readonly { id: string }[]): boolean =>
  new Set(models.map(({ id }) => id)).size === models.length;

/** A table of models: `population.yaml`, or the same as JSON. */
const populationSchema = z.strictObject({
  name: z.optional(text),
  labels: z.optional(text),
  models: z.array(memberSchema).min(2).refine(hasUniqueIds, 'Two models have the same id'),
});

export type Population = z.infer<typeof populationSchema>;
export type PopulationMember = z.infer<typeof memberSchema>;

/** A population of 5,000 models takes a quarter of this. */
const MAX_CHARACTERS = 1_000_000;
const MAX_EMPTY_ENTRIES = 100;

/**
 * Reads a population from YAML or JSON text.
 * @param file Name of the file, for messages.
 * @throws FormatError naming the field that is wrong, what was expected and what was found.
 */
export function parsePopulation(content: string, file: string): Population {
  checkLimit(file, 'the number of characters', content.length, MAX_CHARACTERS);
  // Each is an error of its own to the parser, whose time grows with the square of their number.
  if ((content.match(/,\s*,/g) ?? []).length > MAX_EMPTY_ENTRIES)
    throw new FormatError(
      `${file}: is not valid YAML: more than ${MAX_EMPTY_ENTRIES} entries between commas are empty.`,
    );
  let value: unknown;
  try {
    value = parseYaml(content);
  } catch (cause) {
    throw new FormatError(`${file}: is not valid YAML: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
  const parsed = populationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const models = (value as { models?: { id?: unknown }[] } | null)?.models;
  const at = issue.path[0] === 'models' && typeof issue.path[1] === 'number' ? models?.[issue.path[1]]?.id : undefined;
  const where = issue.path.length === 0 ? 'the top level' : issue.path.join('.');
  throw new FormatError(
    `${file}: ${where}${typeof at === 'string' ? ` (${printable(at)})` : ''}: ${issue.message}.`.replace('..', '.'),
    {
      hint: 'docs/population.md shows the fields; docs/population.schema.json checks them in an editor.',
    },
  );
}

/** The JSON Schema of a population file, for editors; published as docs/population.schema.json. */
export function populationJsonSchema(): object {
  return { title: 'A population of models for semblance classes', ...z.toJSONSchema(populationSchema) };
}
