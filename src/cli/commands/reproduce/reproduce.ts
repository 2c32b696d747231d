import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Population, PopulationMember } from '../../../analyses/classes/population-file.ts';
import { type PublishedCorrelation, publishedCorrelations } from '../../../analyses/classes/published-correlations.ts';
import { SemblanceError, UsageError } from '../../../base/errors.ts';
import { nearestName } from '../../../base/nearest-name.ts';
import { ALIGNMENT_MEASURE_LIST } from '../../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import type { TraitCorrelation } from '../../../measures/class-similarity/population/trait-correlation.ts';
import type { ClassesSection } from '../../../study/classes-section.ts';
import type { PopulationSection } from '../../../study/population-section.ts';
import { oneOf } from '../../arguments/flag-choice.ts';
import {
  addModelFlags,
  argumentsOf,
  type ModelArgument,
  type ModelFlags,
  PER_MODEL_HELP,
} from '../../arguments/per-model.ts';
import { readModel, readPopulation } from '../../inputs/classes-inputs.ts';
import { parseLandmarks } from '../../reports/training/landmarks.ts';
import { commandLine } from '../../terminal/command-line.ts';
import type { CliIo } from '../../terminal/io.ts';
import { type Column, formatTable, numberCell, numberColumn } from '../../terminal/table.ts';
import { type ClassesStudy, runClasses } from '../classes-run.ts';
import { reproduceTraining } from './reproduce-training.ts';

const RECIPES = fileURLToPath(new URL('../../../../recipes/', import.meta.url));

interface Flags {
  offline: boolean;
  out?: string;
  json: boolean;
  quiet: boolean;
}

/** The flags of one model of one's own. */
const OWN_MODEL_FLAGS = {
  labels: { value: '<set|file>', help: 'what the rows of the head are (default: those of the recipe)' },
  head: { value: '<tensor>', help: 'which tensor is the head, where it is not clear' },
  name: { value: '<name>', help: 'name of the model in reports' },
  accuracy: { value: '<percent>', help: 'its test accuracy' },
  parameters: { value: '<n>', help: 'its number of weights, such as 25.6e6' },
  kind: { value: '<cnn|vit|hybrid>', help: 'what it is' },
  family: { value: '<name>', help: 'the family that it is of' },
} as const satisfies ModelFlags;
type OwnModel = ModelArgument<typeof OWN_MODEL_FLAGS>;

const EXAMPLES = `
Models that cannot be reached are listed and the rest go on. With --offline no network is asked: the study holds the
published rows, and models of your own among them; correlations are of both.
${Object.keys(OWN_MODEL_FLAGS)
  .map((name) => `--${name}`)
  .join(', ')}
${PER_MODEL_HELP}

Examples:
  semblance reproduce ssad-2025
  semblance reproduce ssad-2025 --offline
  semblance reproduce ssad-2025 --offline mine.onnx --accuracy 76.1 --parameters 25.6e6 --kind cnn
  semblance reproduce dsi-2025 runs/mine                   phases and tables of the paper beside a run of yours
`;

export function addReproduceCommand(program: Command, io: CliIo): void {
  const command = program
    .command('reproduce')
    .description("Set a paper's published values beside its networks, your models or your training runs")
    .argument('<recipe>', 'name of a recipe, such as ssad-2025')
    .argument(
      '[models...]',
      'models of your own to stand among the published ones (with --offline), or training runs for dsi-2025',
    )
    .option('--offline', 'ask no server: published values only', false)
    .option('--out <folder>', 'where the study is written')
    .option('--json', 'print one JSON object', false)
    .option('-q, --quiet', 'no progress and no talk on stderr', false);
  const readModels = addModelFlags(command, OWN_MODEL_FLAGS);
  command.addHelpText('after', EXAMPLES).action(async (recipe: string, _models: string[], flags: Flags) => {
    const own = ownModels(readModels());
    const path = await recipePath(recipe);
    const content = await readFile(path, 'utf8');
    const line = commandLine('reproduce', argumentsOf(command), { cwd: io.cwd });
    const { parse } = await import('yaml');
    const value: unknown = parse(content);
    if (typeof value === 'object' && value !== null && 'landmarks' in value) {
      refuseTraits(own);
      if (flags.offline) throw new UsageError(`--offline has no effect: ${recipe} asks no server.`);
      if (own.length === 0 && flags.out !== undefined)
        throw new UsageError(`--out has no effect: without a run of your own ${recipe} makes no study.`);
      await reproduceTraining(parseLandmarks(value, `${recipe}.yaml`), own, flags, line, io);
      return;
    }
    if (own.length > 0 && !flags.offline)
      throw new UsageError(`${own[0]!.path}: models of your own stand among the published rows; add --offline.`);
    const { parsePopulation } = await import('../../../analyses/classes/population-file.ts');
    const population = parsePopulation(content, `${recipe}.yaml`);
    const study = flags.offline
      ? await runPublished(population, own, recipe, line, flags, io)
      : await runReachable(path, recipe, line, flags, io);
    const section = study?.manifest.instruments.classes;
    const correlations = publishedCorrelations(population.models);
    if (flags.json)
      io.stdout(`${JSON.stringify(reproductionJson(recipe, population, section, correlations, study), null, 2)}\n`);
    else io.stdout(reproductionReport(population, section, correlations, study, io));
  });
}

