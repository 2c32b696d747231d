import { describe, expect, it } from 'vitest';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseInvariance } from '#src/analyses/representations/analyse-invariance.ts';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import type { ImageInput } from '#src/analyses/representations/options.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { openNpyArray } from '#src/formats/npy/read-npy.ts';
import { memoryStore } from '#src/study/store.ts';
import { madePicture, shapedVisionModel } from '../../support/tiny-vision-model.ts';

const platform = { runtime: () => loadRuntime() };
const [HEIGHT, WIDTH] = [16, 24];

/** Pictures that are no squares and of different sizes. */
const images: ImageInput[] = Array.from({ length: 7 }, (_, i) => {
  const { data, width } = madePicture(i % 3, i, 30);
  const height = 20 + (i % 3);
  return { name: `${i}.png`, load: async () => ({ width, height, data: data.slice(0, width * height * 3) }) };
});

const model = (shape: readonly (number | string)[], size?: { height: number; width: number }) => ({
  source: memorySource('m.onnx', shapedVisionModel(shape)),
  layers: ['late'],
  ...(size && { preprocessing: { resize: size, crop: null } }),
});

async function analysed(input: ReturnType<typeof model>, pictures: readonly ImageInput[] = images) {
  const files = new Map<string, Uint8Array>();
  const options = { kernels: ['linear'] as const, centring: 'none' as const };
  const { manifest } = await analyseRepresentations([input], pictures, options, memoryStore(files), platform);
  const { warnings, layers } = manifest.instruments.representations!.models[0]!;
  const read = async (path: string) =>
    [...(await (await openNpyArray(memorySource(path, files.get(path)!), 'a')).read()).data].map(Number);
  return { warnings, layer: layers[0]!, read };
}

describe('a model for pictures that are no squares', () => {
  it('gives the same whatever its batch, fixed or open, and its size, stated or asked for', async () => {
    const open = await analysed(model(['n', HEIGHT, WIDTH]));
    expect(open.layer.extent).toEqual({ height: 8, width: 12 });
    const expected = await open.read(open.layer.matrices.linear!.semantic);
    for (const input of [
      model([1, HEIGHT, WIDTH]),
      model([4, HEIGHT, WIDTH]),
      model([9, HEIGHT, WIDTH]),
      model(['n', 'h', 'w'], { height: HEIGHT, width: WIDTH }),
      model([4, 'h', WIDTH], { height: HEIGHT, width: WIDTH }),
    ]) {
      const { layer, read } = await analysed(input);
      const found = await read(layer.matrices.linear!.semantic);
      for (const [k, value] of found.entries()) expect(value / expected[k]!).toBeCloseTo(1, 5);
    }
  });

  it.each([
    [1, 20],
    [13, 3],
    [8, 22],
  ])('has its places where they are in the picture (row %i, column %i)', async (y, x) => {
    // All black but for a spot.
    const spot = (lit: boolean): ImageInput => {
      const data = new Uint8Array(HEIGHT * WIDTH * 3);
      if (lit) data.fill(255, (y * WIDTH + x) * 3, (y * WIDTH + x) * 3 + 3);
      return { name: `${lit}.png`, load: async () => ({ width: WIDTH, height: HEIGHT, data }) };
    };
    const { layer, read } = await analysed(model(['n', HEIGHT, WIDTH]), [spot(true), spot(false)]);
    const features = await read(layer.features!.path);
    const size = layer.positions * layer.channels;
    const difference = Array.from({ length: layer.positions }, (_, s) =>
      Array.from({ length: layer.channels }, (_, c) => s * layer.channels + c).reduce(
        (sum, k) => sum + (features[k]! - features[size + k]!) ** 2,
        0,
      ),
    );
    const at = difference.indexOf(Math.max(...difference));
    // A place is two pixels wide, and sees two more to each side.
    expect(Math.abs(Math.floor(at / 12) * 2 - y)).toBeLessThanOrEqual(2);
    expect(Math.abs((at % 12) * 2 - x)).toBeLessThanOrEqual(2);
  });

  it('makes a square of a side that is open beside one that is not, and says so', async () => {
    const { layer, warnings } = await analysed(model(['n', 'h', WIDTH]));
    expect(layer.extent).toEqual({ height: 12, width: 12 });
    expect(warnings).toContain('Assumed: pictures of 24×24, since the model leaves their height open.');
  });

  it('is shown two views in any batch; a quarter turn, which it cannot take, is refused', async () => {
    const views = async (input: ReturnType<typeof model>, transform: 'shift' | 'flip' | 'rotate') =>
      (await analyseInvariance([input], images, { transform, batch: 3 }, memoryStore(new Map()), platform)).manifest
        .instruments.representations!.invariance!;
    for (const transform of ['shift', 'flip'] as const) {
      const expected = await views(model(['n', HEIGHT, WIDTH]), transform);
      expect(expected).toMatchObject({ size: 16, width: 24, batches: 2 });
      const { semantic, spatial } = expected.models[0]!.layers[0]!;
      const fixed = (await views(model([4, HEIGHT, WIDTH]), transform)).models[0]!.layers[0]!;
      expect(fixed.semantic.auc).toBeCloseTo(semantic.auc, 6);
      expect(fixed.spatial.dPrime!).toBeCloseTo(spatial.dPrime!, 4);
    }
    await expect(views(model(['n', HEIGHT, WIDTH]), 'rotate')).rejects.toThrow(
      'a quarter turn makes 24×16 of pictures of 16×24',
    );
    expect((await views(model(['n', 'h', 'w'], { height: 24, width: 24 }), 'rotate')).width).toBeUndefined();
  });
});
