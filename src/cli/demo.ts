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

/** The bundled models, by folder below samples/. */
const SAMPLES = ['tiny-imagenet-cnn', 'tiny-imagenet-vit'] as const;

const EXAMPLES = `
From a terminal the study is shown in the browser until Ctrl+C; elsewhere its report is printed and that is all.

Examples:
  semblance demo
  semblance demo --no-open
`;

export function addDemoCommand(program: Command, io: CliIo): void {
  const command = program
    .command('demo')
    .description('Analyse the bundled sample: two small networks trained on 100 classes of Tiny-ImageNet')
    .option('--out <folder>', 'where the study is written (default: a temporary folder)');
  addShowOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ShowOptions & { out?: string }) => {
      const samples = fileURLToPath(new URL('../../samples/', import.meta.url));
      const inputs = await Promise.all(
        SAMPLES.map(async (name) => ({ source: await fileSource(join(samples, name, 'model.safetensors')), name })),
      );
      const paths = SAMPLES.map((name) => `samples/${name}/model.safetensors --name ${name}`).join(' ');
      const options = { command: `semblance classes ${paths}`, studyName: 'Semblance demo' };
      const out = flags.out ?? (await mkdtemp(join(tmpdir(), 'semblance-demo-')));
      const { manifest, store, folder } = await runClasses(inputs, options, { out }, io);
      const shown = io.isTerminal && !io.env.CI;
      io[shown ? 'stderr' : 'stdout'](await classesReport(manifest, store, folder, io));
      if (shown) await showStudies([folder], flags, io);
    });
}
