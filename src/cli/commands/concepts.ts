import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { analyseConcepts } from '../../analyses/concepts/analyse-concepts.ts';
import { hashConceptInputs } from '../../analyses/concepts/inputs-hash.ts';
import {
  type ConceptImageInput,
  type ConceptModelInput,
  type ConceptsOptions,
  JOINS,
  type Join,
  plainOptions,
  REGRESSIONS,
  type Regression,
  SAMPLERS,
  type Sampler,
} from '../../analyses/concepts/options.ts';
import { UsageError } from '../../base/errors.ts';
import { folderStore } from '../../study/folder-store.ts';
import {
  CONCEPTS_PER_MODEL,
  conceptsPlatform,
  readConceptImages,
  readConceptModel,
} from '../arguments/concepts-inputs.ts';
import { flagTypes, parsePerModel } from '../arguments/model-arguments.ts';
import { defaultStudyFolder } from '../arguments/study-folder.ts';
import { conceptsReport } from '../reports/concepts-report.ts';
import { commandLine } from '../terminal/command-line.ts';
import type { CliIo } from '../terminal/io.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { addNameCommand } from './concepts-name.ts';
import { offerToOpen } from './offer-to-open.ts';
import { layerList } from './representations.ts';
import { addShowOptions, type ShowOptions } from './show-studies.ts';

interface Flags extends ShowOptions {
  images?: string;
  heldOut: string[];
  group: string[];
  classes?: string[];
  shared: boolean;
  join: Join;
  sampler: Sampler;
  patch?: number;
  stride?: number;
  k: number;
  regression: Regression;
  alpha: number;
  folds: number;
  fitImages: number;
  extractionImages: number;
  evaluationImages: number;
  importanceImages: number;
  minFit: number;
  minEvaluation: number;
  blend: number;
  steps: number;
  sobol: boolean;
  stability: number;
  shuffles: number;
  randomNetwork: boolean;
  layerMap?: number | true;
  sweep: boolean;
  collage: number;
  shortlist: number;
  resamples: number;
  seed: number;
  pictures: boolean;
  threads?: number;
  out?: string;
  json: boolean;
  quiet: boolean;
}

const EXAMPLES = `
${CONCEPTS_PER_MODEL.map((name) => `--${name}`).join(', ')}
apply to the model named before them; given before the first model, to both.

Examples:
  semblance concepts --labels cifar-10 resnet20.onnx resnet56.onnx --images photos
  semblance concepts cnn.onnx vit.onnx --images train --held-out val --classes cat,dog
  semblance concepts a.onnx b.onnx --group dogs=photos/dogs             one group instead of classes
  semblance concepts a.onnx b.onnx --images photos --layer-map 8 --sweep
  semblance concepts a-patches.safetensors b-patches.safetensors        activations written by semblance_features.py
  semblance concepts name ./semblance-studies/a-b-12345678 --name-with anthropic --name-model MODEL
`;

