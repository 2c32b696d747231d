import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isFeaturesFile } from '../../activations/features-file/features-file.ts';
import { probeModel } from '../../activations/model/vision-model.ts';
import { loadRuntime } from '../../activations/runtime/node-runtime.ts';
import { hashImages } from '../../analyses/common/hash-images.ts';
import { analyseInvariance } from '../../analyses/representations/analyse-invariance.ts';
import { analyseRepresentations } from '../../analyses/representations/analyse-representations.ts';
import { hashInputs } from '../../analyses/representations/inputs-hash.ts';
import {
  type CkaChoice,
  type ImageInput,
  MINIBATCH_RULES,
  plainOptions,
  type RepresentationModelInput,
  type RepresentationsOptions,
} from '../../analyses/representations/options.ts';
import type { Centring } from '../../measures/representations/comparison/centring.ts';
import { MATCHING_METHODS, type MatchingMethod } from '../../measures/representations/matching/assign.ts';
import { LEAST_BATCH } from '../../measures/representations/matching/image-batches.ts';
import { SIMILARITY_KERNELS, type SimilarityKernel } from '../../measures/representations/similarity-kernels.ts';
import { openModel } from '../../model-files/open-model.ts';
import { folderStore } from '../../study/folder-store.ts';
import { readImages } from '../arguments/image-inputs.ts';
import { flagTypes, parsePerModel } from '../arguments/model-arguments.ts';
import { nodePlatform, PER_MODEL, readRepresentationModel } from '../arguments/representations-inputs.ts';
import { defaultStudyFolder } from '../arguments/study-folder.ts';
import { representationsReport } from '../reports/representations-report.ts';
import { commandLine } from '../terminal/command-line.ts';
import type { CliIo } from '../terminal/io.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { formatTable } from '../terminal/table.ts';
import { offerToOpen } from './offer-to-open.ts';
import { addShowOptions, type ShowOptions } from './show-studies.ts';

interface Flags extends ShowOptions {
  images?: string;
  sample?: number;
  depth: number;
  method: MatchingMethod;
  batchSize: number;
  topk: number;
  cka: CkaChoice;
  ckaBatch: number;
  kernel: SimilarityKernel[];
  sigma: 'code' | 'literal' | number;
  sigmaScope: 'global' | 'tile';
  centring?: Centring;
  k: number;
  databases: number[];
  rsa: 'pearson' | 'spearman' | 'kendall';
  permutations: number;
  seed: number;
  approximation: number;
  thumbnails: boolean;
  pairFeatures?: number;
  transform?: 'shift' | 'flip' | 'rotate';
  offset?: number;
  batch: number;
  threads?: number;
  maxMemory?: number;
  out?: string;
  json: boolean;
  quiet: boolean;
}

const EXAMPLES = `
${PER_MODEL.map((name) => `--${name}`).join(', ')} apply to the model named before
them; given before the first model, to all.

Examples:
  semblance representations model.onnx --layers list
  semblance representations model.onnx --images photos            sub-folders are labels
  semblance representations cnn.onnx vit.onnx --images photos --depth 6
  semblance representations model.onnx --images photos --layers /layer4/Add_output_0 --method batch-optimal
  semblance representations features.safetensors                  features written by semblance_features.py
  semblance representations model.onnx --images photos --transform shift
`;

