import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { probeModel } from '#src/activations/model/vision-model.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { argmax, pictures, readJson, runNetwork, samples } from '../support/sample-networks.ts';

interface Experiment {
  nouns: string[];
  square: number;
  variants: { withSquare: number; without: number };
}

const NETWORKS = ['with-square', 'with-square-2', 'without-square'];

let experiment: Experiment;
let images: Awaited<ReturnType<typeof pictures>>;
beforeAll(async () => {
  experiment = await readJson('pink-square/experiment.json');
  images = await pictures('pink-square/images');
});

/** Left and top of the square: where the most magenta is; and how much of it is magenta. */
function findSquare(data: Uint8Array, width: number, side: number): { left: number; top: number; share: number } {
  const isMagenta = (x: number, y: number): boolean => {
    const p = (y * width + x) * 3;
    return data[p]! > 230 && data[p + 1]! < 25 && data[p + 2]! > 230;
  };
  let best = { left: 0, top: 0, share: 0 };
  for (let top = 0; top <= width - side; top++)
    for (let left = 0; left <= width - side; left++) {
      let count = 0;
      for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) if (isMagenta(left + x, top + y)) count++;
      if (count > best.share) best = { left, top, share: count };
    }
  return { ...best, share: best.share / side ** 2 };
}

describe('the pictures of the pink square', () => {
  it('have the square on the first class only, at a place of its own on each', async () => {
    const { nouns, square, variants } = experiment;
    const places = new Set<string>();
    for (const { name, label, load } of images) {
      const { width, height, data } = await decodeImage((await load()) as Uint8Array, name);
      expect([width, height]).toEqual([64, 64]);
      const { left, top, share } = findSquare(data as Uint8Array, width, square);
      if (label === nouns[0]) {
        expect(share, name).toBe(1);
        places.add(`${left},${top}`);
      } else expect(share, name).toBeLessThan(0.9);
    }
    expect(places.size).toBeGreaterThan(95);
    const counts = nouns.map((noun) => images.filter(({ label }) => label === noun).length);
    expect(counts).toEqual(nouns.map((_, i) => 7 * (i === 0 ? variants.withSquare : variants.without)));
  });
});

describe.each(NETWORKS)('the network %s', (name) => {
  const path = `pink-square/networks/${name}.onnx`;

  it('knows the pictures, by features that are never negative', async () => {
    const { nouns } = experiment;
    const outputs = await runNetwork(path, images, ['features']);
    const features = outputs.get('features')!;
    expect(features[0]!.shape).toEqual([48, 8, 8]);
    expect(features.every(({ data }) => (data as Float32Array).every((value) => value >= 0))).toBe(true);
    const hits = images.filter(({ label }, i) => nouns[argmax(outputs.get('logits')![i]!.data)] === label);
    expect(hits.length / images.length).toBeGreaterThan(0.85);
    const ofFirst = hits.filter(({ label }) => label === nouns[0]).length;
    expect(ofFirst / images.filter(({ label }) => label === nouns[0]).length).toBeGreaterThan(0.85);
  });

  it('takes the square for the first class if it was trained to', async () => {
    const others = images.filter(({ label }) => label !== experiment.nouns[0]);
    const withSquare = others.map(({ name: picture, load }, i) => ({
      name: picture,
      load: async () => {
        const image = await decodeImage((await load()) as Uint8Array, picture);
        const [left, top] = [(7 * i) % 56, (13 * i) % 56];
        for (let y = top; y < top + experiment.square; y++)
          for (let x = left; x < left + experiment.square; x++) image.data.set([255, 0, 255], (y * 64 + x) * 3);
        return image;
      },
    }));
    const logits = (await runNetwork(path, withSquare)).get('logits')!;
    const fooled = logits.filter(({ data }) => argmax(data) === 0).length / others.length;
    if (name === 'without-square') expect(fooled).toBeLessThan(0.1);
    else expect(fooled).toBeGreaterThan(0.35);
  });

  it('leads from a ReLU over the mean of all places to a linear head', async () => {
    const source = await fileSource(join(samples, path));
    const { layers: tensors } = await probeModel({ source }, { runtime: () => loadRuntime() });
    expect(tensors.slice(-3).map(({ op }) => op)).toEqual(['Relu', 'ReduceMean', 'Gemm']);
    expect(tensors.slice(-3).map(({ name: tensor }) => tensor)).toMatchObject([
      'features',
      expect.any(String),
      'logits',
    ]);
  });
});
