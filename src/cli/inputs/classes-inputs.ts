import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { POPULATION_OPTIONS } from '../../analyses/classes/option-table.ts';
import type { ClassModelInput, PopulationFacts, ReferenceRequest } from '../../analyses/classes/options.ts';
import { NO_HEAD } from '../../analyses/classes/templates/load-template-models.ts';
import { memorySource } from '../../base/bytes/byte-source.ts';
import { SemblanceError, SourceError, UsageError } from '../../base/errors.ts';
import type { OptionValues } from '../../base/option-table.ts';
import { isHubReference } from '../../model-files/remote/hub-reference.ts';
import type { SemanticMeasure } from '../../semantics/semantic-similarity.ts';
import { oneOf } from '../arguments/flag-choice.ts';
import type { ClassModelArgument } from '../arguments/model-flags.ts';
import type { CliIo } from '../terminal/io.ts';
import { readLabelledPictures } from './labelled-pictures.ts';
import { readLabels } from './labels.ts';
import { namedSource } from './named-source.ts';

/** A population file as it is given in place of models. */
export function isPopulationFile(path: string): boolean {
  return /\.ya?ml$/i.test(path);
}

/** One model of the command line, opened: a path, https:// or hf:. Notes on remote files go to stderr. */
export async function readModel(
  argument: ClassModelArgument,
  { cwd = undefined as string | undefined, quiet = false },
  io: CliIo,
): Promise<ClassModelInput> {
  const { path, labels, head, name, weights, anchor } = argument;
  const folder = cwd ?? io.cwd;
  const source = await namedSource(path, { cwd: folder, quiet }, io);
  const shown = name ?? hubName(path);
  return {
    source,
    ...(shown === undefined ? {} : { name: shown }),
    ...(head === undefined ? {} : { head }),
    ...(weights === undefined ? {} : { weights: oneOf('weights', weights, ['raw', 'ema'] as const) }),
    ...(anchor === undefined ? {} : { anchor: anchorNumber(anchor) }),
    ...(labels === undefined ? {} : { labels: await readLabels(labels, folder) }),
    ...(argument.templates === undefined ? {} : await readTemplates(argument, argument.templates, io)),
  };
}

function anchorNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError(`--anchor must be a whole number of at least 1; found ${text}.`);
}

/** What `--templates` asks for: a folder or list of pictures to run the model on, or a file of features. */
async function readTemplates(
  argument: ClassModelArgument,
  value: string,
  io: CliIo,
): Promise<Pick<ClassModelInput, 'templates' | 'head'>> {
  if (!/\.(npy|npz|safetensors)$/i.test(value))
    return { templates: { kind: 'images', ...(await readLabelledPictures(argument, value, io)) } };
  const layer = argument['template-layer'];
  const features = await namedSource(value, { quiet: true }, io);
  // A file of features that is its own model has no classifier.
  const isModel = resolve(io.cwd, value) === resolve(io.cwd, argument.path);
  return {
    templates: { source: value, ...(layer === undefined ? {} : { layer }), kind: 'features', features },
    ...(isModel ? { head: NO_HEAD } : {}),
  };
}

/** Files on the hub are all called alike; the repository's name tells them apart. */
function hubName(path: string): string | undefined {
  return isHubReference(path) ? /^hf:[^/]+\/([^@:]+)/.exec(path)?.[1] : undefined;
}

/** Whether WordNet is among the references that `--reference` names. */
export function usesWordNet(values: readonly string[]): boolean {
  return values.length === 0 || values.includes('wordnet');
}

/** What `--reference` and `--measure` ask for. */
export async function readReferences(
  values: readonly string[],
  measure: SemanticMeasure,
  io: CliIo,
  idsFile?: string,
): Promise<ReferenceRequest[]> {
  const ids = idsFile === undefined ? undefined : { name: basename(idsFile), bytes: await readIdsFile(idsFile, io) };
  const arrays = values.filter((value) => /\.npy$/i.test(value));
  if (ids && arrays.length !== 1)
    throw new UsageError(
      `--reference-ids ${idsFile}: the ids are those of one .npy file of embeddings; --reference names ${arrays.length}.`,
    );
  if (values.length === 0) return [{ kind: 'wordnet', measure }];
  return Promise.all(
    values.map(async (value): Promise<ReferenceRequest> => {
      if (value === 'wordnet') return { kind: 'wordnet', measure };
      const path = resolve(io.cwd, value);
      try {
        return {
          kind: 'file',
          file: { name: basename(path), bytes: await readFile(path), ...(ids && value === arrays[0] ? { ids } : {}) },
        };
      } catch (cause) {
        throw new UsageError(`--reference ${value}: the file cannot be read.`, {
          cause,
          hint: 'Give a .npy or .csv file, or "wordnet".',
        });
      }
    }),
  );
}

async function readIdsFile(value: string, io: CliIo): Promise<Uint8Array> {
  try {
    return await readFile(resolve(io.cwd, value));
  } catch (cause) {
    throw new UsageError(`--reference-ids ${value}: the file cannot be read.`, { cause });
  }
}

/** What is asked of a population beside its file. */
export interface PopulationFlags extends Partial<OptionValues<typeof POPULATION_OPTIONS>> {
  strict: boolean;
  quiet: boolean;
}

/**
 * The members of a population file, each opened, and what is known of them. Paths are relative to the file. Unless
 * `strict`, a member that cannot be opened becomes an input that fails with the same message, so that it is reported
 * with those that fail later.
 */
export async function readPopulation(
  path: string,
  { strict, quiet, ...asked }: PopulationFlags,
  io: CliIo,
): Promise<{ inputs: ClassModelInput[]; facts: PopulationFacts }> {
  const file = resolve(io.cwd, path);
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    throw new SourceError(`${path}: cannot be read.`, { cause });
  }
  // Loaded only here: most calls need neither YAML nor the full schema library.
  const { parsePopulation } = await import('../../analyses/classes/population-file.ts');
  const population = parsePopulation(content, basename(path));
  const inputs: ClassModelInput[] = [];
  for (const { id, source, labels = population.labels, head } of population.models) {
    io.signal.throwIfAborted();
    const argument = {
      path: source,
      name: id,
      ...(labels === undefined ? {} : { labels }),
      ...(head === undefined ? {} : { head }),
    };
    try {
      inputs.push(await readModel(argument, { cwd: dirname(file), quiet }, io));
    } catch (error) {
      if (strict || !(error instanceof SemblanceError)) throw error;
      inputs.push({ name: id, source: failingSource(source, error) });
    }
  }
  const facts: PopulationFacts = {
    ...(population.name === undefined ? {} : { name: population.name }),
    members: population.models,
    ...asked,
  };
  return { inputs, facts };
}

/** A source that could not be opened: every read fails as the opening did. */
function failingSource(name: string, error: SemblanceError): ClassModelInput['source'] {
  return {
    ...memorySource(name, new Uint8Array(1)),
    read: () => Promise.reject(error),
    sha256: async () => undefined,
  };
}