export function addConceptsCommand(program: Command, io: CliIo): void {
  const defaults = plainOptions({});
  const command = program
    .command('concepts')
    .description('Which concepts one network knows and the other does not, class by class, and whether they matter')
    .argument('<models...>', 'two ONNX models, or two files of pooled activations of patches')
    .option('--images <dir|list>', 'folder (sub-folders are labels), or .csv, .jsonl, .txt with paths')
    .option('--held-out <dir|list>', 'images for evaluation alone (default: half of each class)', several, [])
    .option('--group <name=dir>', 'instead of classes: a group of images; may be repeated', several, [])
    .option('--classes <names>', 'classes by name, WordNet id or number, with commas between', names)
    .option('--shared', 'compare different label sets on the classes they share', false)
    .addOption(
      new Option('--join <rule>', 'images of a class: predicted as it by either, both, first or second')
        .choices([...JOINS])
        .default(defaults.join),
    )
    .addOption(
      new Option('--sampler <kind>', 'what is looked at: patches, cells of the feature map, or whole images')
        .choices([...SAMPLERS])
        .default(defaults.sampler),
    )
    .option('--patch <px>', 'side of a patch (default: 2/7 of the side of the crop)', whole(1))
    .option('--stride <px>', 'pixels between patches (default: 4/5 of their side)', whole(1))
    .option('--layers <names|list>', 'layers with commas between, concepts are of the last; "list" shows them')
    .option(
      '--layer-map [n]',
      'map of layers against layers, n of each model (default: 8, or those of --layers)',
      whole(2),
    )
    .option('--factorisation <method>', 'nmf, semi-nmf or convex-nmf (default: by the sign of the features)')
    .option('-k, --k <n>', 'concepts of a class', whole(1), defaults.nComponents)
    .addOption(
      new Option('--regression <kind>', 'how concepts are predicted')
        .choices([...REGRESSIONS])
        .default(defaults.regression),
    )
    .option('--alpha <x>', 'penalty of lasso and ridge', positive, defaults.alpha)
    .option('--folds <n>', 'folds over images', whole(2), defaults.folds)
    .option('--fit-images <n>', 'most images of a class for the fit across models', whole(2), defaults.fitImages)
    .option(
      '--extraction-images <n>',
      'most of them that concepts are extracted from',
      whole(1),
      defaults.extractionImages,
    )
    .option('--evaluation-images <n>', 'most images of a class for evaluation', whole(2), defaults.evaluationImages)
    .option('--importance-images <n>', 'most images of a class for importance', whole(1), defaults.importanceImages)
    .option('--min-fit <n>', 'a class with fewer images for the fit is left out', whole(2), defaults.minFitImages)
    .option('--min-evaluation <n>', 'and with fewer for evaluation', whole(2), defaults.minEvaluationImages)
    .option('--blend <x>', 'share of the prediction in the replacement test', share, defaults.blend)
    .option('--steps <n>', 'points of the path of integrated gradients', whole(2), defaults.steps)
    .option('--sobol', 'Sobol total-order importance as well', false)
    .option('--stability <n>', 'random starts that stability is measured over', whole(0), defaults.stabilitySeeds)
    .option('--shuffles <n>', 'permutations of the shuffled-pairs null', whole(0), defaults.shuffles)
    .option('--no-random-network', 'leave out the null of networks with random weights')
    .option('--sweep', 'repeat with other numbers of concepts and penalties', false)
    .option('--collage <n>', 'patches of a collage', whole(1), defaults.collageSize)
    .option('--shortlist <n>', 'concepts of each model in the shortlist', whole(1), defaults.shortlist)
    .option('--resamples <n>', 'bootstrap resamples of intervals', whole(1), defaults.resamples)
    .option('--name <name>', 'name of the model in reports')
    .option('--labels <set|file>', 'what the classes are')
    .option('--head <tensor|none>', 'the tensor of the head')
    .option('--logits <name|none>', 'the output with class scores')
    .option('--whole <file>', 'activations of whole images, beside those of patches')
    .option('--random <file>', 'activations of a network with random weights')
    .option('--mean <r,g,b>', 'mean of the input, in units after rescaling')
    .option('--std <r,g,b>', 'deviation of the input')
    .option('--rescale <x>', 'factor before mean and deviation (default: 1/255)')
    .option('--size <n>', 'side of the input, resized and cropped in the usual way')
    .option('--resize <n|HxW|none>', 'resize the shorter side, or both')
    .option('--crop <n|HxW|none>', 'cut out the middle')
    .option('--interpolation <filter>', 'nearest, box, bilinear, hamming, bicubic, lanczos')
    .option('--channels <rgb|bgr>', 'order of the colours')
    .option('--layout <nchw|nhwc>', 'order of the axes of the input')
    .option('--seed <n>', 'seed of everything random', whole(0), 0)
    .option('--threads <n>', 'threads of the runtime', whole(1))
    .option('--no-pictures', 'keep no pictures in the study')
    .option('--out <folder>', 'where the study is written (default: ./semblance-studies/NAME-HASH)')
    .option('--json', 'print one JSON object', false)
    .option('-q, --quiet', 'no progress and no talk on stderr', false);
  addShowOptions(command).addHelpText('after', EXAMPLES);
  addNameCommand(command, io);
  command.action(async (_models: string[], flags: Flags) => {
    const args = program.args.slice(program.args.indexOf('concepts') + 1);
    await concepts(args, flagTypes(command), flags, io);
  });
}