export function addRepresentationsCommand(program: Command, io: CliIo): void {
  const command = program
    .command('representations')
    .description('Which images are alike to a network, layer by layer, wherever their content stands in the frame')
    .argument('<models...>', 'ONNX models, or features: .npy, .npz, .safetensors of N×C×H×W or N×T×D')
    .option('--images <dir|list>', 'folder (sub-folders are labels), or .csv, .jsonl, .txt with paths')
    .option('--sample <n>', 'a random part of the images', whole(2))
    .option('--layers <names|list>', 'layers with commas between; "list" shows them')
    .option('--depth <n>', 'how many layers by depth where none are named', whole(1), 1)
    .option('--name <name>', 'name of the model in reports')
    .option('--logits <name|none>', 'the output that divergence is of')
    .option('--cls <keep|drop>', 'whether tokens before the patches take part (default: drop)')
    .addOption(
      new Option('--method <method>', 'how places are matched').choices([...MATCHING_METHODS]).default('optimal'),
    )
    .option('--batch-size <n>', 'window of batch-optimal', whole(1), 512)
    .option('--topk <n>', 'exactly matched part of topk-greedy', whole(1), 128)
    .option('--kernel <kernels>', 'linear, cosine, rbf; the first compares layers', kernels, [...SIMILARITY_KERNELS])
    .option('--sigma <rule>', 'width of the RBF kernel: code, literal or a number', sigma, 'code')
    .addOption(
      new Option('--sigma-scope <scope>', 'one width for all pairs or for each tile')
        .choices(['global', 'tile'])
        .default('global'),
    )
    .addOption(
      new Option('--centring <kind>', 'what is subtracted (default: position; none for --transform)').choices([
        'none',
        'channel',
        'position',
      ]),
    )
    .option('--mean <r,g,b>', 'mean of the input, in units after rescaling')
    .option('--std <r,g,b>', 'deviation of the input')
    .option('--rescale <x>', 'factor before mean and deviation (default: 1/255)')
    .option('--size <n>', 'side of the input, resized and cropped in the usual way')
    .option('--resize <n|HxW|none>', 'resize the shorter side, or both')
    .option('--crop <n|HxW|none>', 'cut out the middle')
    .option('--interpolation <filter>', 'nearest, box, bilinear, hamming, bicubic, lanczos')
    .option('--channels <rgb|bgr>', 'order of the colours')
    .option('--layout <nchw|nhwc|ntd>', 'order of the axes of the input, or of features')
    .option('-k, --k <n>', 'images retrieved for each', whole(1), 5)
    .option('--databases <sizes>', 'repeat retrieval on random databases of these sizes', sizes, [])
    .addOption(
      new Option('--cka <estimator>', 'CKA of layers: of all images, or from random batches of them')
        .choices(Object.keys(MINIBATCH_RULES))
        .default('biased'),
    )
    .option('--cka-batch <n>', 'images of a batch of --cka minibatch', whole(LEAST_BATCH), 250)
    .addOption(
      new Option('--rsa <measure>', 'correlation of similarity matrices')
        .choices(['pearson', 'spearman', 'kendall'])
        .default('spearman'),
    )
    .option('--permutations <n>', 'permutations for the p-values of RSA', whole(0), 0)
    .option('--approximation <n>', 'pairs on which matching methods are held against the optimum', whole(0), 50)
    .option('--seed <n>', 'seed of everything random', whole(0), 0)
    .addOption(
      new Option('--transform <kind>', 'instead: are two views of an image alike?').choices([
        'shift',
        'flip',
        'rotate',
      ]),
    )
    .option('--offset <px>', 'pixels between the two crops of --transform shift', whole(1))
    .option('--batch <n>', 'images of a batch of --transform', whole(2), 10)
    .option('--threads <n>', 'worker threads (default: one per core)', whole(1))
    .option('--max-memory <size>', 'memory to stay below, such as 1G (default: 2G)', bytes)
    .option('--no-thumbnails', 'keep no small pictures in the study')
    .option(
      '--pair-features <size>',
      'features of a layer kept to open any pair of images; 0: none (default: 32M)',
      size,
    )
    .option('--out <folder>', 'where the study is written (default: ./semblance-studies/NAME-HASH)')
    .option('--json', 'print one JSON object', false)
    .option('-q, --quiet', 'no progress and no talk on stderr', false);
  addShowOptions(command).addHelpText('after', EXAMPLES);
  command.action(async (_models: string[], flags: Flags) => {
    const args = program.args.slice(program.args.indexOf('representations') + 1);
    await representations(args, flagTypes(command), flags, io);
  });
}

async function representations(
  args: readonly string[],
  types: ReturnType<typeof flagTypes>,
  flags: Flags,
  io: CliIo,
): Promise<void> {
  const models = parsePerModel(args, types, PER_MODEL);
  const inputs = await Promise.all(models.map((model) => readRepresentationModel(model, flags, io)));
  if (models.some(({ layers }) => layers === 'list')) {
    for (const input of inputs) io.stdout(await layerList(input, flags.json));
    return;
  }
  const images = flags.images === undefined ? [] : await readImages(flags.images, flags.sample, flags.seed, io);
  const options: RepresentationsOptions = {
    method: flags.method,
    batchSize: flags.batchSize,
    topk: flags.topk,
    kernels: flags.kernel,
    sigma: flags.sigma,
    sigmaScope: flags.sigmaScope,
    ...(flags.centring && { centring: flags.centring }),
    depth: flags.depth,
    k: flags.k,
    databaseSizes: flags.databases,
    cka: flags.cka,
    ckaBatch: flags.ckaBatch,
    rsa: flags.rsa,
    permutations: flags.permutations,
    seed: flags.seed,
    approximationPairs: flags.approximation,
    ...(flags.maxMemory !== undefined && { maxMemory: flags.maxMemory }),
    ...(flags.pairFeatures !== undefined && { pairFeatures: flags.pairFeatures }),
    command: commandLine('representations', args),
  };
  const { manifest, folder, reused } = await run(inputs, images, options, flags, io);
  const section = manifest.instruments.representations!;
  if (flags.json) {
    const { schemaVersion, software } = manifest;
    io.stdout(`${JSON.stringify({ schemaVersion, software, ...section, study: folder }, null, 2)}\n`);
  } else io.stdout(representationsReport(section, folder, io));
  if (reused && !flags.quiet) io.stderr('Nothing was computed: the study was already there.\n');
  if (!flags.json && !flags.quiet) await offerToOpen(folder, flags, io);
}