/** The models of one's own, without the recipe, whose flags are for all of them. */
function ownModels([recipe, ...models]: readonly OwnModel[]): OwnModel[] {
  const { path: _, name, ...forAll } = recipe!;
  const flag = Object.keys(forAll)[0];
  if (name !== undefined || (models.length === 0 && flag !== undefined))
    throw new UsageError(
      `--${name === undefined ? flag : 'name'} belongs to a model of your own${models.length === 0 ? ', and there is none' : '; put it behind that model'}.`,
    );
  return models.map((model) => ({ ...forAll, ...model }));
}

async function recipePath(name: string): Promise<string> {
  const known = (await readdir(RECIPES))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.replace(/\.yaml$/, ''));
  if (known.includes(name)) return join(RECIPES, `${name}.yaml`);
  const near = nearestName(
    name,
    known.map((recipe) => [recipe, recipe] as const),
  );
  throw new UsageError(`There is no recipe ${JSON.stringify(name)}.${near ? ` Did you mean ${near}?` : ''}`, {
    hint: `Known recipes: ${known.join(', ')}.`,
  });
}

/** Traits of networks say nothing of training runs. */
function refuseTraits(runs: readonly OwnModel[]): void {
  for (const run of runs)
    for (const flag of ['accuracy', 'parameters', 'kind', 'family'] as const)
      if (run[flag] !== undefined)
        throw new UsageError(`--${flag} is for models that stand among published ones; ${run.path} is a training run.`);
}

/** The study of the published rows, with models of one's own among them. */
async function runPublished(
  population: Population,
  own: readonly OwnModel[],
  recipe: string,
  line: string,
  flags: Flags,
  io: CliIo,
): Promise<ClassesStudy> {
  const labels = population.labels!;
  const inputs = await Promise.all(
    own.map(({ path, labels: said = labels, head, name }) =>
      readModel(
        { path, labels: said, ...(head === undefined ? {} : { head }), ...(name === undefined ? {} : { name }) },
        { quiet: flags.quiet },
        io,
      ),
    ),
  );
  const taken = new Set(population.models.map(({ id }) => id));
  const members = own.map((model, i): PopulationMember => {
    const id = inputs[i]!.name ?? inputs[i]!.source.name.replace(/\.[^.]+$/, '');
    if (taken.has(id)) throw new UsageError(`${model.path}: there is a network called ${id} already; choose a --name.`);
    taken.add(id);
    return { id, source: model.path, ...ownTraits(model) };
  });
  const options = {
    population: { name: recipe, members, published: { members: population.models, labels } },
    studyName: recipe,
    command: line,
  };
  return runClasses(inputs, options, { ...flags, name: `${recipe} published` }, io);
}

/** What the flags say of a model of one's own. */
function ownTraits({ accuracy, parameters, kind, family }: OwnModel): Partial<PopulationMember> {
  const number = (flag: string, text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
    throw new UsageError(`--${flag} must be a number above 0; found ${text}.`);
  };
  if (accuracy !== undefined && number('accuracy', accuracy) > 100)
    throw new UsageError(`--accuracy is in per cent, as the published rows have it; found ${accuracy}.`);
  return {
    ...(accuracy === undefined ? {} : { accuracy: number('accuracy', accuracy) }),
    ...(parameters === undefined ? {} : { parameters: number('parameters', parameters) }),
    ...(kind === undefined ? {} : { kind: oneOf('kind', kind, ['cnn', 'vit', 'hybrid'] as const) }),
    ...(family === undefined ? {} : { family }),
  };
}

/** The study of the models that can be reached; undefined when none can. */
async function runReachable(
  path: string,
  recipe: string,
  line: string,
  flags: Flags,
  io: CliIo,
): Promise<ClassesStudy | undefined> {
  const { inputs, facts } = await readPopulation(path, { strict: false, quiet: flags.quiet }, io);
  const options = { strict: false, population: facts, studyName: recipe, command: line };
  try {
    return await runClasses(inputs, options, flags, io);
  } catch (error) {
    if (!(error instanceof SemblanceError) || error.code !== 'INCOMPARABLE') throw error;
    if (!flags.quiet) io.stderr(`${io.colors.yellow('note')} ${error.message}\n`);
    return undefined;
  }
}

