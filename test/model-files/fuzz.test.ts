import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

it.each([
  'tflite',
  'onnx',
  'safetensors',
  'tfjs',
  'openvino',
  'saved-model',
  'tf-checkpoint',
  'tf-graph',
  'flax',
  'caffe',
  'darknet',
  'mxnet',
  'matlab',
  'coreml',
  'npy',
  'pytorch',
])('npm run fuzz finds nothing in ten thousand mutations: %s', (format) => {
  const { stdout, status } = spawnSync(
    process.execPath,
    ['scripts/fuzz.mjs', '--format', format, '--inputs', '10000', '--seed', '11'],
    { cwd: root, encoding: 'utf8' },
  );
  expect(stdout).toMatch(
    new RegExp(`^${format}: 10000 inputs of \\d+ seeds in \\d+ s: \\d+ read, \\d+ refused, 0 failures`),
  );
  expect(status).toBe(0);
});
