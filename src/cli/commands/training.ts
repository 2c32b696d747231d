import { type Command, InvalidArgumentError, Option } from 'commander';
import { SSIM_ORDERS, type TrainingOptions } from '../../analyses/training/options.ts';
import { EXIT_CODES } from '../../base/errors.ts';
import { NAMED_PAIRS, pairNamed } from '../../measures/training/similarity-pairs.ts';
import { parseThreshold } from '../../measures/training/thresholds.ts';
import { DEFAULT_WSI_QUANTILE } from '../../measures/training/weights-similarity-index.ts';
import { RUN_FLAGS, type RunArgument } from '../arguments/model-flags.ts';
import { refuseUnused } from '../arguments/nothing-ignored.ts';
import { addModelFlags, argumentsOf, PER_MODEL_HELP } from '../arguments/per-model.ts';
import { addShowOptions } from '../arguments/show-flags.ts';
import { readPicturesRequest } from '../inputs/class-pictures.ts';
import { readReferences } from '../inputs/classes-inputs.ts';
import type { TrainingFlags } from '../inputs/training-flags.ts';
import { parseBand, rankCheckpoints, rankingText } from '../reports/training/checkpoint-ranking.ts';
import { classHistory, classHistoryText } from '../reports/training/class-history.ts';
import { readRuns } from '../reports/training/training-curves.ts';
import { type TrainingExtras, trainingJson } from '../reports/training/training-json.ts';
import { trainingReport } from '../reports/training/training-report.ts';
import { evaluateThresholds, reportThresholds } from '../reports/training/training-thresholds.ts';
import { commandLine } from '../terminal/command-line.ts';
import type { CliIo } from '../terminal/io.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { offerToOpen } from './offer-to-open.ts';
import { readRunArguments, runTraining } from './training-run.ts';
import { watchTraining } from './training-watch.ts';

const EXAMPLES = `
A run is a folder: what a Semblance logger writes, or checkpoints with an epoch in their names, with predictions beside
them where there are some. ${Object.keys(RUN_FLAGS)
  .map((name) => `--${name}`)
  .join(', ')} ${PER_MODEL_HELP}
Early warnings compare each run with the others at the same epoch. With --watch, --json prints one object a line for each epoch.

Examples:
  semblance training runs/mine
  semblance training runs/mine --watch                     follow it while it trains; Ctrl+C ends
  semblance training runs/good runs/new --fail-if 'sai.ncsm_scsm<0.7@25'
  semblance training checkpoints/ --labels cifar-10 --json
  semblance training runs/a runs/b --at-accuracy 40±1      which checkpoint of that accuracy is aligned best
  semblance training runs/mine --class "tabby"             one class's neighbours over the epochs
`;

export function addTrainingCommand(program: Command, io: CliIo): void {
  const command = program
    .command('training')
    .description('How similarity grew over the epochs of training runs, and whether the mistakes follow it')
    .argument('<runs...>', 'folders of training runs')
    .option('--reference <file|wordnet>', 'a C×C matrix (.npy, .csv) or a tree (child,parent rows) as SCSM', 'wordnet')
    .option('--q <q>', 'quantile of WSI max and min', parseQuantile, DEFAULT_WSI_QUANTILE)
    .addOption(
      new Option('--ties <rule>', 'how IDM ranks tied classes').choices(['average', 'first']).default('average'),
    )
    .addOption(
      new Option('--ssim-order <order>', 'in which order SSIM sees the classes; it depends on it')
        .choices([...SSIM_ORDERS])
        .default('wordnet'),
    )
    .addOption(
      repeatable(
        '--pair <pair>',
        'a further pair of matrices to align, such as ccsm_train_scsm; repeatable',
        (pair) => {
          pairNamed(pair);
          return pair;
        },
      ),
    )
    .option('--watch', 'follow growing folders until Ctrl+C', false)
    .option('--every <seconds>', 'how often --watch looks', parseSeconds, 2)
    .addOption(
      repeatable(
        '--fail-if <condition>',
        "exit with 6 when it holds: 'CURVE<NUMBER@EPOCH'; repeatable",
        parseThreshold,
      ),
    )
    .option('--at-accuracy <band>', 'rank the checkpoints within a band of test accuracy such as 40±1 (per cent)')
    .option('--class <name>', "print one class's neighbours over the epochs: a name, part of one, or a WordNet id")
    .option('--images <dir|list>', 'pictures of the classes, and those that samples.jsonl of a run names')
    .option('--images-per-class <n>', 'pictures kept of each class (default: 6; fewer of very many)', parseWhole)
    .option('--images-most <n>', 'pictures looked at; of more, a random part (default: 20000)', parseWhole)
    .option('--out <folder>', 'where the study is written (default: ./semblance-studies/NAME-HASH)')
    .option('--json', 'print one JSON object', false)
    .option('-q, --quiet', 'no progress and no talk on stderr', false);
  const readRunFlags = addModelFlags(command, RUN_FLAGS);
  addShowOptions(command).addHelpText('after', EXAMPLES);
  command.action(async (_runs: string[], flags: TrainingFlags) => {
    refuseUnused(command, [
      { options: ['every'], isUsed: flags.watch, needs: '--watch' },
      { options: ['images-per-class', 'images-most'], isUsed: flags.images !== undefined, needs: '--images' },
      {
        options: ['at-accuracy', 'class'],
        isUsed: !flags.watch,
        needs: 'a run that is there whole: leave out --watch',
      },
    ]);
    const isMet = await training(readRunFlags(), flags, commandLine('training', argumentsOf(command)), io);
    if (isMet) program.setOptionValue('exitCode', EXIT_CODES.thresholdNotMet);
  });
}