/** Ours beside the published value, per member and measure. */
function compare(population: Population, section: ClassesSection | undefined) {
  const reference = section?.references[0]?.id;
  const all = section?.population?.members ?? population.models;
  return all.map((member) => {
    const id = section?.population?.members.find((entry) => entry.id === member.id)?.model;
    const model = section?.models.find((entry) => entry.id === id);
    const alignment = reference === undefined ? undefined : model?.alignment[reference];
    const values = ALIGNMENT_MEASURE_LIST.map(({ id: measure }) => {
      const published = member.published?.[measure] ?? null;
      const ours = alignment?.[measure] ?? null;
      return [measure, { published, ours, difference: published === null || ours === null ? null : ours - published }];
    });
    const error = section?.failed.find((entry) => entry.name === member.id)?.error.message ?? null;
    return { id: member.id, ...(Object.fromEntries(values) as Record<string, Compared>), error };
  });
}

interface Compared {
  published: number | null;
  ours: number | null;
  difference: number | null;
}

/** Whether a study holds published rows, which ask no server. */
function isPublished(section: ClassesSection | undefined): boolean {
  return section?.population?.members.some(({ publishedOnly }) => publishedOnly) ?? false;
}

function reproductionJson(
  recipe: string,
  population: Population,
  section: ClassesSection | undefined,
  correlations: PublishedCorrelation[],
  study: ClassesStudy | undefined,
) {
  return {
    schemaVersion: 1,
    command: 'reproduce',
    recipe,
    reached: isPublished(section) ? 0 : (section?.models.length ?? 0),
    own: isPublished(section) ? section!.models.length : 0,
    models: compare(population, section),
    publishedCorrelations: correlations,
    /** Of published rows and models of one's own together. */
    correlations: isPublished(section) && section!.models.length > 0 ? section!.population!.correlations : null,
    study: study?.folder ?? null,
  };
}

function reproductionReport(
  population: Population,
  section: ClassesSection | undefined,
  correlations: readonly PublishedCorrelation[],
  study: ClassesStudy | undefined,
  io: CliIo,
): string {
  const { colors } = io;
  const right = (title: string): Column => numberColumn(colors.dim(title));
  const rows = compare(population, section).map((row) => [
    row.id,
    ...ALIGNMENT_MEASURE_LIST.flatMap(({ id: measure }) => {
      const { published, ours, difference } = (row as unknown as Record<string, Compared>)[measure]!;
      return [
        numberCell(published),
        numberCell(ours),
        difference === null ? '–' : `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(4)}`,
      ];
    }),
  ]);
  const columns = [
    { title: colors.dim('model') },
    ...ALIGNMENT_MEASURE_LIST.flatMap(({ shortTitle: name }) => [
      right(`${name} published`),
      right('ours'),
      right('difference'),
    ]),
  ];
  const published = isPublished(section);
  const own = section?.models.length ?? 0;
  let text = `${colors.bold(population.name ?? '')}  ${published ? `${population.models.length} published rows${own > 0 ? `, ${own} of your own` : ''}` : `${own} of ${population.models.length} models reached`}\n`;
  text += formatTable(columns, rows, '  ');
  const cell = ({ pearson, spearman, kendall }: TraitCorrelation): string[] =>
    [pearson, spearman, kendall].map((value) =>
      value ? `${value.value.toFixed(3)} (p ${value.p.toPrecision(2)})` : '–',
    );
  if (published && own > 0) text += withOwnText(section!.population!, io);
  text += `\n${colors.bold('published values')}  correlation of SSAD with size and accuracy\n`;
  text += formatTable(
    [
      { title: '' },
      right('n'),
      { title: '' },
      ...['size: Pearson', 'Spearman', 'Kendall', 'accuracy: Pearson', 'Spearman', 'Kendall'].map(right),
    ],
    correlations.map(({ group, measure, parameters, accuracy }) => [
      group,
      String(parameters.n),
      `SSAD ${measure}`,
      ...cell(parameters),
      ...cell(accuracy),
    ]),
    '  ',
  );
  return study ? `${text}\n${colors.bold('study')}   ${study.folder}\n` : text;
}

/** Correlations with models of one's own among the published ones. */
function withOwnText({ correlations }: PopulationSection, { colors }: CliIo): string {
  const cell = ({ n, spearman }: TraitCorrelation): string =>
    spearman ? `${spearman.value.toFixed(3)} (p ${spearman.p.toPrecision(2)}, n ${n})` : '–';
  const rows = correlations.flatMap((row) =>
    ALIGNMENT_MEASURE_LIST.map(({ id, title }) => [
      row.group,
      `SSAD ${title}`,
      cell(row[id].parameters),
      cell(row[id].accuracy),
    ]),
  );
  const columns = [
    { title: '' },
    { title: '' },
    ...['with size', 'with accuracy'].map((title) => numberColumn(colors.dim(title))),
  ];
  return `\n${colors.bold('with your own')}  Spearman correlation of SSAD with size and accuracy\n${formatTable(columns, rows, '  ')}`;
}
