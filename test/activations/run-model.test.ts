import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { findImages } from '#src/activations/images/image-folder.ts';
import { defaultPreprocessing } from '#src/activations/images/preprocess.ts';
import { lastSpatialLayer, layersByDepth } from '#src/activations/model/choose-by-depth.ts';
import { extractFeatures, joinBatches, type LoadableImage } from '#src/activations/model/extract-features.ts';
import { openTapped, probeLayers } from '#src/activations/model/layers.ts';
import { probeModel, tapModel } from '#src/activations/model/vision-model.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { openRowProducts } from '#src/activations/runtime/row-products.ts';
import { matchOnThreads } from '#src/analyses/representations/matching/match-on-threads.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { FormatError, UsageError } from '#src/base/errors.ts';
import { crossGram } from '#src/kernels/gram/gram.ts';
import { jensenShannonMatrix, outputCorrelation } from '#src/measures/representations/comparison/output-similarity.ts';
import { featureMaps } from '#src/measures/representations/feature-maps.ts';
import { kernelMatrix } from '#src/measures/representations/similarity-kernels.ts';
import { softmaxRows } from '#src/statistics/probabilities.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { RgbImage } from '#src/tensor/rgb-image.ts';
import type { Tensor } from '#src/tensor/tensor.ts';
import { temporaryFolder } from '../support/run-cli.ts';
import { hasSharedData, sharedData } from '../support/shared-data.ts';

const runtime = await loadRuntime();

describe('row products on a runtime', () => {
  it('equal ours up to rounding, from shared memory too', async () => {
    const random = createRandom(1);
    const matrix = (rows: number) => ({
      rows,
      cols: 37,
      data: new Float32Array(new SharedArrayBuffer(rows * 37 * 4)).map(() => random.normal()),
    });
    const [x, y] = [matrix(11), matrix(23)];
    for (const name of ['onnxruntime-node', 'onnxruntime-web'] as const) {
      const products = await openRowProducts(await loadRuntime(name));
      const found = await products.multiply(x, y);
      expect(products.name).toMatch(new RegExp(`^${name} \\d`));
      expect(found).toMatchObject({ rows: 11, cols: 23 });
      crossGram(x, y).data.forEach((value, k) => {
        expect(Math.abs(found.data[k]! - value)).toBeLessThan(1e-4);
      });
      await products.close();
    }
  });
});

