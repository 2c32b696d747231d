import type { Command } from 'commander';
import { defaultStudyName } from '../../analyses/common/default-study-name.ts';
import { analyseConcepts } from '../../analyses/concepts/analyse-concepts.ts';
import { analyseConceptAtlas, PAIR_OPTIONS } from '../../analyses/concepts/atlas/analyse-atlas.ts';
import { CONCEPT_OPTIONS } from '../../analyses/concepts/option-table.ts';
import type { ConceptModelInput } from '../../analyses/concepts/options.ts';
import { UsageError } from '../../base/errors.ts';
import { whole } from '../../base/option-table.ts';
import { refuseUnused } from '../arguments/nothing-ignored.ts';
import { addOptionFlags, readValue, typedOptions } from '../arguments/option-flags.ts';
import { addOutputFlags, type OutputFlags } from '../arguments/output-flags.ts';
import { addModelFlags, argumentsOf, type ModelArgument, PER_MODEL_HELP } from '../arguments/per-model.ts';
import {
  CONCEPT_MODEL_FLAGS,
  conceptsPlatform,
  readConceptImages,
  readConceptModel,
} from '../inputs/concepts-inputs.ts';
import { namedInput, studyPlace } from '../inputs/study-folder.ts';
import { atlasReport } from '../reports/atlas-report.ts';
import { conceptsReport } from '../reports/concepts-report.ts';
import { findingsOf } from '../reports/findings-report.ts';
import { commandLine } from '../terminal/command-line.ts';
import type { CliIo } from '../terminal/io.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { addNameCommand } from './concepts-name.ts';
import { offerToOpen } from './offer-to-open.ts';
import { layerList } from './representations.ts';

interface Flags extends OutputFlags {
  images?: string;
  heldOut: string[];
  group: string[];
  layerMap?: number | true;
  threads?: number;
}

/** Layers of each model in the map where it is asked for without a number. */
const LAYERS_OF_MAP = 8;

/** Options of the command that are about two models, by their attributes. */
const PAIR_ONLY: readonly string[] = PAIR_OPTIONS;

const EXAMPLES = `
${Object.keys(CONCEPT_MODEL_FLAGS)
  .map((name) => `--${name}`)
  .join(', ')}
${PER_MODEL_HELP}

Examples:
  semblance concepts --labels cifar-10 resnet20.onnx resnet56.onnx --images photos
  semblance concepts cnn.onnx vit.onnx --images train --held-out val --classes cat,dog
  semblance concepts a.onnx b.onnx --group dogs=photos/dogs             one group instead of classes
  semblance concepts a.onnx b.onnx --images photos --layer-map 8 --sweep
  semblance concepts a.onnx b.onnx c.onnx --images photos               the atlas of three models or more
  semblance concepts a-patches.safetensors b-patches.safetensors --images photos
                                                                        activations written by FeatureWriter (integrations/python)
  semblance concepts name ./semblance-studies/a-b-12345678 --name-with anthropic --name-model MODEL
`;

export function addConceptsCommand(program: Command, io: CliIo): void {
  const several = (value: string, before: string[]): string[] => [...before, value];
  const command = program
    .command('concepts')
    .description('Which concepts one network knows and the other does not, class by class, and whether they matter')
    .argument('<models...>', 'two or more ONNX models, or files of pooled activations of the same patches')
    .option('--images <dir|list>', 'folder (sub-folders are labels), or .csv, .jsonl, .txt with paths')
    .option('--held-out <dir|list>', 'images for evaluation alone (default: half of each class)', several, [])
    .option('--group <name=dir>', 'instead of classes: a group of images; may be repeated', several, []);
  const readModels = addModelFlags(command, CONCEPT_MODEL_FLAGS);
  addOptionFlags(command, CONCEPT_OPTIONS)
    .option(
      '--layer-map [n]',
      `map of layers against layers, n of each model (default: ${LAYERS_OF_MAP}, or those of --layers)`,
      (text) => readValue(whole(2), text),
    )
    .option('--threads <n>', 'threads of the runtime', (text) => readValue(whole(1), text));
  addOutputFlags(command).addHelpText('after', EXAMPLES);
  addNameCommand(command, io);
  command.action(async () => concepts(readModels(), command, argumentsOf(command), io));
}

async function concepts(
  models: readonly ModelArgument<typeof CONCEPT_MODEL_FLAGS>[],
  command: Command,
  args: readonly string[],
  io: CliIo,
): Promise<void> {
  const flags = command.opts<Flags>();
  const inputs = await Promise.all(models.map((model) => readConceptModel(model, flags, io)));
  if (models.some(({ layers }) => layers === 'list')) {
    for (const input of inputs) io.stdout(await layerList(input, flags.json));
    return;
  }
  if (inputs.length < 2)
    throw new UsageError('Concepts are compared between two models or more; 1 was given.', {
      hint: 'semblance concepts MODEL_A MODEL_B --images DIR; the same model twice shows the ceilings.',
    });
  const isAtlas = inputs.length > 2;
  refuseUnused(command, [
    {
      options: command.options
        .filter((option) => PAIR_ONLY.includes(option.attributeName()))
        .map((option) => option.name()),
      isUsed: !isAtlas,
      needs: `two models; ${inputs.length} are given`,
    },
  ]);
  const images = await readConceptImages(flags, io);
  const { layerMap } = flags;
  const options = {
    ...typedOptions(command, CONCEPT_OPTIONS),
    ...(layerMap !== undefined && { layerMap: layerMap === true ? LAYERS_OF_MAP : layerMap }),
    command: commandLine('concepts', args, { cwd: io.cwd, fullPaths: flags.fullPaths }),
  };
  const name = defaultStudyName(inputs.map(namedInput));
  const bar = progressBar(io, flags.quiet);
  const place = studyPlace(
    {
      out: flags.out,
      quiet: flags.quiet,
      name,
      instrument: isAtlas ? 'atlas' : 'concepts',
      models: inputs.map(({ source }) => source),
    },
    io,
  );
  const platform = conceptsPlatform(flags.threads);
  const task = { signal: io.signal, onProgress: bar.report };
  const { manifest, store, reused } = await (isAtlas
    ? analyseConceptAtlas(inputs, images, options, place, platform, task)
    : analyseConcepts(inputs as [ConceptModelInput, ConceptModelInput], images, options, place, platform, task)
  ).finally(bar.done);
  const folder = store.name;
  const section = (isAtlas ? manifest.instruments.atlas : manifest.instruments.concepts)!;
  if (flags.json) {
    const { schemaVersion, software } = manifest;
    const findings = await findingsOf(manifest, store, isAtlas ? 'atlas' : 'concepts');
    io.stdout(`${JSON.stringify({ schemaVersion, software, findings, ...section, study: folder }, null, 2)}\n`);
  } else io.stdout(await (isAtlas ? atlasReport : conceptsReport)(manifest, store, folder, io));
  if (reused && !flags.quiet) io.stderr('Nothing was computed: the study was already there.\n');
  if (!flags.json && !flags.quiet) await offerToOpen(folder, flags, io);
}
