import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { fileSource } from '../../base/bytes/file-source.ts';
import { addShowOptions, type ShowOptions } from '../arguments/show-flags.ts';
import { classesReport } from '../reports/classes-report.ts';
import { trainingReport } from '../reports/training/training-report.ts';
import type { CliIo } from '../terminal/io.ts';
import { runClasses } from './classes-run.ts';
import { demoConcepts } from './demo-concepts.ts';
import { demoRepresentations } from './demo-representations.ts';
import type { DemoTask } from './demo-task.ts';
import { showStudies } from './show-studies.ts';
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
    .description(
      'Analyse the bundled samples: training runs on 100 classes of Tiny-ImageNet, networks that know emoji, a concept that one of them lacks',
    )
    .option('--out <folder>', 'where the study is written (default: a temporary folder)');
  addShowOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ShowOptions & { out?: string }) => {
      const shown = io.isTerminal && !io.env.CI;
      const task: DemoTask = {
        samples: fileURLToPath(new URL('../../../samples/', import.meta.url)),
        out: flags.out ?? (await mkdtemp(join(tmpdir(), 'semblance-demo-'))),
        studyName: 'Semblance demo',
        print: shown ? io.stderr : io.stdout,
      };
      await demoClasses(task, io);
      const folder = await demoTraining(task, io);
      await demoRepresentations(task, io);
      await demoConcepts(task, io);
      if (shown) await showStudies([folder], flags, io);
      // Nobody is there to look at a page: the way to it is told instead. A checkout has the command in bin alone.
      else {
        const command = io.env.npm_lifecycle_event === 'demo' ? 'node bin/semblance.js' : 'semblance';
        io.stdout(`\n${io.colors.bold('to look at it')}  ${command} open ${folder}\n`);
      }
    });
}

async function demoClasses({ samples, out, studyName, print }: DemoTask, io: CliIo): Promise<void> {
  const inputs = await Promise.all(
    NETWORKS.map(async ({ name, file }) => ({ source: await fileSource(join(samples, name, file)), name })),
  );
  const paths = NETWORKS.map(({ name, file }) => `samples/${name}/${file} --name ${name}`).join(' ');
  const { manifest, store, folder } = await runClasses(
    inputs,
    { command: `semblance classes ${paths}`, studyName },
    { out },
    io,
  );
  print(await classesReport(manifest, store, folder, io));
}

async function demoTraining({ samples, out, studyName, print }: DemoTask, io: CliIo): Promise<string> {
  const runs = await readRunArguments(
    RUNS.map((name) => ({ path: join(samples, name) })),
    io,
  );
  const command = `semblance training ${RUNS.map((name) => `samples/${name}`).join(' ')}`;
  const { manifest, store, folder } = await runTraining(runs, { command, studyName }, { out }, io);
  print(`\n${await trainingReport(manifest, store, folder, io, { brief: true })}`);
  return folder;
}
