import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { isFeaturesFile, openFeaturesFile } from '../../activations/features-file/features-file.ts';
import { probeModel } from '../../activations/model/vision-model.ts';
import { loadRuntime } from '../../activations/runtime/node-runtime.ts';
import { defaultStudyName } from '../../analyses/common/default-study-name.ts';
import { analyseInvariance } from '../../analyses/representations/analyse-invariance.ts';
import { analyseRepresentations } from '../../analyses/representations/analyse-representations.ts';
import { imagesOfBatches } from '../../analyses/representations/invariance/image-groups.ts';
import { matchOnQueue } from '../../analyses/representations/matching/match-on-queue.ts';
import { INVARIANCE_OPTIONS, REPRESENTATION_OPTIONS } from '../../analyses/representations/option-table.ts';
import type { RepresentationModelInput } from '../../analyses/representations/options.ts';
import { planRepresentations } from '../../analyses/representations/plan/plan-representations.ts';
import { UsageError } from '../../base/errors.ts';
import { bytes, settleOptions, whole } from '../../base/option-table.ts';
import { redisAddress } from '../../engine/queue/redis-connection.ts';
import { openModel } from '../../model-files/open-model.ts';
import { refuseUnused } from '../arguments/nothing-ignored.ts';
import { addOptionFlags, readValue, typedOptions } from '../arguments/option-flags.ts';
import { addOutputFlags, type OutputFlags } from '../arguments/output-flags.ts';
import { addModelFlags, argumentsOf, type ModelArgument, PER_MODEL_HELP } from '../arguments/per-model.ts';
import { picturesOfGroups, readGroups } from '../inputs/image-groups.ts';
import { imagesWithSets, type QueriesFlag, queriesFlag } from '../inputs/query-images.ts';
import { nodePlatform, REPRESENTATION_MODEL_FLAGS, readRepresentationModel } from '../inputs/representations-inputs.ts';
import { namedInput, studyPlace } from '../inputs/study-folder.ts';
import { findingsOf } from '../reports/findings-report.ts';
import { planText } from '../reports/plan-report.ts';
import { representationsReport } from '../reports/representations-report.ts';
import { commandLine } from '../terminal/command-line.ts';
import type { CliIo } from '../terminal/io.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { formatTable } from '../terminal/table.ts';
import { offerToOpen } from './offer-to-open.ts';

interface Flags extends OutputFlags {
  images?: string;
  sample?: number;
  queries?: QueriesFlag;
  database?: string;
  groups?: string;
  threads?: number;
  maxMemory?: number;
  thumbnails: boolean;
  dryRun?: boolean;
  engine?: string;
  root?: string;
}

const EXAMPLES = `
${Object.keys(REPRESENTATION_MODEL_FLAGS)
  .map((name) => `--${name}`)
  .join(', ')}
${PER_MODEL_HELP}

Examples:
  semblance representations model.onnx --layers list
  semblance representations model.onnx --images photos            sub-folders are labels
  semblance representations cnn.onnx vit.onnx --images photos --depth 6
  semblance representations model.onnx --images photos --layers /layer4/Add_output_0 --method batch-optimal
  semblance representations features.safetensors                  features written by FeatureWriter (integrations/python)
  semblance representations model.onnx --images photos --transform shift
  semblance representations model.onnx --queries val --database train
`;

export function addRepresentationsCommand(program: Command, io: CliIo): void {
  const command = program
    .command('representations')
    .description('Which images are alike to a network, layer by layer, wherever their content stands in the frame')
    .argument('<models...>', 'ONNX models, or features: .npy, .npz, .safetensors of N×C×H×W or N×T×D')
    .option('--images <dir|list>', 'folder (sub-folders are labels), or .csv, .jsonl, .txt with paths')
    .option('--sample <n>', 'a random part of the images', (text) => readValue(whole(2), text))
    .option(
      '--queries <n|share|images>',
      'the queries of retrieval: a share of each label (20%), a folder, a list, or a folder in the names of --images; with --pairs also a number of random ones (default: 200), whose nearest are found exactly',
      queriesFlag,
    )
    .option('--database <images>', 'the images that --queries are searched in (default: all others)');
  const readModels = addModelFlags(command, REPRESENTATION_MODEL_FLAGS);
  addOptionFlags(addOptionFlags(command, REPRESENTATION_OPTIONS), INVARIANCE_OPTIONS)
    .option(
      '--groups <file>',
      'with --transform groups: CSV with the columns image,group[,place] of images that are views of one thing',
    )
    .option('--threads <n>', 'worker threads (default: one per core)', (text) => readValue(whole(1), text))
    .option('--max-memory <size>', 'memory to stay below, such as 1G (default: 2G)', (text) =>
      readValue(bytes(2 ** 28), text),
    )
    .option('--no-thumbnails', 'keep no small pictures in the study')
    .option(
      '--engine <address>',
      'match on workers by a queue, such as redis://host:6379 (default: threads of this process)',
    )
    .option('--root <dir>', 'with --engine: the folder that all machines share (default: the working directory)')
    .option('--dry-run', 'say what would be done and how long it would take, and stop there');
  addOutputFlags(command).addHelpText('after', EXAMPLES);
  command.action(async () => representations(readModels(), command, argumentsOf(command), io));
}

