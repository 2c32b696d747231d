import { type Command, Option } from 'commander';
import { CLASS_OPTIONS, POPULATION_OPTIONS, REFERENCE_OPTIONS } from '../../analyses/classes/option-table.ts';
import type { ClassesOptions } from '../../analyses/classes/options.ts';
import { UsageError } from '../../base/errors.ts';
import type { OptionValues } from '../../base/option-table.ts';
import { parseAccuracyBand } from '../../measures/class-similarity/population/at-accuracy.ts';
import { LABEL_SETS } from '../../semantics/label-sets/label-sets.ts';
import type { ClassRow } from '../../study/classes-section.ts';
import { readStudyTable } from '../../study/read-study.ts';
import { CLASS_MODEL_FLAGS, type ClassModelArgument } from '../arguments/model-flags.ts';
import { type OptionUse, refuseUnused } from '../arguments/nothing-ignored.ts';
import { addOptionFlags, typedOptions } from '../arguments/option-flags.ts';
import { addOutputFlags, type OutputFlags } from '../arguments/output-flags.ts';
import { addModelFlags, argumentsOf, PER_MODEL_HELP } from '../arguments/per-model.ts';
import { PREPROCESSING_FLAGS } from '../arguments/preprocessing-flags.ts';
import {
  addPictureFlags,
  PICTURE_OPTION_USE,
  type PictureFlags,
  readPicturesRequest,
} from '../inputs/class-pictures.ts';
import { isPopulationFile, readModel, readPopulation, readReferences, usesWordNet } from '../inputs/classes-inputs.ts';
import { expandModels } from '../inputs/expand-models.ts';
import { classesJson } from '../reports/classes-json.ts';
import { classesReport } from '../reports/classes-report.ts';
import { neighbourReports } from '../reports/neighbour-report.ts';
import { PAIR_FILTERS, type PairFilter } from '../reports/pair-filter.ts';
import { pairsCsv } from '../reports/pairs-csv.ts';
import { populationReport } from '../reports/population-report.ts';
import { labelsFile } from '../reports/uncertain-classes.ts';
import { commandLine } from '../terminal/command-line.ts';
import type { CliIo } from '../terminal/io.ts';
import { writeResult } from '../terminal/write-result.ts';
import { type ClassesStudy, runClasses } from './classes-run.ts';
import { offerToOpen } from './offer-to-open.ts';

interface Flags extends OutputFlags, PictureFlags {
  reference: string[];
  referenceIds?: string;
  class: string[];
  atAccuracy?: string;
  relation?: PairFilter;
  pairsCsv?: string;
  saveLabels?: string;
}

const EXAMPLES = `
${Object.keys(CLASS_MODEL_FLAGS)
  .map((name) => `--${name}`)
  .join(', ')}
${PER_MODEL_HELP}
Label sets: ${LABEL_SETS.map(({ id }) => id).join(', ')}; or a file of names or WordNet ids, one a line.

Examples:
  semblance classes mobilenet_v2.tflite
  semblance classes resnet20.th --labels cifar-10
  semblance classes a.onnx --name A b.safetensors --name B --json
  semblance classes hf:microsoft/resnet-50                 only header and head travel
  semblance classes population.yaml --ci --at-accuracy 80±1
  semblance classes model.pth --class "tiger cat"          one class and its neighbours
  semblance classes model.pth --reference taxonomy.csv     your own tree instead of WordNet
  semblance classes model.pth --reference people.npy --reference-ids ids.txt   human similarity, joined by WordNet id
  semblance classes checkpoints/ --labels cifar-100        every model of a folder
  semblance classes dino.onnx --templates photos/          a network without classifier, by its mean features
  semblance classes model.pth --templates features.safetensors
  semblance classes model.pth --relation unexplained --pairs-csv look-at-these.csv
  semblance classes model.pth --labels names.txt --save-labels labels.json
`;

export function addClassesCommand(program: Command, io: CliIo): void {
  const command = program
    .command('classes')
    .description("Class similarity from the classifier's weights alone, against WordNet and between networks")
    .argument(
      '<models...>',
      'model files, folders or globs of them, https://…, hf:owner/name[@revision][:file]; or one population.yaml',
    )
    .addOption(
      new Option(
        '--reference <file|wordnet>',
        'compare with a C×C matrix (.npy, .csv) or a tree (child,parent rows); repeatable',
      )
        .argParser((value: string, all: string[]) => [...all, value])
        .default([], 'wordnet'),
    )
    .option(
      '--reference-ids <file>',
      'WordNet ids of the rows of a .npy reference of embeddings (N×D, or R×N×D for a noise ceiling)',
    )
    .addOption(
      new Option('--class <name>', "print a class's neighbours: a name, part of one, or a WordNet id; repeatable")
        .argParser((value: string, all: string[]) => [...all, value])
        .default([], 'none'),
    )
    .option('--at-accuracy <band>', 'rank the models of a population within a band such as 80±1')
    .addOption(
      new Option('--relation <kind>', 'only the pairs that this explains, in report, JSON and CSV').choices([
        ...PAIR_FILTERS,
      ]),
    )
    .option('--pairs-csv <file>', 'write the closest pairs of all models as a CSV table')
    .option(
      '--save-labels <file>',
      'write the classes with all that their names may mean, to correct and give to --labels',
    );
  for (const table of [REFERENCE_OPTIONS, CLASS_OPTIONS, POPULATION_OPTIONS]) addOptionFlags(command, table);
  addPictureFlags(command, 'pictures of the classes: folders called by name, WordNet id or number');
  const readModels = addModelFlags(command, CLASS_MODEL_FLAGS);
  addOutputFlags(command).addHelpText('after', EXAMPLES);
  command.action(async (_models: string[], flags: Flags) => {
    const models = readModels();
    refuseUnused(command, optionUses(models, flags));
    await classes(models, command, io);
  });
}

