import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const onnx = here('samples/pink-square/networks/with-square.onnx');
const pictures = here('samples/pink-square/images');
const folder = temporaryFolder();
afterAll(() => folder.remove());

beforeAll(() => {
  mkdirSync(join(folder.path, 'flat'));
  cpSync(here('samples/emoji/images/cat'), join(folder.path, 'flat'), { recursive: true });
  const f32 = (shape: number[]) => new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5);
  // The only array of four axes is a kernel: by its shape alone it could be features of 8 images.
  const weights = { 'conv.weight': [8, 3, 3, 3], 'conv.bias': [8], 'fc.weight': [10, 8] };
  writeFileSync(
    join(folder.path, 'resnet.safetensors'),
    writeSafetensors(
      Object.fromEntries(Object.entries(weights).map(([name, shape]) => [name, { shape, data: f32(shape) }])),
    ),
  );
});

describe('a model that cannot be run is recognised before anything runs', () => {
  const cases = here('test/fixtures/cases/formats');
  test.each([
    ['usual.pt', `${cases}/pt-prefixes/usual.pt`, 'a PyTorch checkpoint', 'export_onnx(model, "usual.onnx", size=224)'],
    ['dense.tflite', `${cases}/tflite-python-writer/dense.tflite`, 'a TensorFlow Lite model', '--tflite dense.tflite'],
    [
      'dense_dense_1.h5',
      `${cases}/keras-weights-only-output-layer/dense_dense_1.h5`,
      'a Keras model',
      'export("dense_dense_1.onnx", format="onnx")',
    ],
    ['model.json', here('test/fixtures/models/tfjs/model.json'), 'a TensorFlow.js model', '--tfjs model.json'],
    ['u8.xml', `${cases}/openvino-ir/u8.xml`, 'an OpenVINO model', 'the model that it was converted from'],
    [
      'saved_model.pb',
      `${cases}/tensorflow-saved-model/module/saved_model.pb`,
      'a TensorFlow SavedModel',
      '--saved-model . --output saved_model.onnx',
    ],
    [
      'keras.index',
      `${cases}/tensorflow-checkpoint/keras.index`,
      'a TensorFlow checkpoint',
      'model.load_weights("keras")',
    ],
    [
      'tf1.pb',
      `${cases}/tensorflow-frozen-graph/tf1.pb`,
      'a frozen graph of TensorFlow',
      '--graphdef tf1.pb --inputs INPUT:0',
    ],
    ['resnet.safetensors', 'resnet.safetensors', 'a file of weights', 'compare({"mine": model}, loader)'],
  ])('%s', async (name, path, what, line) => {
    for (const args of [
      ['representations', path, '--images', pictures],
      ['representations', path, '--layers', 'list'],
      ['concepts', onnx, path, '--images', pictures],
    ]) {
      const { code, stderr } = await runCli([...args, '--out', 'none'], { cwd: folder.path });
      expect(stderr.trim().split('\n').length).toBeGreaterThanOrEqual(6);
      expect(stderr).toContain(`error ${name} is ${what}; this instrument has to run the model, and runs ONNX alone.`);
      expect(stderr).toContain(line);
      expect(stderr).toContain(`semblance classes ${name}`);
      expect(code).toBe(3);
    }
    expect(existsSync(join(folder.path, 'none'))).toBe(false);
  });

  test('an epoch of a logged run is no features of images', async () => {
    const epoch = here('samples/tiny-imagenet-cnn/epoch-0040.safetensors');
    const { code, stderr } = await runCli(['representations', epoch, '--images', pictures], { cwd: folder.path });
    expect(stderr).toMatch(
      /error epoch-0040\.safetensors: is an epoch of a logged training run; it holds no features of images\.\nhint .*semblance training FOLDER/,
    );
    expect(code).toBe(3);
  });

  test('a file that is no model is called so', async () => {
    writeFileSync(join(folder.path, 'page.onnx'), '<!doctype html><title>Sign in</title>');
    const { code, stderr } = await runCli(['representations', 'page.onnx', '--images', pictures], { cwd: folder.path });
    expect(stderr).toContain('error page.onnx: is a web page');
    expect(code).toBe(3);
  });
});

describe('pictures without classes', () => {
  test.each(['--images', '--templates'])('classes %s says that their classes are needed', async (flag) => {
    const { code, stderr } = await runCli(['classes', onnx, flag, 'flat', '--out', 'none'], { cwd: folder.path });
    expect(stderr).toMatch(
      /error flat: holds \d+ pictures, and says of none which class it shows\.\nhint .*flat\/cat\/1/,
    );
    expect(code).toBe(3);
    expect(existsSync(join(folder.path, 'none'))).toBe(false);
  });
});

describe('a logged run given to classes', () => {
  test('is named, with the command that reads it and its last epoch', async () => {
    const { code, stderr } = await runCli(['classes', 'tiny-imagenet-vit-bad'], { cwd: here('samples') });
    expect(stderr).toContain('error tiny-imagenet-vit-bad: is a logged training run: one network at 13 epochs.');
    expect(stderr).toContain('semblance training tiny-imagenet-vit-bad.');
    expect(stderr).toContain('semblance classes tiny-imagenet-vit-bad/epoch-0012.safetensors');
    expect(code).toBe(3);
  });
});
