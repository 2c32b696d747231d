import { join, resolve } from 'node:path';
import { analyseRepresentations } from '../../../analyses/representations/analyse-representations.ts';
import { fileSource } from '../../../base/bytes/file-source.ts';
import { MissingRuntimeError } from '../../../base/errors.ts';
import { folderStore } from '../../../study/folder-store.ts';
import { readImages } from '../../inputs/image-inputs.ts';
import { nodePlatform } from '../../inputs/representations-inputs.ts';
import { representationsReport } from '../../reports/representations-report.ts';
import type { CliIo } from '../../terminal/io.ts';
import { progressBar } from '../../terminal/progress-bar.ts';
import type { DemoTask } from './demo-task.ts';

/** The bundled networks that know emoji and the layers that are compared: one in the middle and the last. */
const NETWORKS = [
  { file: 'cnn.onnx', name: 'emoji-cnn', layers: ['stage3', 'stage4'] },
  { file: 'vit.onnx', name: 'emoji-vit', layers: ['block2', 'tokens'] },
] as const;

/** A third of the nouns, each in all styles. */
const IMAGES = 'emoji/demo.csv';

/**
 * The representations instrument on the bundled emoji. Without an ONNX runtime or a decoder of images, which are optional,
 * this part of the demo is left out, with the line that adds what is missing.
 */
export async function demoRepresentations({ samples, out, studyName, print }: DemoTask, io: CliIo): Promise<void> {
  const inputs = await Promise.all(
    NETWORKS.map(async ({ file, name, layers }) => ({
      source: await fileSource(join(samples, 'emoji/networks', file)),
      name,
      layers,
    })),
  );
  const models = NETWORKS.map(
    ({ file, name, layers }) => `samples/emoji/networks/${file} --name ${name} --layers ${layers.join(',')}`,
  );
  const command = `semblance representations ${models.join(' ')} --images samples/${IMAGES}`;
  const images = await readImages(join(samples, IMAGES), undefined, 0, io);
  const folder = resolve(io.cwd, out);
  const store = folderStore(folder);
  const bar = progressBar(io, false);
  try {
    const { manifest } = await analyseRepresentations(
      inputs,
      images,
      { command, studyName },
      store,
      nodePlatform(undefined, true),
      { signal: io.signal, onProgress: bar.report },
    );
    bar.done();
    print(`\n${await representationsReport(manifest, store, folder, io)}`);
  } catch (error) {
    if (!(error instanceof MissingRuntimeError)) throw error;
    print(
      `\n${io.colors.yellow('left out')} the representations instrument: ${error.message}\n         ${error.hint ?? ''}\n`,
    );
  } finally {
    bar.done();
  }
}