/** What the options that depend on others need. */
function optionUses(models: readonly ClassModelArgument[], flags: Flags): OptionUse[] {
  const isPopulation = models.some(({ path }) => isPopulationFile(path));
  return [
    {
      options: ['hybrids', 'subtree', 'fold-pairs', 'at-accuracy'],
      isUsed: isPopulation,
      needs: 'a population: one population.yaml in place of models',
    },
    {
      options: ['measure'],
      isUsed: usesWordNet(flags.reference),
      needs: 'WordNet as a reference: add --reference wordnet',
    },
    { ...PICTURE_OPTION_USE, isUsed: flags.images !== undefined },
    {
      options: ['template-layer', ...Object.keys(PREPROCESSING_FLAGS)],
      isUsed: models.some(({ templates }) => templates !== undefined),
      needs: '--templates, which runs the model on pictures',
    },
    {
      options: ['relation'],
      isUsed: flags.class.length === 0 && (!isPopulation || flags.json || flags.pairsCsv !== undefined),
      needs: 'a list of pairs: leave out --class, and with a population give --pairs-csv or --json',
    },
    {
      options: ['class'],
      isUsed: !flags.json,
      needs: 'the report in text: --json prints all classes and pairs',
    },
  ];
}

async function classes(models: readonly ClassModelArgument[], command: Command, io: CliIo): Promise<void> {
  const flags = command.opts<Flags>();
  const asked = typedOptions(command, CLASS_OPTIONS);
  const { inputs, facts, several } = await readInputs(models, command, io);
  const pictures = await readPicturesRequest(command, { ...asked, labelled: true }, io);
  const band = flags.atAccuracy === undefined ? undefined : parseAccuracyBand(flags.atAccuracy);
  if (band && !facts)
    throw new UsageError('--at-accuracy needs to know the accuracies: give a population.yaml, which lists them.');
  const { measure } = command.opts<OptionValues<typeof REFERENCE_OPTIONS>>();
  const options: ClassesOptions = {
    strict: !facts && !several,
    ...(band && { bootstrap: CLASS_OPTIONS.bootstrap.preset! }),
    ...asked,
    references: await readReferences(flags.reference, measure, io, flags.referenceIds),
    ...(facts ? { population: facts } : {}),
    ...(pictures ? { pictures } : {}),
    command: commandLine('classes', argumentsOf(command), { cwd: io.cwd, fullPaths: flags.fullPaths }),
  };
  const study = await runClasses(inputs, options, flags, io);
  const { manifest, store, folder } = study;
  await writeExtras(study, flags, io);
  if (flags.json)
    io.stdout(
      `${JSON.stringify(await classesJson(manifest, store, folder, { band, filter: flags.relation }), null, 2)}\n`,
    );
  else if (flags.class.length > 0) io.stdout(await neighbourReports(manifest, store, flags.class, io));
  else if (facts) io.stdout(await populationReport(manifest, store, folder, band, io));
  else io.stdout(await classesReport(manifest, store, folder, io, flags.relation));
  if (study.reused && !flags.quiet) io.stderr('Nothing was computed: the study was already there.\n');
  if (!flags.json && !flags.quiet && flags.class.length === 0) await offerToOpen(folder, flags, io);
}

/** The models of the command line, or the members of the one population file that stands in their place. */
async function readInputs(models: readonly ClassModelArgument[], command: Command, io: CliIo) {
  const { quiet } = command.opts<Flags>();
  const population = models.find(({ path }) => isPopulationFile(path));
  if (!population) {
    const { models: all, several } = await expandModels(models, quiet, io);
    const inputs = await Promise.all(all.map((model) => readModel(model, { quiet }, io)));
    return { inputs, facts: undefined, several };
  }
  if (models.length > 1)
    throw new UsageError(`${population.path}: a population stands alone; list further models in it.`);
  if (population.templates !== undefined)
    throw new UsageError(`--templates is for models named one by one; ${population.path} is a population.`);
  const { strict = false } = typedOptions(command, CLASS_OPTIONS);
  const asked = { ...typedOptions(command, POPULATION_OPTIONS), strict, quiet };
  return { ...(await readPopulation(population.path, asked, io)), several: true };
}

/** The files that --pairs-csv and --save-labels ask for beside the study. */
async function writeExtras({ manifest, store }: ClassesStudy, flags: Flags, io: CliIo): Promise<void> {
  const write = async (file: string, content: string): Promise<void> => {
    await writeResult(file, content, io.cwd);
    if (!flags.quiet) io.stderr(`Written: ${file}\n`);
  };
  if (flags.pairsCsv !== undefined) await write(flags.pairsCsv, await pairsCsv(manifest, store, flags.relation));
  if (flags.saveLabels === undefined) return;
  const section = manifest.instruments.classes!;
  const classes = await readStudyTable<ClassRow>(store, manifest, section.classes);
  await write(flags.saveLabels, await labelsFile(section, classes));
}