async function run(
  inputs: readonly RepresentationModelInput[],
  images: readonly ImageInput[],
  options: RepresentationsOptions,
  flags: Flags,
  io: CliIo,
) {
  const { transform } = flags;
  const name = inputs[0]!.name ?? inputs[0]!.source.name.replace(/\.[^.]+$/, '');
  const bar = progressBar(io, flags.quiet);
  const task = { signal: io.signal, onProgress: bar.report };
  const platform = nodePlatform(flags.threads, flags.thumbnails && !transform);
  const place = async (determining: Record<string, unknown>): Promise<string> => {
    if (flags.out) return resolve(io.cwd, flags.out);
    const hash = await hashInputs(inputs, images, await hashImages(images, task), determining);
    return defaultStudyFolder(io.cwd, `${name}-${transform ?? 'images'}`, hash);
  };
  try {
    if (!transform) {
      const folder = await place(plainOptions(options));
      const result = await analyseRepresentations(inputs, images, options, folderStore(folder), platform, task);
      return { ...result, folder };
    }
    const { offset, batch } = flags;
    // All kernels is what comparison starts from; the experiment is of one.
    const kernels = flags.kernel.length === SIMILARITY_KERNELS.length ? (['rbf'] as const) : flags.kernel;
    const experiment = {
      ...options,
      centring: flags.centring ?? ('none' as const),
      kernels,
      transform,
      batch,
      ...(offset !== undefined && { offset }),
    };
    const folder = await place({ ...plainOptions(experiment), transform, batch, offset: offset ?? null });
    const manifest = await analyseInvariance(inputs, images, experiment, folderStore(folder), platform, task);
    return { manifest, folder, reused: false };
  } finally {
    bar.done();
  }
}

/** Every layer with its shape, as a table or as JSON. */
export async function layerList({ source, preprocessing }: RepresentationModelInput, json: boolean): Promise<string> {
  let layers: { name: string; op: string; kind: string; shape: readonly number[] }[];
  if (await isFeaturesFile(source)) {
    const { tensors } = await openModel(source);
    layers = [...tensors.values()].map(({ name, shape }) => ({ name, op: 'features', kind: '', shape }));
  } else {
    const probed = await probeModel(
      { source, ...(preprocessing && { preprocessing }) },
      { runtime: () => loadRuntime() },
    );
    layers = probed.layers;
  }
  if (json) return `${JSON.stringify({ schemaVersion: 1, model: source.name, layers }, null, 2)}\n`;
  const rows = layers.map(({ name, op, kind, shape }) => [name, op, kind, shape.join('×')]);
  return `${source.name}\n${formatTable(
    ['layer', 'operator', 'kind', 'shape'].map((title) => ({ title })),
    rows,
    '  ',
  )}`;
}

function whole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least && value <= 2 ** 31) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  };
}

function kernels(text: string): SimilarityKernel[] {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !(SIMILARITY_KERNELS as readonly string[]).includes(name));
  if (wrong === undefined) return [...new Set(names)] as SimilarityKernel[];
  throw new InvalidArgumentError(`There is no kernel "${wrong}"; choose from ${SIMILARITY_KERNELS.join(', ')}.`);
}

function sigma(text: string): 'code' | 'literal' | number {
  if (text === 'code' || text === 'literal') return text;
  if (Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('It must be code, literal or a number above 0.');
}

function sizes(text: string): number[] {
  return text.split(',').map(whole(2));
}

/** "1G", "512M", or bytes; NaN of anything else. */
function parseSize(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMG]?)i?B?$/i.exec(text.trim()) ?? [];
  return Number(number) * 1024 ** ['', 'K', 'M', 'G'].indexOf(unit.toUpperCase());
}

function size(text: string): number {
  const value = Math.floor(parseSize(text));
  if (value >= 0) return value;
  throw new InvalidArgumentError('It must be a size such as 32M, or 0.');
}

function bytes(text: string): number {
  const value = parseSize(text);
  if (value >= 2 ** 28) return value;
  throw new InvalidArgumentError('It must be a size such as 512M or 2G, at least 256M.');
}
