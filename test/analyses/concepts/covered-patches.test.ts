import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { imagesFromFolder } from '#src/activations/images/images-from-folder.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseConcepts } from '#src/analyses/concepts/analyse-concepts.ts';
import type { ConceptsOptions } from '#src/analyses/concepts/options.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { findInStudy } from '#src/findings/find-in-study.ts';
import { readerOf } from '#src/findings/study-reader.ts';
import { memoryStore } from '#src/study/store.ts';

const samples = fileURLToPath(new URL('../../../samples/pink-square', import.meta.url));
const options: ConceptsOptions = {
  ...{ classes: ['cat'], patchSize: 18, patchStride: 14, resamples: 200, shuffles: 0 },
  ...{ stabilitySeeds: 0, randomNetwork: false, pictures: false },
};

async function compare(other: string, more: ConceptsOptions, logits?: null) {
  const store = memoryStore();
  const open = async (name: string) => ({ source: await fileSource(`${samples}/networks/${name}.onnx`) });
  const { manifest } = await analyseConcepts(
    [{ ...(await open('with-square')), ...(logits === null && { logits }) }, await open(other)],
    await imagesFromFolder(`${samples}/images`),
    { ...options, ...more },
    store,
    { runtime: () => loadRuntime(), decode: decodeImage, threads: 1 },
  );
  return { manifest, store, section: manifest.instruments.concepts! };
}

describe('covering the patches of a concept', () => {
  it('moves the network that learned the pink square, and not the one that did not', async () => {
    const { manifest, store, section } = await compare('without-square', { occlude: 'mean' });
    const concepts = section.classes[0]!.models[0]!.concepts;
    const similarity = (one: (typeof concepts)[number]) => one.similarity.cross.pearson.value!;
    const square = concepts.reduce((a, b) => (similarity(b) < similarity(a) ? b : a));
    const { images, patches, models, difference } = square.covered!;
    expect(patches).toBe(2);
    expect(images).toBeGreaterThan(20);
    expect(models[0].effect.low).toBeGreaterThan(0.25);
    expect(models[1].effect.low).toBeLessThan(0);
    expect(models[1].effect.high).toBeGreaterThan(0);
    expect(Math.abs(models[1].effect.value!)).toBeLessThan(0.05);
    expect(difference.low).toBeGreaterThan(0.25);
    expect(models[0].effect.value).toBeCloseTo(models[0].concept - models[0].random, 12);
    const found = await findInStudy(readerOf(store, manifest), manifest, 'concepts');
    const said = found.find(({ rule }) => rule === 'concepts.covered')!;
    expect(said.text).toContain(`Covering concept cat ${square.index} lowers`);
    expect(said.text).toContain('does not fall measurably');
    expect(said.text).toMatch(
      /The difference is 0\.45 \(95 % interval 0\.37 to 0\.53\); p below 0\.001, corrected for \d+ concepts/,
    );
    expect(square.covered!.p).toBeLessThan(1e-9);
    expect(square.covered!.pCorrected).toBeGreaterThan(square.covered!.p!);
  });

  it('chooses how importance is measured without a head, and compares answers where both models have some', async () => {
    const without = async (more: ConceptsOptions) => {
      const { section } = await compare('without-square', more, null);
      return section.classes[0]!.models[0]!.concepts;
    };
    const [usual, three, blurred] = [
      await without({}),
      await without({ occludePatches: 3 }),
      await without({ occlude: 'blur' }),
    ];
    const importances = (concepts: typeof usual) => concepts.map(({ importance }) => importance?.value ?? null);
    expect(importances(three)).not.toEqual(importances(usual));
    expect(importances(blurred)).not.toEqual(importances(usual));
    for (const { covered, importance } of blurred) {
      expect(covered).toBeUndefined();
      if (importance) expect(importance.images).toBeGreaterThanOrEqual(5);
    }
  });

  it('refuses what cannot be covered', async () => {
    const refuse = (more: ConceptsOptions) => compare('without-square', more);
    await expect(refuse({ occlude: 'mean', sampler: 'image' })).rejects.toThrow(
      'with --sampler image there is one alone',
    );
    await expect(refuse({ occlude: 'mean', occludePatches: 16 })).rejects.toThrow('must be below the 16 patches');
    await expect(refuse({ occludePatches: 2 })).rejects.toThrow('--occlude covers, which was not given');
  });
});