/** @returns whether a condition of --fail-if holds. */
async function training(runs: readonly RunArgument[], flags: TrainingFlags, line: string, io: CliIo): Promise<boolean> {
  const band = flags.atAccuracy === undefined ? undefined : parseBand(flags.atAccuracy);
  const inputs = await readRunArguments(runs, io);
  const [reference] = await readReferences([flags.reference], 'path', io);
  const pictures = await readPicturesRequest(flags, io);
  const options: TrainingOptions = {
    ...(pictures ? { pictures } : {}),
    reference: reference!,
    pairs: [...new Set([...NAMED_PAIRS, ...flags.pair])],
    q: flags.q,
    ties: flags.ties,
    ssimOrder: flags.ssimOrder,
    command: line,
  };
  if (flags.watch) return watchTraining(runs, inputs, options, flags, io);
  const study = await runTraining(inputs, options, flags, io);
  const { manifest, store, folder } = study;
  const thresholds = evaluateThresholds(await readRuns(manifest, store), flags.failIf);
  const bar = progressBar(io, flags.quiet);
  const extras: TrainingExtras = {
    ...(flags.failIf.length > 0 ? { thresholds } : {}),
    ...(band
      ? {
          atAccuracy: await rankCheckpoints(manifest, store, band, {
            signal: io.signal,
            onProgress: bar.report,
          }).finally(bar.done),
        }
      : {}),
    ...(flags.class === undefined ? {} : { class: await classHistory(manifest, store, flags.class) }),
  };
  if (flags.json) io.stdout(`${JSON.stringify(await trainingJson(manifest, store, folder, extras), null, 2)}\n`);
  else if (extras.class) io.stdout(await classHistoryText(extras.class, manifest, store, io));
  else {
    io.stdout(await trainingReport(manifest, store, folder, io));
    if (extras.atAccuracy) io.stdout(`\n${rankingText(extras.atAccuracy, io)}`);
  }
  if (study.computed === 0 && !flags.quiet) io.stderr('Nothing was computed: the study was already there.\n');
  const isMet = reportThresholds(thresholds, manifest.instruments.training!.runs.length > 1, io);
  if (!isMet && !flags.json && !flags.quiet && flags.class === undefined) await offerToOpen(folder, flags, io);
  return isMet;
}

/** An option that may be given several times, each value read by `parse`. */
function repeatable<T>(flags: string, description: string, parse: (text: string) => T): Option {
  return new Option(flags, description)
    .argParser((text: string, all: T[]) => [...all, parse(text)])
    .default([], 'none');
}

function parseWhole(text: string): number {
  const value = Number(text);
  if (!(Number.isSafeInteger(value) && value > 0)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}

function parseQuantile(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1)) throw new InvalidArgumentError('It must lie between 0 and 1.');
  return value;
}

function parseSeconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0.05 && value <= 86_400)) throw new InvalidArgumentError('It must be seconds from 0.05 to 86400.');
  return value;
}
