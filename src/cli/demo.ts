import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { fileSource } from '../model-files/file-source.ts';
import { classesReport } from './classes-report.ts';
import { runClasses } from './classes-run.ts';
import type { CliIo } from './io.ts';
import { addShowOptions, type ShowOptions, showStudies } from './show-studies.ts';
import { trainingReport } from './training-report.ts';
import { readRunArguments, runTraining } from './training-run.ts';

/** The bundled runs, by folder below samples/; of the two that learn, the last epoch is looked at as a network too. */
const RUNS = ['tiny-imagenet-cnn', 'tiny-imagenet-vit', 'tiny-imagenet-vit-bad'] as const;
const NETWORKS = [
  { name: 'tiny-imagenet-cnn', file: 'epoch-0040.safetensors' },
  { name: 'tiny-imagenet-vit', file: 'epoch-0032.safetensors' },
] as const;

const EXAMPLES = `
From a terminal the study is shown in the browser until Ctrl+C; elsewhere its report is printed and that is all.

Examples:
  semblance demo
  semblance demo --no-open
`;

export function addDemoCommand(program: Command, io: CliIo): void {
  const command = program
    .command('demo')
    .description('Analyse the bundled sample: three training runs of small networks on 100 classes of Tiny-ImageNet')
    .option('--out <folder>', 'where the study is written (default: a temporary folder)');
  addShowOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ShowOptions & { out?: string }) => {
      const samples = fileURLToPath(new URL('../../samples/', import.meta.url));
      const out = flags.out ?? (await mkdtemp(join(tmpdir(), 'semblance-demo-')));
      const studyName = 'Semblance demo';
      const inputs = await Promise.all(
        NETWORKS.map(async ({ name, file }) => ({ source: await fileSource(join(samples, name, file)), name })),
      );
      const paths = NETWORKS.map(({ name, file }) => `samples/${name}/${file} --name ${name}`).join(' ');
      const classes = await runClasses(inputs, { command: `semblance classes ${paths}`, studyName }, { out }, io);
      const shown = io.isTerminal && !io.env.CI;
      const print = shown ? io.stderr : io.stdout;
      print(await classesReport(classes.manifest, classes.store, classes.folder, io));

      const runs = await readRunArguments(
        RUNS.map((name) => ({ path: join(samples, name) })),
        io,
      );
      const command = `semblance training ${RUNS.map((name) => `samples/${name}`).join(' ')}`;
      const training = await runTraining(runs, { command, studyName }, { out }, io);
      print(`\n${await trainingReport(training.manifest, training.store, training.folder, io, { brief: true })}`);
      if (shown) await showStudies([training.folder], flags, io);
    });
}
