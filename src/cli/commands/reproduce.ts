import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Population } from '../../analyses/classes/population-file.ts';
import { type PublishedCorrelation, publishedCorrelations } from '../../analyses/classes/published-correlations.ts';
import { SemblanceError, UsageError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { ALIGNMENT_MEASURE_LIST } from '../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import type { TraitCorrelation } from '../../measures/class-similarity/population/trait-correlation.ts';
import type { ClassesSection } from '../../study/classes-section.ts';
import { readPopulation } from '../inputs/classes-inputs.ts';
import { commandLine } from '../terminal/command-line.ts';
import type { CliIo } from '../terminal/io.ts';
import { type Column, formatTable } from '../terminal/table.ts';
import { type ClassesStudy, runClasses } from './classes-run.ts';

const RECIPES = fileURLToPath(new URL('../../../recipes/', import.meta.url));

interface Flags {
  offline: boolean;
  out?: string;
  json: boolean;
  quiet: boolean;
}

const EXAMPLES = `
Models that cannot be reached are listed and the rest go on. Without any network only the correlations over the
published rows are printed.

Examples:
  semblance reproduce ssad-2025
  semblance reproduce ssad-2025 --offline
`;

export function addReproduceCommand(program: Command, io: CliIo): void {
  program
    .command('reproduce')
    .description("Run a paper's networks and set our values beside the published ones")
    .argument('<recipe>', 'name of a recipe, such as ssad-2025')
    .option('--offline', 'ask no server: published values only', false)
    .option('--out <folder>', 'where the study is written')
    .option('--json', 'print one JSON object', false)
    .option('-q, --quiet', 'no progress and no talk on stderr', false)
    .addHelpText('after', EXAMPLES)
    .action(async (recipe: string, flags: Flags) => {
      if (flags.offline && flags.out !== undefined)
        throw new UsageError('--out has no effect with --offline: without models there is no study.');
      const path = await recipePath(recipe);
      const { parsePopulation } = await import('../../analyses/classes/population-file.ts');
      const population = parsePopulation(await readFile(path, 'utf8'), `${recipe}.yaml`);
      const study = flags.offline ? undefined : await runReachable(path, recipe, flags, io);
      const section = study?.manifest.instruments.classes;
      const correlations = publishedCorrelations(population.models);
      if (flags.json)
        io.stdout(`${JSON.stringify(reproductionJson(recipe, population, section, correlations, study), null, 2)}\n`);
      else io.stdout(reproductionReport(population, section, correlations, study, io));
    });
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

/** The study of the models that can be reached; undefined when none can. */
async function runReachable(path: string, recipe: string, flags: Flags, io: CliIo): Promise<ClassesStudy | undefined> {
  const { inputs, facts } = await readPopulation(path, { strict: false, quiet: flags.quiet }, io);
  const options = { strict: false, population: facts, studyName: recipe, command: commandLine('reproduce', [recipe]) };
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
  return population.models.map((member) => {
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
    reached: section?.models.length ?? 0,
    models: compare(population, section),
    publishedCorrelations: correlations,
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
  const right = (title: string): Column => ({ title: colors.dim(title), align: 'right' });
  const number = (value: number | null, digits = 3): string => (value === null ? '–' : value.toFixed(digits));
  const rows = compare(population, section).map((row) => [
    row.id,
    ...ALIGNMENT_MEASURE_LIST.flatMap(({ id: measure }) => {
      const { published, ours, difference } = (row as unknown as Record<string, Compared>)[measure]!;
      return [
        number(published),
        number(ours),
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
  let text = `${colors.bold(population.name ?? '')}  ${section?.models.length ?? 0} of ${population.models.length} models reached\n`;
  text += formatTable(columns, rows, '  ');
  const cell = ({ pearson, spearman, kendall }: TraitCorrelation): string[] =>
    [pearson, spearman, kendall].map((value) =>
      value ? `${value.value.toFixed(3)} (p ${value.p.toPrecision(2)})` : '–',
    );
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
