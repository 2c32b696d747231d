import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { findImages } from '#src/activations/images/image-folder.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { resolveLabels } from '#src/semantics/label-resolver/resolve-labels.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { memoryStore } from '#src/study/store.ts';
import { argmax, pictures, readJson, runNetwork, samples } from '../support/sample-networks.ts';

interface Table {
  heldOut: string;
  styles: { style: string; licence: string; package: string; version: string }[];
  nouns: { noun: string; wnid: string; icons: Record<string, string[]> }[];
}

let table: Table;
beforeAll(async () => {
  table = await readJson('emoji/nouns.json');
});

describe('the table of emoji', () => {
  it('has 60 nouns of WordNet, each in seven styles under open licences', async () => {
    expect(table.nouns).toHaveLength(60);
    expect(table.styles).toHaveLength(7);
    for (const { licence } of table.styles) expect(['Apache-2.0', 'CC-BY-4.0', 'MIT']).toContain(licence);
    const { labels } = resolveLabels(
      await loadWordNet(),
      table.nouns.map(({ wnid }) => wnid),
    );
    for (const [i, { noun, wnid, icons }] of table.nouns.entries()) {
      const { how, synset, candidates } = labels[i]!;
      expect({ how, synset }).toEqual({ how: 'wnid', synset: wnid });
      expect(candidates[0]!.lemmas.map((lemma) => lemma.toLowerCase())).toContain(noun);
      expect(Object.keys(icons)).toEqual(table.styles.map(({ style }) => style));
      expect(Object.values(icons).every((names) => names.length > 0)).toBe(true);
    }
    expect(new Set(table.nouns.map(({ wnid }) => wnid)).size).toBe(60);
  });

  it('credits each set', () => {
    const credits = readFileSync(join(samples, '../THIRD_PARTY.md'), 'utf8');
    for (const { style } of table.styles) expect(credits).toContain(`\`${style}\``);
  });
});

describe('the pictures of emoji', () => {
  it('are two of each noun in each style, 64 pixels square', async () => {
    const images = await pictures('emoji/images');
    const expected = table.nouns.flatMap(({ noun }) =>
      table.styles.flatMap(({ style }) => [0, 1].map((variant) => `${noun}/${style}-${variant}.png`)),
    );
    expect(images.map(({ name }) => name)).toEqual(expected.sort());
    for (const { name, load } of images) {
      const { width, height } = await decodeImage((await load()) as Uint8Array, name);
      expect([width, height]).toEqual([64, 64]);
    }
  });

  it('are listed for the demo with their nouns', async () => {
    const { samples: listed } = await findImages(join(samples, 'emoji/demo.csv'));
    expect(listed).toHaveLength(140);
    const all = new Set((await pictures('emoji/images')).map(({ name }) => `images/${name}`));
    for (const { name, label } of listed) {
      expect(all).toContain(name);
      expect(name.split('/')[1]).toBe(label);
    }
  });
});

describe.each([
  { file: 'cnn.onnx', layer: 'stage4', shape: [96, 8, 8], unseen: 0.75, seen: 0.97 },
  { file: 'vit.onnx', layer: 'tokens', shape: [65, 64], unseen: 0.55, seen: 0.82 },
])('the network $file', ({ file, layer, shape, unseen, seen }) => {
  const path = `emoji/networks/${file}`;

  it('knows the pictures of the style that it never saw as well as the samples say', async () => {
    const images = await pictures('emoji/images');
    const outputs = await runNetwork(path, images, [layer]);
    expect(outputs.get(layer)![0]!.shape).toEqual(shape);
    const hits = (isUnseen: boolean): number => {
      const found = images.flatMap(({ name, label }, i) =>
        name.includes(`/${table.heldOut}-`) === isUnseen
          ? [table.nouns[argmax(outputs.get('logits')![i]!.data)]!.noun === label]
          : [],
      );
      return found.filter(Boolean).length / found.length;
    };
    expect(hits(true)).toBeGreaterThan(unseen);
    expect(hits(false)).toBeGreaterThan(seen);
  });

  it('gives the same scores on either runtime', async () => {
    const few = (await pictures('emoji/images')).slice(0, 8);
    const [node, web] = await Promise.all(
      (['onnxruntime-node', 'onnxruntime-web'] as const).map((name) => runNetwork(path, few, [], loadRuntime(name))),
    );
    few.forEach((_, i) => {
      node!.get('logits')![i]!.data.forEach((value, k) => {
        expect(Math.abs(value - web!.get('logits')![i]!.data[k]!)).toBeLessThan(1e-4);
      });
    });
  });

  it('is a classifier of the nouns to the classes instrument', async () => {
    const store = memoryStore();
    const { manifest } = await analyseClasses([{ source: await fileSource(join(samples, path)) }], {}, store);
    expect(manifest.instruments.classes!.models[0]!.head.tensor).toBe('head.weight');
    const lines = new TextDecoder()
      .decode((await store.read('classes/classes.jsonl'))!)
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).synset)).toEqual(table.nouns.map(({ wnid }) => wnid));
  });
});
