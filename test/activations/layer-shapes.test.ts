import { describe, expect, it } from 'vitest';
import { openFeaturesFile } from '#src/activations/features-file/features-file.ts';
import { type ShapeHints, shapeLayers } from '#src/activations/features-file/layer-shapes.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { UnsupportedError, UsageError } from '#src/base/errors.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

type Shapes = Record<string, number[]>;

/** The axes of all layers of a file of such arrays. */
async function shaped(shapes: Shapes, metadata: Record<string, unknown> = {}, hints: ShapeHints = {}) {
  const arrays = Object.entries(shapes).map(([name, shape]) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    return [name, { shape, data }] as const;
  });
  const told = Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, JSON.stringify(value)]));
  const opened = await openFeaturesFile(
    memorySource('f.safetensors', writeSafetensors(Object.fromEntries(arrays), told)),
  );
  const { layers, assumed } = shapeLayers(opened, opened.layers, hints);
  const found = layers.map(({ name, layout, channels, extent, leadingTokens }) => [
    name,
    layout,
    channels,
    extent && `${extent.height}×${extent.width}`,
    leadingTokens,
  ]);
  return { found, assumed };
}

describe('the axes of maps in a file', () => {
  it.each([
    // As Swin and ConvNeXt have them inside, and as most others do.
    [{ swin: [2, 7, 7, 96] }, ['swin', 'nhwc', 96, '7×7', 0], 'only so 2×7×7×96 is a square map'],
    [{ conv: [2, 96, 7, 7] }, ['conv', 'nchw', 96, '7×7', 0], 'only so 2×96×7×7 is a square map'],
    [{ wide: [2, 25, 34, 256] }, ['wide', 'nhwc', 256, '25×34', 0], 'otherwise 2×25×34×256 were a strip'],
    [{ wide: [2, 256, 25, 34] }, ['wide', 'nchw', 256, '25×34', 0], 'otherwise 2×256×25×34 were a strip'],
    [{ one: [2, 8, 1, 1] }, ['one', 'nchw', 8, '1×1', 0], 'only so'],
  ])('are told by their shape where it has one reading: %o', async (shapes, expected, why) => {
    const { found, assumed } = await shaped(shapes as Shapes);
    expect(found).toEqual([expected]);
    expect(assumed.join()).toContain(why);
  });

  it('are told by the width of the classifier', async () => {
    const head = { 'head.weight': [5, 8] };
    expect((await shaped({ a: [2, 8, 6, 7], ...head })).found).toEqual([['a', 'nchw', 8, '6×7', 0]]);
    const last = await shaped({ a: [2, 6, 7, 8], ...head });
    expect(last.found).toEqual([['a', 'nhwc', 8, '6×7', 0]]);
    expect(last.assumed).toEqual(['a is N×H×W×C, since the classifier takes 8 channels']);
  });

  it('are told by the proportions of the other layers and of the picture', async () => {
    const shapes = { shallow: [2, 64, 12, 16], deep: [2, 10, 8, 9] };
    const { found, assumed } = await shaped({ shallow: [2, 64, 12, 16], deep: [2, 6, 8, 20] });
    expect(found[1]).toEqual(['deep', 'nhwc', 20, '6×8', 0]);
    expect(assumed[1]).toBe('deep is N×H×W×C, since only so its map is shaped as the others');
    expect((await shaped({ deep: [2, 6, 8, 20] }, { input: [48, 64] })).found).toEqual([
      ['deep', 'nhwc', 20, '6×8', 0],
    ]);
    // Neither reading is as wide for its height as the other layer.
    await expect(shaped(shapes)).rejects.toThrow(UnsupportedError);
  });

  it('are asked for where two readings are left', async () => {
    for (const shape of [
      [2, 8, 8, 8],
      [2, 9, 12, 8],
    ]) {
      const asked = shaped({ a: shape });
      await expect(asked).rejects.toThrow(
        `f.safetensors: whether the channels of a (${shape.join('×')}) come first or last cannot be told.`,
      );
      await expect(asked).rejects.toMatchObject({ exitCode: 3, hint: expect.stringContaining('--layout nhwc') });
    }
    expect((await shaped({ a: [2, 9, 12, 8] }, {}, { layout: 'nhwc' })).found).toEqual([['a', 'nhwc', 8, '9×12', 0]]);
  });

  it('are what the file says, with nothing assumed, unless its record contradicts its shape', async () => {
    const layers = { a: { layout: 'nhwc', grid: [8, 8], tokens: 0 } };
    expect(await shaped({ a: [2, 8, 8, 8] }, { layers })).toEqual({ found: [['a', 'nhwc', 8, '8×8', 0]], assumed: [] });
    await expect(shaped({ a: [2, 8, 7, 8] }, { layers })).rejects.toThrow('its metadata say 8×8 places in nhwc');
    await expect(shaped({ a: [2, 8, 8, 8] }, {}, { layout: 'ntd' })).rejects.toThrow(UsageError);
  });
});

describe('the tokens in a file', () => {
  it.each([
    // DETR, 9×16 behind CLS, CLS with three registers.
    [850, [800, 1066], ['25×34', 0]],
    [145, [144, 256], ['9×16', 1]],
    [200, [224, 224], ['14×14', 4]],
  ])('%i of them are a grid where the size of the picture tells it', async (tokens, input, expected) => {
    const { found, assumed } = await shaped({ t: [2, tokens, 8] }, { input });
    expect(found).toEqual([['t', 'ntd', 8, ...expected]]);
    expect(assumed).toEqual([`the ${tokens} tokens of t are ${expected[0]} patches behind ${expected[1]} others`]);
  });

  it('are a grid where another layer is a map that holds them', async () => {
    const { found } = await shaped({ stem: [2, 256, 25, 34], t: [2, 851, 8] });
    expect(found[1]).toEqual(['t', 'ntd', 8, '25×34', 1]);
  });

  it('stay open where nothing tells, and are what the caller says', async () => {
    expect((await shaped({ t: [2, 850, 8] })).found).toEqual([['t', 'ntd', 8, null, null]]);
    const grid = { height: 25, width: 34 };
    expect((await shaped({ t: [2, 850, 8] }, {}, { grid })).found).toEqual([['t', 'ntd', 8, '25×34', 0]]);
    // 144 patches are a square too, but not one that anybody spoke of.
    expect((await shaped({ t: [2, 145, 8] }, {}, { tokens: 1 })).found).toEqual([['t', 'ntd', 8, null, 1]]);
    expect((await shaped({ t: [2, 145, 8] }, { input: [144, 256] }, { tokens: 1 })).found[0]![3]).toBe('9×16');
    expect((await shaped({ t: [2, 1, 8] })).found).toEqual([['t', 'ntd', 8, '1×1', 0]]);
    await expect(shaped({ t: [2, 850, 8] }, {}, { tokens: 1, grid })).rejects.toThrow(UsageError);
    await expect(shaped({ t: [2, 850, 8] }, {}, { layout: 'nchw' })).rejects.toThrow(UsageError);
  });

  it('are refused where their channels come first', async () => {
    const asked = shaped({ t: [2, 8, 49], 'head.weight': [5, 8] });
    await expect(asked).rejects.toThrow('its channels come before its tokens');
    await expect(asked).rejects.toHaveProperty('exitCode', 3);
  });
});
