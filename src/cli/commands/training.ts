import { type Command, Option } from 'commander';
import { REFERENCE_OPTIONS } from '../../analyses/classes/option-table.ts';
import { TRAINING_OPTIONS } from '../../analyses/training/option-table.ts';
import type { TrainingOptions } from '../../analyses/training/options.ts';
import { EXIT_CODES } from '../../base/errors.ts';
import { number, type OptionValues } from '../../base/option-table.ts';
import { parseThreshold } from '../../measures/training/thresholds.ts';
import { RUN_FLAGS, type RunArgument } from '../arguments/model-flags.ts';
import { refuseUnused } from '../arguments/nothing-ignored.ts';
import { addOptionFlags, readValue, typedOptions } from '../arguments/option-flags.ts';
import { addOutputFlags } from '../arguments/output-flags.ts';
import { addModelFlags, argumentsOf, PER_MODEL_HELP } from '../arguments/per-model.ts';
import { PREPROCESSING_FLAGS } from '../arguments/preprocessing-flags.ts';
import { addPictureFlags, PICTURE_OPTION_USE, readPicturesRequest } from '../inputs/class-pictures.ts';
import { readReferences, usesWordNet } from '../inputs/classes-inputs.ts';
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

/** Between two looks of --watch. */
const SECONDS = number({ from: 0.05, to: 86_400 }, '<seconds>');

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
  semblance training onnx/ --labels cifar-10 --templates val/    ONNX checkpoints run on labelled pictures
  semblance training runs/mine --class "tabby"             one class's neighbours over the epochs
`;

export function addTrainingCommand(program: Command, io: CliIo): void {
  const command = program
    .command('training')
    .description('How similarity grew over the epochs of training runs, and whether the mistakes follow it')
    .argument('<runs...>', 'folders of training runs')
    .addOption(
      new Option(
        '--reference <file|wordnet>',
        'a C×C matrix (.npy, .csv) or a tree (child,parent rows) as SCSM; repeatable, the first is the main one',
      )
        .argParser((value: string, all: string[]) => [...all, value])
        .default([], 'wordnet'),
    )
    .option('--watch', 'follow growing folders until Ctrl+C', false)
    .option('--every <seconds>', 'how often --watch looks', (text) => readValue(SECONDS, text), 2)
    .addOption(
      repeatable(
        '--fail-if <condition>',
        "exit with 6 when it holds: 'CURVE<NUMBER@EPOCH'; repeatable",
        parseThreshold,
      ),
    )
    .option('--at-accuracy <band>', 'rank the checkpoints within a band of test accuracy such as 40±1 (per cent)')
    .option('--all-checkpoints', 'with --at-accuracy: all of several runs, not the best-aligned one of each', false)
    .option('--class <name>', "print one class's neighbours over the epochs: a name, part of one, or a WordNet id");
  for (const table of [REFERENCE_OPTIONS, TRAINING_OPTIONS]) addOptionFlags(command, table);
  addPictureFlags(command, 'pictures of the classes, and those that samples.jsonl of a run names');
  const readRunFlags = addModelFlags(command, RUN_FLAGS);
  addOutputFlags(command).addHelpText('after', EXAMPLES);
  command.action(async (_runs: string[], flags: TrainingFlags) => {
    const runs = readRunFlags();
    refuseUnused(command, [
      {
        options: ['template-layer', ...Object.keys(PREPROCESSING_FLAGS)],
        isUsed: runs.some(({ templates }) => templates !== undefined),
        needs: '--templates, which runs the checkpoints on pictures',
      },
      {
        options: ['measure'],
        isUsed: usesWordNet(flags.reference),
        needs: 'WordNet as a reference: add --reference wordnet',
      },
      { options: ['every'], isUsed: flags.watch, needs: '--watch' },
      { ...PICTURE_OPTION_USE, isUsed: flags.images !== undefined },
      {
        options: ['all-checkpoints'],
        isUsed: flags.atAccuracy !== undefined && runs.length > 1,
        needs: '--at-accuracy and several runs',
      },
      {
        options: ['at-accuracy', 'class'],
        isUsed: !flags.watch,
        needs: 'a run that is there whole: leave out --watch',
      },
    ]);
    const isMet = await training(runs, command, io);
    if (isMet) program.setOptionValue('exitCode', EXIT_CODES.thresholdNotMet);
  });
}

/** @returns whether a condition of --fail-if holds. */
async function training(runs: readonly RunArgument[], command: Command, io: CliIo): Promise<boolean> {
  const flags = command.opts<TrainingFlags>();
  const band = flags.atAccuracy === undefined ? undefined : parseBand(flags.atAccuracy);
  const inputs = await readRunArguments(runs, io);
  const { measure } = command.opts<OptionValues<typeof REFERENCE_OPTIONS>>();
  const pictures = await readPicturesRequest(command, {}, io);
  const options: TrainingOptions = {
    ...(pictures ? { pictures } : {}),
    references: await readReferences(flags.reference, measure, io),
    ...typedOptions(command, TRAINING_OPTIONS),
    command: commandLine('training', argumentsOf(command), { cwd: io.cwd, fullPaths: flags.fullPaths }),
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
          atAccuracy: await rankCheckpoints(manifest, store, band, runs.length > 1 && !flags.allCheckpoints, {
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
