import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { countParameters } from '#src/model-files/count-parameters.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { writeOnnx } from '../support/onnx-writer.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';
import { writeTflite } from '../support/tflite-writer.ts';

const values = (count: number): number[] => Array.from({ length: count }, (_, i) => Math.sin(i + 1));

describe('the number of weights of a model', () => {
  it('has what an ONNX graph computes from stored tensors once: a direction of 8 × 5 and five lengths', async () => {
    const axis = { name: 'axis', type: 'i64' as const, shape: [1], values: [0] };
    const file = await openModel(
      memorySource(
        'x.onnx',
        writeOnnx({
          tensors: [
            { name: 'v', shape: [8, 5], values: values(40) },
            { name: 'g', shape: [5], values: values(5) },
            axis,
          ],
          nodes: [
            { op: 'ReduceL2', inputs: ['v', 'axis'], outputs: ['n'] },
            { op: 'Div', inputs: ['v', 'n'], outputs: ['direction'] },
            { op: 'Mul', inputs: ['direction', 'g'], outputs: ['w'] },
            { op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] },
          ],
          outputs: ['y'],
        }),
      ),
    );
    expect(detectHead(file)).toMatchObject({ tensor: 'w', classes: 5, features: 8 });
    expect(countParameters(file)).toBe(45);
  });

  it('has what a TFLite graph computes from stored tensors once', async () => {
    const file = await openModel(
      memorySource(
        'x.tflite',
        writeTflite({
          tensors: [
            { name: 'x', shape: [1, 8] },
            { name: 'w', shape: [5, 8], values: values(40) },
            { name: 'k', shape: [5, 1], values: values(5) },
            { name: 'scaled', shape: [5, 8] },
            { name: 'y', shape: [1, 5] },
          ],
          operators: [
            { code: 18, inputs: [1, 2], outputs: [3] },
            { code: 9, inputs: [0, 3], outputs: [4] },
          ],
          inputs: [0],
          outputs: [4],
        }),
      ),
    );
    expect(detectHead(file)).toMatchObject({ tensor: 'scaled', classes: 5, features: 8 });
    expect(countParameters(file)).toBe(45);
  });

  it('has a weight that is stored in parts as the weight of its layer', async () => {
    const parts = {
      'fc.weight_g': { shape: [5, 1], data: Float32Array.from(values(5)) },
      'fc.weight_v': { shape: [5, 8], data: Float32Array.from(values(40)) },
    };
    const file = await openModel(memorySource('x.safetensors', writeSafetensors(parts)));
    expect(countParameters(file)).toBe(40);
  });
});