async function concepts(
  args: readonly string[],
  types: ReturnType<typeof flagTypes>,
  flags: Flags,
  io: CliIo,
): Promise<void> {
  const models = parsePerModel(args, types, CONCEPTS_PER_MODEL);
  const inputs = await Promise.all(models.map((model) => readConceptModel(model, flags, io)));
  if (models.some(({ layers }) => layers === 'list')) {
    for (const input of inputs) io.stdout(await layerList(input, flags.json));
    return;
  }
  if (inputs.length !== 2)
    throw new UsageError(
      `Concepts are compared between two models; ${inputs.length} ${inputs.length === 1 ? 'was' : 'were'} given.`,
      {
        hint: 'semblance concepts MODEL_A MODEL_B --images DIR; the same model twice shows the ceilings.',
      },
    );
  const images = await readConceptImages(flags, io);
  const options = conceptsOptions(flags, commandLine('concepts', args));
  const { manifest, folder, reused } = await run(
    inputs as [ConceptModelInput, ConceptModelInput],
    images,
    options,
    flags,
    io,
  );
  const section = manifest.instruments.concepts!;
  if (flags.json) {
    const { schemaVersion, software } = manifest;
    io.stdout(`${JSON.stringify({ schemaVersion, software, ...section, study: folder }, null, 2)}\n`);
  } else io.stdout(await conceptsReport(manifest, folderStore(folder), folder, io));
  if (reused && !flags.quiet) io.stderr('Nothing was computed: the study was already there.\n');
  if (!flags.json && !flags.quiet) await offerToOpen(folder, flags, io);
}

function conceptsOptions(flags: Flags, command: string): ConceptsOptions {
  const { layerMap } = flags;
  return {
    nComponents: flags.k,
    sampler: flags.sampler,
    ...(flags.patch !== undefined && { patchSize: flags.patch }),
    ...(flags.stride !== undefined && { patchStride: flags.stride }),
    ...(flags.classes && { classes: flags.classes }),
    shared: flags.shared,
    join: flags.join,
    fitImages: flags.fitImages,
    extractionImages: flags.extractionImages,
    evaluationImages: flags.evaluationImages,
    importanceImages: flags.importanceImages,
    minFitImages: flags.minFit,
    minEvaluationImages: flags.minEvaluation,
    regression: flags.regression,
    alpha: flags.alpha,
    folds: flags.folds,
    blend: flags.blend,
    steps: flags.steps,
    sobol: flags.sobol,
    stabilitySeeds: flags.stability,
    shuffles: flags.shuffles,
    randomNetwork: flags.randomNetwork,
    layerMap: layerMap === undefined ? 0 : layerMap === true ? 8 : layerMap,
    sweep: flags.sweep,
    collageSize: flags.collage,
    shortlist: flags.shortlist,
    resamples: flags.resamples,
    seed: flags.seed,
    pictures: flags.pictures,
    command,
  };
}

/** Runs the analysis with progress on stderr. */
async function run(
  inputs: readonly [ConceptModelInput, ConceptModelInput],
  images: readonly ConceptImageInput[],
  options: ConceptsOptions,
  flags: { out?: string; quiet: boolean; threads?: number },
  io: CliIo,
) {
  const bar = progressBar(io, flags.quiet);
  const task = { signal: io.signal, onProgress: bar.report };
  try {
    const name = inputs.map(({ name: given, source }) => given ?? source.name.replace(/\.[^.]+$/, '')).join('-');
    const folder = flags.out
      ? resolve(io.cwd, flags.out)
      : defaultStudyFolder(
          io.cwd,
          `${name}-concepts`,
          await hashConceptInputs(inputs, images, plainOptions(options), task),
        );
    const result = await analyseConcepts(
      inputs,
      images,
      options,
      folderStore(folder),
      conceptsPlatform(flags.threads),
      task,
    );
    return { ...result, folder };
  } finally {
    bar.done();
  }
}

function several(value: string, before: string[]): string[] {
  return [...before, value];
}

function names(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function whole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least && value <= 2 ** 31) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

function share(text: string): number {
  const value = Number(text);
  if (value >= 0 && value <= 1 && text.trim() !== '') return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}