async function representations(
  models: readonly ModelArgument<typeof REPRESENTATION_MODEL_FLAGS>[],
  command: Command,
  args: readonly string[],
  io: CliIo,
): Promise<void> {
  const flags = command.opts<Flags>();
  refuseUnused(command, [
    { options: ['root'], isUsed: flags.engine !== undefined, needs: '--engine, whose workers share that folder' },
    { options: ['groups'], isUsed: command.getOptionValue('transform') === 'groups', needs: '--transform groups' },
    { options: ['offset'], isUsed: command.getOptionValue('transform') === 'shift', needs: '--transform shift' },
    { options: ['engine'], isUsed: !flags.dryRun, needs: 'a run; --dry-run reckons with threads of this machine' },
  ]);
  const inputs = await Promise.all(models.map((model) => readRepresentationModel(model, flags, io)));
  if (models.some(({ layers }) => layers === 'list')) {
    for (const input of inputs) io.stdout(await layerList(input, flags.json));
    return;
  }
  // What was typed, without defaults: the experiment with two views has others.
  const typed = typedOptions(command, REPRESENTATION_OPTIONS);
  const { seed = REPRESENTATION_OPTIONS.seed.default } = typed;
  const areFeatures = await Promise.all(inputs.map(({ source }) => isFeaturesFile(source)));
  const features = await Promise.all(
    inputs.filter((_, i) => areFeatures[i]).map(({ source }) => openFeaturesFile(source)),
  );
  const listed = new Set(
    features.flatMap(({ samples }) => samples ?? []).flatMap(({ id, name }) => [id ?? [], name ?? []].flat()),
  );
  const { images: named, options: sets } = await imagesWithSets(flags, areFeatures.includes(false), listed, seed, io);
  const { transform, offset, batch } = settleOptions(INVARIANCE_OPTIONS, typedOptions(command, INVARIANCE_OPTIONS));
  const groups = flags.groups === undefined ? undefined : await readGroups(flags.groups, io.cwd);
  const images =
    groups && flags.images === undefined && areFeatures.includes(false)
      ? picturesOfGroups(groups, flags.groups!, io.cwd)
      : named;
  const options = {
    ...typed,
    ...sets,
    ...(flags.maxMemory !== undefined && { maxMemory: flags.maxMemory }),
    // Where work was done changes no byte of a study.
    command: commandLine('representations', withoutEngine(args), { cwd: io.cwd, fullPaths: flags.fullPaths }),
  };
  const name = defaultStudyName(inputs.map(namedInput));
  const place = studyPlace(
    {
      out: flags.out,
      quiet: flags.quiet,
      name: transform === null ? name : `${name}-${transform}`,
      instrument: 'representations',
      models: inputs.map(({ source }) => source),
    },
    io,
  );
  const platform = nodePlatform(flags.threads, flags.thumbnails);
  if (flags.engine !== undefined) {
    if (transform !== null) throw new UsageError('--engine does not take --transform, whose batches are small.');
    const address = redisAddress(flags.engine, io.env);
    const root = resolve(io.cwd, flags.root ?? '.');
    platform.openEngine = (store, inputsHash) =>
      matchOnQueue({
        address,
        root,
        store,
        inputsHash,
        onWaiting: () => io.stderr(`Waiting for workers: semblance worker ${address.shown} --root ${root}\n`),
      });
  }
  const bar = progressBar(io, flags.quiet);
  const task = { signal: io.signal, onProgress: bar.report };
  if (flags.dryRun) {
    const threads = flags.threads ?? availableParallelism();
    const plan = await planRepresentations(
      inputs,
      images,
      options,
      platform,
      threads,
      { signal: io.signal },
      transform === null ? undefined : groups ? { batch, rows: imagesOfBatches(groups, batch) } : { batch },
    );
    io.stdout(
      flags.json
        ? `${JSON.stringify({ schemaVersion: 1, command: 'representations', plan }, null, 2)}\n`
        : planText(plan, io),
    );
    return;
  }
  if (!flags.quiet) platform.announce = (plan) => io.stderr(planText(plan, io));
  const result = await (transform === null
    ? analyseRepresentations(inputs, images, options, place, platform, task)
    : analyseInvariance(
        inputs,
        images,
        { ...options, transform, offset, batch, ...(groups && { groups }) },
        place,
        platform,
        task,
      )
  ).finally(bar.done);
  const { manifest, store } = result;
  const folder = store.name;
  const section = manifest.instruments.representations!;
  if (flags.json) {
    const { schemaVersion, software } = manifest;
    const findings = await findingsOf(manifest, store, 'representations');
    io.stdout(`${JSON.stringify({ schemaVersion, software, findings, ...section, study: folder }, null, 2)}\n`);
  } else io.stdout(await representationsReport(manifest, store, folder, io));
  if ('reused' in result && result.reused && !flags.quiet)
    io.stderr('Nothing was computed: the study was already there.\n');
  if (!flags.json && !flags.quiet) await offerToOpen(folder, flags, io);
}

/** The arguments without the engine and its folder, and so without its password. */
function withoutEngine(args: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < args.length; i++)
    if (args[i] === '--engine' || args[i] === '--root') i++;
    else if (!/^--(engine|root)=/.test(args[i]!)) kept.push(args[i]!);
  return kept;
}

/** Every layer with its shape, as a table or as JSON. */
export async function layerList(
  { source, preprocessing, layout }: Pick<RepresentationModelInput, 'source' | 'preprocessing' | 'layout'>,
  json: boolean,
): Promise<string> {
  let layers: { name: string; op: string; kind: string; shape: readonly number[] }[];
  if (await isFeaturesFile(source)) {
    const { tensors } = await openModel(source);
    layers = [...tensors.values()].map(({ name, shape }) => ({ name, op: 'features', kind: '', shape }));
  } else {
    const probed = await probeModel(
      { source, ...(preprocessing && { preprocessing }), ...(layout && layout !== 'ntd' && { layout }) },
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
