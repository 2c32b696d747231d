import { describe, expect, it } from 'vitest';
import { openTapped, probeLayers } from '#src/activations/model/layers.ts';
import { externalData } from '#src/activations/runtime/external-data.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError } from '#src/base/errors.ts';
import { tinyVisionModel, tinyVisionModelInTwoFiles } from '../support/tiny-vision-model.ts';

const input = Float32Array.from({ length: 3 * 16 * 16 }, (_, k) => Math.sin(k));

describe('a model with its weights in a second file', () => {
  it.each(['onnxruntime-node', 'onnxruntime-web'] as const)(
    'runs as the same model in one file does, on %s',
    async (name) => {
      const runtime = await loadRuntime(name);
      const whole = await openTapped(runtime, memorySource('one.onnx', tinyVisionModel()), ['late']);
      const expected = await whole.run(input, [1, 3, 16, 16]);
      for (const location of ['two.onnx.data', 'parts/weights.bin']) {
        const { model, weights } = tinyVisionModelInTwoFiles(location);
        const source = memorySource('two.onnx', model, new Map([[location, weights]]));
        const { layers } = await probeLayers(runtime, source);
        expect(layers.map((layer) => layer.name)).toContain('late');
        const session = await openTapped(runtime, source, ['late']);
        expect(await session.run(input, [1, 3, 16, 16])).toEqual(expected);
        await session.close();
      }
      await whole.close();
    },
  );

  it('is refused by name where the file is missing, outside the folder or too short', async () => {
    const runtime = await loadRuntime();
    const { model, weights } = tinyVisionModelInTwoFiles('weights.bin');
    const missing = memorySource('two.onnx', model);
    await expect(externalData(missing)).rejects.toThrow(
      'two.onnx: w1 keeps its data in weights.bin, which is not beside the model.',
    );
    await expect(openTapped(runtime, missing, ['late'])).rejects.toThrow(FormatError);
    const outside = memorySource('two.onnx', tinyVisionModelInTwoFiles('../weights.bin').model);
    await expect(probeLayers(runtime, outside)).rejects.toThrow(
      'two.onnx: w1 keeps its data in "../weights.bin", outside the folder of the model.',
    );
    const short = memorySource('two.onnx', model, new Map([['weights.bin', weights.subarray(0, 1000)]]));
    await expect(openTapped(runtime, short, ['late'])).rejects.toThrow(
      /two.onnx: w2 needs bytes 864 to 4320 of weights.bin, which has 1000/,
    );
  });

  it('is in one file where nothing is beside it', async () => {
    expect(await externalData(memorySource('one.onnx', tinyVisionModel()))).toEqual([]);
  });
});
