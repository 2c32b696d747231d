import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileSource } from '../../../base/bytes/file-source.ts';
import { classesReport } from '../../reports/classes-report.ts';
import { trainingReport } from '../../reports/training/training-report.ts';
import type { CliIo } from '../../terminal/io.ts';
import { runClasses } from '../classes-run.ts';
import { readRunArguments, runTraining } from '../training-run.ts';
import { demoConcepts } from './demo-concepts.ts';
import { demoRepresentations } from './demo-representations.ts';
import type { DemoTask } from './demo-task.ts';

/** The bundled runs, by folder below samples/; of the two that learn, the last epoch is looked at as a network too. */
const RUNS = ['tiny-imagenet-cnn', 'tiny-imagenet-vit', 'tiny-imagenet-vit-bad'] as const;
const NETWORKS = [
  { name: 'tiny-imagenet-cnn', file: 'epoch-0040.safetensors' },
  { name: 'tiny-imagenet-vit', file: 'epoch-0032.safetensors' },
] as const;

/**
 * Analyses the bundled samples with all instruments into one study, and prints the reports.
 * @returns the study's folder.
 */
export async function writeDemoStudy(out: string, print: (text: string) => void, io: CliIo): Promise<string> {
  const samples = fileURLToPath(new URL('../../../../samples/', import.meta.url));
  const task: DemoTask = { samples, out, studyName: 'Semblance demo', print };
  await demoClasses(task, io);
  const folder = await demoTraining(task, io);
  await demoRepresentations(task, io);
  await demoConcepts(task, io);
  return folder;
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
