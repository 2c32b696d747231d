import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { findImages } from '#src/activations/images/image-folder.ts';
import type { Preprocessing } from '#src/activations/images/preprocess.ts';
import { extractFeatures, joinBatches, type LoadableImage } from '#src/activations/model/extract-features.ts';
import { probeModel, tapModel, type VisionModelInput } from '#src/activations/model/vision-model.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { featureMaps } from '#src/measures/representations/feature-maps.ts';
import type { Tensor } from '#src/tensor/tensor.ts';

const cases = fileURLToPath(new URL('../fixtures/cases/to-run', import.meta.url));
const platform = { runtime: () => loadRuntime() };

const model = async (file: string, options: Omit<VisionModelInput, 'source'> = {}): Promise<VisionModelInput> => ({
  source: await fileSource(join(cases, file)),
  ...options,
});

async function pictures(): Promise<LoadableImage[]> {
  const { folder, samples } = await findImages(join(cases, 'pics'));
  return samples.map(({ name }) => ({ name, load: () => readFile(join(folder, name)) }));
}

/** A layer's features of all pictures, images × positions × channels, whatever the layout of model and layer. */
async function features(input: VisionModelInput, layer: string): Promise<Float32Array | Float64Array> {
  const probed = await probeModel(input, platform);
  const { layout } = probed.layers.find(({ name }) => name === layer)!;
  const opened = await tapModel(probed, [layer]);
  const parts: Tensor[] = [];
  try {
    const keep = ({ outputs }: { outputs: Map<string, Tensor> }) => void parts.push(outputs.get(layer)!);
    await extractFeatures(opened, await pictures(), keep, { decode: decodeImage, outputs: [layer], batchSize: 3 });
  } finally {
    await opened.session.close();
  }
  return featureMaps(joinBatches(parts), { layout: layout! }).data;
}

const square = { resize: { height: 32, width: 32 }, crop: null };
const raw: Partial<Preprocessing> = { ...square, rescale: 1, mean: [0, 0, 0], std: [1, 1, 1] };

describe('a model with an unusual input', () => {
  // The same network in all of them: conv 3 > 8, relu, conv 8 > 10.
  it.each([
    ['batch8.onnx', {}, 1e-5],
    ['nhwc.onnx', {}, 1e-5],
    ['nhwc_dynamic.onnx', { preprocessing: square }, 1e-5],
    ['unnamed_dims.onnx', { preprocessing: square }, 1e-5],
    ['dynamic_all.onnx', { preprocessing: square }, 1e-5],
    ['no_shape.onnx', { preprocessing: square }, 1e-5],
    ['ir3_inputs.onnx', {}, 1e-5],
    ['fp16.onnx', {}, 2e-2],
    ['fp16_inside.onnx', {}, 2e-2],
    ['zipmap.onnx', {}, 1e-5],
    ['argmax_only.onnx', {}, 1e-5],
  ] as const)('gives the features that the plain model gives: %s', async (file, options, tolerance) => {
    const plain = await features(await model('batch1.onnx'), 'c2');
    const found = await features(await model(file, options), 'c2');
    expect(found.length).toBe(plain.length);
    const largest = Math.max(...Array.from(plain, Math.abs));
    for (const [i, value] of found.entries()) expect(Math.abs(value - plain[i]!) / largest).toBeLessThan(tolerance);
  });

  it.each(['uint8_nchw.onnx', 'uint8_nhwc.onnx'])(
    'takes raw pixels where its input is of integers: %s',
    async (file) => {
      const { preprocessing, input } = await probeModel(await model(file), platform);
      expect(input.type).toBe('uint8');
      expect(preprocessing).toMatchObject({ rescale: 1, mean: [0, 0, 0], std: [1, 1, 1] });
      const found = await features(await model(file), 'c2');
      const plain = await features(await model('batch1.onnx', { preprocessing: raw }), 'c2');
      const largest = Math.max(...Array.from(plain, Math.abs));
      for (const [i, value] of found.entries()) expect(Math.abs(value - plain[i]!) / largest).toBeLessThan(1e-4);
    },
  );

  it('keeps layers in the layout of their operators, whatever that of the input', async () => {
    const { layers, input } = await probeModel(await model('nhwc.onnx'), platform);
    expect(input).toMatchObject({ layout: 'nhwc', height: 32, width: 32, channels: 3 });
    expect(layers.find(({ name }) => name === 'c2')).toMatchObject({
      layout: 'nchw',
      positions: 256,
      channels: 10,
      extent: { height: 16, width: 16 },
    });
  });

  it('sees grey where it has one channel', async () => {
    const { input, assumed } = await probeModel(await model('grey.onnx'), platform);
    expect(input).toMatchObject({ channels: 1, height: 28, width: 28 });
    expect(assumed).toContain('grey values from 0 to 1, without mean and deviation');
  });

  it('says what it had to assume of a size that is left open', async () => {
    const { input, assumed } = await probeModel(await model('dynamic_all.onnx'), platform);
    expect(input).toMatchObject({ height: 224, width: 224 });
    expect(assumed).toContain('pictures of 224×224, since the model leaves their size open');
  });

  it.each([
    ['six_channels.onnx', {}, /input x takes 6 channels \(\?×6×32×32\); pictures have 3, or 1 in grey\./],
    ['flat_input.onnx', {}, /input x has 2 dimensions \(\?×784\); an image has 4\./],
    ['no_shape.onnx', {}, /input x states no shape, so the size of pictures is not known\./],
    ['custom_op.onnx', {}, /custom_op\.onnx: the ONNX runtime cannot run this model\./],
    ['opset99.onnx', {}, /opset99\.onnx: the ONNX runtime cannot run this model\./],
    ['ir99.onnx', {}, /ir99\.onnx: the ONNX runtime cannot run this model\./],
    ['double.onnx', {}, /double\.onnx: the ONNX runtime cannot run this model\./],
    ['nhwc.onnx', { layout: 'nchw' }, /input x is \?×32×32×3, which is not nchw\./],
    [
      'batch1.onnx',
      { preprocessing: { crop: { height: 48, width: 48 } } },
      /takes pictures of height 32; .* gives 48\./,
    ],
  ] as const)('is refused before it runs where pictures cannot be made to fit: %s', async (file, options, message) => {
    const probing = probeModel(await model(file, options), platform);
    await expect(probing).rejects.toThrow(message);
    await expect(probing).rejects.toHaveProperty('exitCode', options && 'layout' in options ? 2 : 3);
  });
});