describe('decoding', () => {
  const pixels = Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]);
  const png = () => sharp(pixels, { raw: { width: 2, height: 2, channels: 3 } }).png();

  it('gives RGB, without transparency, from grey, palette and 16 bits', async () => {
    expect(Buffer.from((await decodeImage(await png().toBuffer(), 'a.png')).data)).toEqual(pixels);
    const transparent = await png().ensureAlpha(0.2).png().toBuffer();
    expect(Buffer.from((await decodeImage(transparent, 'a.png')).data)).toEqual(pixels);
    const palette = await png().png({ palette: true }).toBuffer();
    expect(await decodeImage(palette, 'a.png')).toMatchObject({ width: 2, height: 2 });
    const grey = await sharp(Buffer.from([3, 250]), { raw: { width: 2, height: 1, channels: 1 } })
      .png()
      .toBuffer();
    expect([...(await decodeImage(grey, 'a.png')).data]).toEqual([3, 3, 3, 250, 250, 250]);
  });

  it('names a damaged file', async () => {
    const bytes = await sharp({ create: { width: 99, height: 99, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer();
    await expect(decodeImage(bytes.subarray(0, bytes.length / 2), 'cut.jpg')).rejects.toThrow(FormatError);
    await expect(decodeImage(Buffer.from('hello'), 'text.jpg')).rejects.toThrow('text.jpg cannot be decoded');
    // A decoder would run it as the program that it is.
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>');
    await expect(decodeImage(svg, 'drawn.png')).rejects.toThrow(
      'drawn.png cannot be decoded: it is in none of the formats JPEG, PNG, GIF, WebP, TIFF, AVIF.',
    );
  });
});

describe('finding pictures', () => {
  const made: ReturnType<typeof temporaryFolder>[] = [];
  const newFolder = (): string => {
    made.push(temporaryFolder());
    return made.at(-1)!.path;
  };
  afterAll(() => {
    for (const { remove } of made) remove();
  });

  it('takes sub-folders for labels, sorted, and counts what is not a picture', async () => {
    const folder = newFolder();
    const { mkdir } = await import('node:fs/promises');
    await mkdir(join(folder, 'b/deep'), { recursive: true });
    await mkdir(join(folder, 'a'));
    for (const name of ['b/2.png', 'b/deep/1.JPG', 'a/9.webp', 'top.gif', 'notes.txt', 'scan.bmp', '.hidden.png'])
      await writeFile(join(folder, name), '');
    const { samples, ignored } = await findImages(folder);
    expect(samples).toEqual([
      { name: 'a/9.webp', label: 'a' },
      { name: 'b/2.png', label: 'b' },
      { name: 'b/deep/1.JPG', label: 'b' },
      { name: 'top.gif' },
    ]);
    // No decoder reads BMP, so it is told at once.
    expect(ignored).toEqual({ '.txt': 1, '.bmp': 1 });
    await writeFile(join(folder, 'list.csv'), 'path,label\na/9.webp,cat\n');
    expect((await findImages(join(folder, 'list.csv'))).samples).toEqual([{ name: 'a/9.webp', label: 'cat' }]);
    await expect(findImages(join(folder, 'nothing'))).rejects.toThrow('cannot be read');
    const empty = newFolder();
    await writeFile(join(empty, 'model.onnx'), '');
    await expect(findImages(empty)).rejects.toThrow('holds no images (found 1 .onnx)');
  });

  it('follows links to pictures and folders, but not in circles, and lists those that lead nowhere', async () => {
    const { mkdir } = await import('node:fs/promises');
    const [folder, elsewhere] = [newFolder(), newFolder()];
    await mkdir(join(elsewhere, 'cats/deep'), { recursive: true });
    for (const name of ['cats/1.png', 'cats/deep/2.png', 'single.png', 'notes.txt'])
      await writeFile(join(elsewhere, name), '');
    await mkdir(join(folder, 'dogs'));
    await writeFile(join(folder, 'dogs/3.png'), '');
    for (const [name, target] of [
      ['cats', join(elsewhere, 'cats')],
      ['more', join(elsewhere, 'cats')],
      ['dogs/4.png', join(elsewhere, 'single.png')],
      ['notes.txt', join(elsewhere, 'notes.txt')],
      ['dogs/gone.png', join(elsewhere, 'nothing.png')],
      ['dogs/gone', join(elsewhere, 'nothing')],
      ['dogs/up', '..'],
      ['out', '../..'],
    ] as const)
      await symlink(target, join(folder, name));
    // A circle through a folder elsewhere: what it leads to is looked at once on each way.
    await symlink(folder, join(elsewhere, 'cats/deep/back'));
    const { samples, ignored, links, loops } = await findImages(folder);
    expect(samples).toEqual([
      { name: 'cats/1.png', label: 'cats' },
      { name: 'cats/deep/2.png', label: 'cats' },
      { name: 'dogs/3.png', label: 'dogs' },
      { name: 'dogs/4.png', label: 'dogs' },
      { name: 'dogs/gone.png', label: 'dogs' },
      { name: 'more/1.png', label: 'more' },
      { name: 'more/deep/2.png', label: 'more' },
    ]);
    expect(loops).toEqual(['cats/deep/back', 'dogs/up', 'more/deep/back', 'out']);
    expect([links, ignored]).toEqual([4, { '.txt': 1, '': 1 }]);
  });
});

describe.skipIf(!hasSharedData)('real models', () => {
  const folder = `${sharedData}/images/tiny-imagenet-100-val`;
  const model = (name: string) => fileSource(`${sharedData}/models/tiny-imagenet-100/${name}.onnx`);
  const preprocessing = {
    ...defaultPreprocessing(32),
    mean: [0.48, 0.448, 0.398],
    std: [0.277, 0.269, 0.282],
  } as const;
  let images: LoadableImage[];
  let golden: Record<string, { results: Record<string, Record<string, Record<string, Record<string, number>>>> }>;
  const platform = { runtime: async () => runtime };
  const pools: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    const { samples } = await findImages(folder);
    images = samples
      .filter(({ name }) => /\/0[012]\.png$/.test(name))
      .map(({ name }) => ({ name, load: () => readFile(join(folder, name)) }));
    const url = new URL('../golden/representations-real.json', import.meta.url);
    golden = JSON.parse(await readFile(url, 'utf8')).models;
  });
  afterAll(() => Promise.all(pools.map((pool) => pool.close())));

  async function features(name: string, layer: string, list = images): Promise<{ feature: Tensor; logits: Tensor }> {
    const opened = await tapModel(await probeModel({ source: await model(name), preprocessing }, platform), [layer]);
    pools.push(opened.session);
    const parts: Record<string, Tensor[]> = {};
    await extractFeatures(
      opened,
      list,
      ({ outputs }) => {
        for (const [output, tensor] of outputs) (parts[output] ??= []).push(tensor);
      },
      { decode: decodeImage, batchSize: 32 },
    );
    return { feature: joinBatches(parts[layer]!), logits: joinBatches(parts.logits!) };
  }

  it('list every layer with its shape, and the last with positions', async () => {
    const cnn = (await probeLayers(runtime, await model('cnn'))).layers;
    expect(lastSpatialLayer(cnn)).toMatchObject({ shape: [1, 128, 4, 4], kind: 'map', positions: 16, channels: 128 });
    const depths = layersByDepth(cnn, 5);
    expect(depths).toHaveLength(5);
    expect(depths.at(-1)).toEqual(lastSpatialLayer(cnn));
    expect(depths.map(({ positions }) => positions)).toEqual(
      [...depths.map(({ positions }) => positions)].sort((a, b) => b - a),
    );
    const vit = (await probeLayers(runtime, await model('vit'))).layers;
    expect(lastSpatialLayer(vit)).toMatchObject({ shape: [1, 65, 64], kind: 'tokens', positions: 65, channels: 64 });
    expect(new Set(layersByDepth(vit).map(({ channels }) => channels))).toEqual(new Set([64]));
  });

  it('suggest the nearest name for a layer that is not there', async () => {
    const opening = openTapped(runtime, await model('cnn'), ['/c/c.6/Relu_1_output_1']);
    await expect(opening).rejects.toThrow(UsageError);
    await expect(opening).rejects.toMatchObject({ hint: 'Did you mean "/c/c.6/Relu_1_output_0"?' });
  });

  it('give the golden correlations with output similarity for 300 images to 1e-3', { timeout: 240_000 }, async () => {
    const { feature, logits } = await features('cnn', '/c/c.6/Relu_1_output_0');
    const maps = featureMaps(feature);
    const divergence = jensenShannonMatrix(softmaxRows({ rows: 300, cols: 100, data: logits.data as Float32Array }));
    const { semantic, spatial } = await matchOnThreads(maps, undefined, { threads: 1 });
    const key = Object.keys(golden).find((path) => path.endsWith('cnn'))!;
    for (const kernel of ['linear', 'cosine', 'rbf'] as const)
      for (const [matching, products] of Object.entries({ none: spatial!, optimal: semantic })) {
        const found = outputCorrelation(kernelMatrix(products, kernel).matrix, divergence);
        const expected = golden[key]!.results.none![kernel]![matching]!;
        expect(Math.abs(found.pearson! - expected.pearson!)).toBeLessThan(1e-3);
        expect(Math.abs(found.spearman! - expected.spearman!)).toBeLessThan(1e-3);
      }
  });

  it('give the same similarity with products from a runtime', { timeout: 240_000 }, async () => {
    const { feature } = await features('vit', '/n/Add_1_output_0', images.slice(0, 20));
    const maps = featureMaps(feature, { dropTokens: 1 });
    const expected = (await matchOnThreads(maps, undefined, { threads: 1 })).semantic.linear.data;
    const found = await matchOnThreads(maps, undefined, { threads: 2, tileSize: 8, productsBy: 'onnxruntime-node' });
    found.semantic.linear.data.forEach((value, k) => {
      expect(Math.abs(value / expected[k]! - 1)).toBeLessThan(1e-4);
    });
  });

  it('leave out damaged pictures by name and go on', async () => {
    const damaged: LoadableImage[] = [
      { name: 'broken.png', load: async () => Buffer.from('no picture') },
      ...images.slice(0, 3),
    ];
    const cnn = await tapModel(await probeModel({ source: await model('cnn'), preprocessing }, platform), []);
    const seen: number[] = [];
    const collect = ({ indices, sha256 }: { indices: number[]; sha256: string[] }) => {
      seen.push(...indices);
      for (const id of sha256) expect(id).toMatch(/^[0-9a-f]{64}$/);
    };
    const options = { decode: decodeImage, batchSize: 2 };
    const skipped = await extractFeatures(cnn, damaged, collect, options);
    expect(skipped).toEqual([{ name: 'broken.png', reason: expect.stringContaining('broken.png cannot be decoded') }]);
    expect(seen).toEqual([1, 2, 3]);
    await expect(extractFeatures(cnn, damaged.slice(0, 1), collect, options)).rejects.toThrow('None of 1 images');
    const wrong = { source: await model('cnn'), preprocessing: defaultPreprocessing(48) };
    await expect(probeModel(wrong, platform)).rejects.toThrow(
      'cnn.onnx: input image takes pictures of height 32; the preprocessing gives 48.',
    );
    await cnn.session.close();
  });

  it('take pictures that are decoded already, changed on the way', async () => {
    const cnn = await tapModel(await probeModel({ source: await model('cnn'), preprocessing }, platform), []);
    const data = Uint8Array.from({ length: 32 * 32 * 3 }, (_, k) => k % 251);
    const picture: RgbImage = { width: 32, height: 32, data };
    const image: LoadableImage = { name: 'made', load: async () => picture };
    let transformed = 0;
    const transform = (fitted: RgbImage): RgbImage => {
      transformed++;
      return fitted;
    };
    await extractFeatures(cnn, [image, image], () => undefined, { transform });
    expect(transformed).toBe(2);
    await cnn.session.close();
  });
});
