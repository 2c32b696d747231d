import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { analyseClasses } from '../analyses/classes/analyse-classes.ts';
import { fileSource } from '../model-files/file-source.ts';
import { folderStore } from '../study/folder-store.ts';
import { classesReport } from './classes-report.ts';
import type { CliIo } from './io.ts';
import { progressBar } from './progress-bar.ts';

/** The bundled models, by folder below samples/. */
const SAMPLES = ['tiny-imagenet-cnn', 'tiny-imagenet-vit'] as const;

export function addDemoCommand(program: Command, io: CliIo): void {
  program
    .command('demo')
    .description('Analyse the bundled sample: two small networks trained on 100 classes of Tiny-ImageNet')
    .addHelpText('after', '\nExample:\n  semblance demo\n')
    .action(async () => {
      const samples = fileURLToPath(new URL('../../samples/', import.meta.url));
      const inputs = await Promise.all(
        SAMPLES.map(async (name) => ({ source: await fileSource(join(samples, name, 'model.safetensors')), name })),
      );
      const folder = await mkdtemp(join(tmpdir(), 'semblance-demo-'));
      const store = folderStore(folder);
      const bar = progressBar(io, false);
      const command = `semblance classes ${SAMPLES.map((name) => `samples/${name}/model.safetensors --name ${name}`).join(' ')}`;
      const { manifest } = await analyseClasses(inputs, { command, studyName: 'Semblance demo' }, store, {
        signal: io.signal,
        onProgress: bar.report,
      }).finally(bar.done);
      io.stdout(await classesReport(manifest, store, folder, io));
    });
}
