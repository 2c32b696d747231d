import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ClassesOptions, ClassModelInput, ReferenceRequest } from '../analyses/classes/options.ts';
import { UsageError } from '../errors.ts';
import { fileSource } from '../model-files/file-source.ts';
import { LABEL_SETS } from '../semantics/label-sets/label-sets.ts';
import { SEMANTIC_MEASURES, type SemanticMeasure } from '../semantics/semantic-similarity.ts';
import { classesJson } from './classes-json.ts';
import { classesReport, neighbourReport } from './classes-report.ts';
import { runClasses } from './classes-run.ts';
import { commandLine } from './command-line.ts';
import type { CliIo } from './io.ts';
import { readLabels } from './labels.ts';
import { type ModelArgument, parseModelArguments } from './model-arguments.ts';
import { offerToOpen } from './offer-to-open.ts';
import { addShowOptions, type ShowOptions } from './show-studies.ts';

interface Flags extends ShowOptions {
  reference: string[];
  measure: SemanticMeasure;
  shared: boolean;
  class?: string;
  seed: number;
  permutations: number;
  out?: string;
  json: boolean;
  quiet: boolean;
}

const EXAMPLES = `
--labels, --head and --name apply to the model named before them; given before the first model, to all.
Label sets: ${LABEL_SETS.map(({ id }) => id).join(', ')}; or a file of names or WordNet ids, one a line.

Examples:
  semblance classes mobilenet_v2.tflite
  semblance classes resnet20.th --labels cifar-10
  semblance classes a.onnx --name A b.safetensors --name B --json
  semblance classes model.pth --class "tiger cat"          one class and its neighbours
  semblance classes model.pth --reference taxonomy.csv     your own tree instead of WordNet
`;

export function addClassesCommand(program: Command, io: CliIo): void {
  const command = program
    .command('classes')
    .description("Class similarity from the classifier's weights alone, against WordNet and between networks")
    .argument('<models...>', 'model files: safetensors, PyTorch, ONNX, TFLite, npy')
    .option('--labels <set|file>', 'what the rows of the head are')
    .option('--head <tensor>', 'which tensor is the head, where it is not clear')
    .option('--name <name>', 'name of the model in reports')
    .addOption(
      new Option(
        '--reference <file|wordnet>',
        'compare with a C×C matrix (.npy, .csv) or a tree (child,parent rows); repeatable',
      )
        .argParser((value: string, all: string[]) => [...all, value])
        .default([], 'wordnet'),
    )
    .addOption(
      new Option('--measure <measure>', 'semantic similarity in WordNet')
        .choices([...SEMANTIC_MEASURES])
        .default('path'),
    )
    .option('--shared', 'compare models with different classes on those they share', false)
    .option('--class <name>', "print one class's neighbours: a name, part of one, or a WordNet id")
    .option('--seed <n>', 'seed of the chance level', parseWhole(0), 0)
    .option('--permutations <n>', 'permutations of the chance level', parseWhole(2), 20)
    .option('--out <folder>', 'where the study is written (default: ./semblance-studies/NAME-HASH)')
    .option('--json', 'print one JSON object', false)
    .option('-q, --quiet', 'no progress and no talk on stderr', false);
  addShowOptions(command).addHelpText('after', EXAMPLES);
  command.action(async (_models: string[], flags: Flags) => {
    const args = program.args.slice(program.args.indexOf('classes') + 1);
    await classes(parseModelArguments(args, flagTypes(command)), flags, args, io);
  });
}

async function classes(
  models: readonly ModelArgument[],
  flags: Flags,
  args: readonly string[],
  io: CliIo,
): Promise<void> {
  const inputs = await Promise.all(models.map((model) => readModel(model, io.cwd)));
  const options: ClassesOptions = {
    references: await readReferences(flags, io.cwd),
    shared: flags.shared,
    seed: flags.seed,
    permutations: flags.permutations,
    command: commandLine('classes', args),
  };
  const study = await runClasses(inputs, options, flags, io);
  const { manifest, store, folder } = study;
  if (flags.json) io.stdout(`${JSON.stringify(await classesJson(manifest, store, folder), null, 2)}\n`);
  else if (flags.class !== undefined) io.stdout(await neighbourReport(manifest, store, flags.class, io));
  else io.stdout(await classesReport(manifest, store, folder, io));
  if (study.reused && !flags.quiet) io.stderr('Nothing was computed: the study was already there.\n');
  if (!flags.json && !flags.quiet && flags.class === undefined) await offerToOpen(folder, flags, io);
}

async function readModel({ path, labels, head, name }: ModelArgument, cwd: string): Promise<ClassModelInput> {
  return {
    source: await fileSource(resolve(cwd, path)),
    ...(name === undefined ? {} : { name }),
    ...(head === undefined ? {} : { head }),
    ...(labels === undefined ? {} : { labels: await readLabels(labels, cwd) }),
  };
}

async function readReferences({ reference, measure }: Flags, cwd: string): Promise<ReferenceRequest[]> {
  if (reference.length === 0) return [{ kind: 'wordnet', measure }];
  return Promise.all(
    reference.map(async (value): Promise<ReferenceRequest> => {
      if (value === 'wordnet') return { kind: 'wordnet', measure };
      const path = resolve(cwd, value);
      try {
        return { kind: 'file', file: { name: basename(path), bytes: await readFile(path) } };
      } catch (cause) {
        throw new UsageError(`--reference ${value}: the file cannot be read.`, {
          cause,
          hint: 'Give a .npy or .csv file, or "wordnet".',
        });
      }
    }),
  );
}

/** A parser of whole numbers of at least `least`. */
function parseWhole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || value > 2 ** 31)
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return value;
  };
}

/** The command's options in the form of `node:util`, which keeps the order of arguments. */
function flagTypes(command: Command): Record<string, { type: 'string' | 'boolean'; short?: string }> {
  return Object.fromEntries(
    command.options.map((option) => [
      option.long!.replace(/^--/, ''),
      {
        type: option.required || option.optional ? 'string' : 'boolean',
        ...(option.short ? { short: option.short.slice(1) } : {}),
      },
    ]),
  );
}
