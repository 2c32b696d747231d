import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePicture } from '../support/made-pictures.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { hasSharedData, sharedData } from '../support/shared-data.ts';
import { madePicture, tinyVisionModel } from '../support/tiny-vision-model.ts';

const NAMES = ['cat', 'dog', 'horse', 'ship', 'truck'];
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(async () => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'run'));
  writeFileSync(join(folder.path, 'names.txt'), NAMES.join('\n'));
  for (let c = 0; c < 5; c++)
    for (let i = 0; i < 6; i++)
      await writePicture(join(folder.path, 'photos'), `${NAMES[c]}/${i}.png`, madePicture(c, i));
  await writePicture(join(folder.path, 'photos'), 'unicorn/0.png', madePicture(9, 0));
});
afterEach(() => folder.remove());

const put = (name: string, bytes: Uint8Array | string) => writeFileSync(join(folder.path, name), bytes);
const cli = (...args: string[]) => runCli([...args, '--no-open'], { cwd: folder.path });

describe('semblance training --templates', () => {
  it('gives every ONNX checkpoint what classes gives it alone', async () => {
    for (const epoch of [0, 1, 2]) put(`run/model_epoch_${epoch}.onnx`, tinyVisionModel(epoch + 1));
    const args = ['training', 'run', '--labels', 'names.txt', '--templates', 'photos', '--out', 'study', '--json'];
    const { code, stdout } = await cli(...args);
    expect(code).toBe(0);
    const [run] = JSON.parse(stdout).runs;
    const { epochs, values } = run.curves;
    expect(epochs).toEqual([0, 1, 2]);
    for (const e of epochs) {
      const alone = await cli(
        ...['classes', `run/model_epoch_${e}.onnx`, '--labels', 'names.txt', '--templates', 'photos'],
        ...['--out', `alone-${e}`, '--json'],
      );
      const { predictions } = JSON.parse(alone.stdout).models[1].templates;
      expect(values.accuracy[e]).toBe(predictions.accuracy);
      expect(values['sai.ncsm_ccsm'][e]).toBeCloseTo(predictions.sai.ncsm_ccsm.cosine, 6);
      expect(values['idm.network.errorsOnly'][e]).toBeCloseTo(predictions.idm.network.errorsOnly, 12);
      expect(values['typicality.test.wrong'][e]).toBeCloseTo(predictions.typicality.wrong.cosine, 6);
    }
    expect(run.skipped).toContainEqual({ file: 'photos/unicorn', reason: 'no class is called so' });
    // Nothing is run again, and the samples keep their names.
    const again = await cli(...args);
    expect(again.stderr).toContain('Nothing was computed');
    const samples = readFileSync(join(folder.path, 'study', samplesPath(folder.path)), 'utf8');
    expect(samples.trim().split('\n')).toHaveLength(30);
    expect(JSON.parse(samples.split('\n')[0]!)).toEqual({ split: 'test', index: 0, path: 'cat/0.png' });
  });

  it('draws mistakes with their pictures, where the study has some', async () => {
    for (const epoch of [0, 1]) put(`run/model_epoch_${epoch}.onnx`, tinyVisionModel(epoch + 1));
    const args = ['training', 'run', '--labels', 'names.txt', '--templates', 'photos', '--out'];
    expect((await cli(...args, 'plain')).code).toBe(0);
    const none = await runCli(['figure', 'plain', 'mistakes'], { cwd: folder.path });
    expect(none.stderr).toContain('no figure mistakes: it has no pictures of mistakes (--images)');
    expect((await cli(...args, 'study', '--images', 'photos')).code).toBe(0);
    const draw = async (...more: string[]) => {
      const found = await runCli(['figure', 'study', 'mistakes', '--out', 'm.svg', ...more], { cwd: folder.path });
      expect([found.code, found.stderr]).toEqual([0, 'Written: m.svg\n']);
      return readFileSync(join(folder.path, 'm.svg'), 'utf8');
    };
    const last = await draw();
    expect(last).toContain('run, epoch 1');
    expect(last).not.toContain('run, epoch 0');
    const pictures = last.match(/<image /g)!.length;
    expect(pictures).toBeGreaterThan(0);
    expect(last.match(/→ (cat|dog|horse|ship|truck)</g)).toHaveLength(pictures);
    const both = await draw('--epoch', '0', '--epoch', '1');
    expect(both).toContain('run, epoch 0');
    expect(both.match(/<image /g)!.length).toBeGreaterThan(pictures);
  });

  it('ends with the reason where checkpoints do not run or have predictions of their own', async () => {
    put('run/model_epoch_0.onnx', tinyVisionModel());
    put('run/predictions_0.csv', 'target,prediction\n0,0\n1,2\n');
    const twice = await cli('training', 'run', '--labels', 'names.txt', '--templates', 'photos');
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('epoch 0 has predictions of its own')]);
    const unused = await cli('training', 'run', '--mean', '0,0,0');
    expect([unused.code, unused.stderr]).toEqual([2, expect.stringContaining('--templates')]);
  });

  it.skipIf(!hasSharedData)('measures the last CNN as its own log has it', { timeout: 120_000 }, async () => {
    put('run/model_epoch_40.onnx', readFileSync(`${sharedData}/models/tiny-imagenet-100/cnn.onnx`));
    const { stdout } = await cli(
      ...['training', 'run', '--labels', `${sharedData}/labels/tiny-imagenet-100-wnids.txt`],
      ...['--templates', `${sharedData}/images/tiny-imagenet-100-val`, '--size', '32'],
      ...['--mean', '.48,.448,.398', '--std', '.277,.269,.282', '--out', 'study', '--json'],
    );
    const { values } = JSON.parse(stdout).runs[0].curves;
    expect(values.accuracy[0]).toBeCloseTo(0.4326, 3);
    expect(values['idm.network.errorsOnly'][0]).toBeCloseTo(0.751, 3);
    expect(values['idm.semantic.errorsOnly'][0]).toBeCloseTo(0.6495, 3);
  });
});

function samplesPath(cwd: string): string {
  const manifest = JSON.parse(readFileSync(join(cwd, 'study', 'study.json'), 'utf8'));
  return manifest.instruments.training.runs[0].samples;
}
