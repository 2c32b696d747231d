import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import { analyseTraining } from '#src/analyses/training/analyse-training.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { drawFigure, FIGURES, figuresOf } from '#src/figures/catalogue.ts';
import { FIGURE_THEMES } from '#src/figures/kit/theme.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { encodePng } from '#src/formats/png/encode-png.ts';
import { memoryRunFolder } from '#src/runs/run-folder.ts';
import { createRandom } from '#src/statistics/random.ts';
import { readManifest } from '#src/study/read-study.ts';
import { memoryStore, type StudyStore } from '#src/study/store.ts';

const options = { encode: encodePng };

/** Six heads over CIFAR-10's classes as a population. */
async function populationStudy(): Promise<StudyStore> {
  const random = createRandom(4);
  const common = Float32Array.from({ length: 10 * 12 }, () => random.normal());
  const inputs = Array.from({ length: 6 }, (_, m) => ({
    source: memorySource(
      `net-${m}.npy`,
      encodeNpy(
        common.map((value) => value + (m < 3 ? 0.5 : 1) * random.normal()),
        [10, 12],
      ),
    ),
    labels: { kind: 'set' as const, id: 'cifar-10' },
  }));
  const members = inputs.map(({ source }, m) => ({
    id: `net-${m}`,
    source: source.name,
    family: m < 3 ? 'a' : 'b',
    kind: m < 3 ? ('cnn' as const) : ('vit' as const),
    parameters: 1e6 * (m + 1),
    accuracy: 60 + m,
  }));
  const store = memoryStore();
  await analyseClasses(inputs, { population: { members, hybrids: 'vit' }, bootstrap: 100 }, store);
  return store;
}

/** Fails unless the text is well-formed XML, by a parser that is not ours. */
function requireXml(svg: string): void {
  execFileSync('python3', ['-c', 'import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read())'], {
    input: svg,
  });
}

describe('figures of a population', () => {
  let store: StudyStore;
  beforeAll(async () => {
    store = await populationStudy();
  });

  it('lists every figure, and says of those that are not there why', async () => {
    const listed = figuresOf(await readManifest(store));
    expect(listed).toHaveLength(FIGURES.length);
    expect(new Set(listed.map(({ kind }) => kind.id)).size).toBe(FIGURES.length);
    const lacks = (id: string) => listed.find(({ kind }) => kind.id === id)!.lacks;
    for (const id of ['class-map', 'alignment', 'alignment-size', 'correlations', 'networks', 'network-histogram'])
      expect(lacks(id), id).toBeUndefined();
    expect(lacks('curves')).toBe('it has no training section');
    await expect(drawFigure(store, 'curves', options)).rejects.toThrow(
      'The study has no figure curves: it has no training section.',
    );
  });

  it('draws each with title, source and every model that it shows, in every theme and width', async () => {
    const manifest = await readManifest(store);
    const there = figuresOf(manifest).flatMap(({ kind, lacks }) => (lacks ? [] : [kind.id]));
    expect(there.length).toBeGreaterThanOrEqual(9);
    for (const id of there) {
      const svg = await drawFigure(store, id, options);
      requireXml(svg);
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="720"/);
      expect(svg).toContain('Drawn by Semblance.');
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
    const networks = await drawFigure(store, 'networks', { ...options, theme: 'dark', width: 400 });
    expect(networks).toContain('width="400"');
    expect(networks).toContain(FIGURE_THEMES.dark.background);
    for (const { name } of manifest.instruments.classes!.models) expect(networks).toContain(name.slice(0, 4));
  });

  it('refuses what it cannot use, naming what there is', async () => {
    await expect(drawFigure(store, 'class-mop', options)).rejects.toMatchObject({ hint: 'Did you mean class-map?' });
    await expect(drawFigure(store, 'class-map', { ...options, choices: { models: ['nobody'] } })).rejects.toThrow(
      'There is no model "nobody" in the study.',
    );
    await expect(drawFigure(store, 'class-map', { ...options, choices: { epochs: [3] } })).rejects.toThrow(
      'The figure class-map has no choice of epochs.',
    );
    await expect(drawFigure(store, 'networks', { ...options, choices: { measure: 'pearson' } })).rejects.toThrow(
      /must be one of cosine, spearman, kendall; found pearson/,
    );
  });

  it('is the same each time', async () => {
    expect(await drawFigure(store, 'alignment', options)).toBe(await drawFigure(store, 'alignment', options));
  });
});

describe('figures of a training run', () => {
  it('draws curves with what was asked for only, and no epoch that is not there', async () => {
    const log = Array.from({ length: 14 }, (_, epoch) =>
      JSON.stringify({ epoch, accuracy: epoch / 20, valLoss: 3 - epoch / 10, lr: 0.1 / (1 + epoch) }),
    );
    const head = new Float32Array(8 * 4).map((_, i) => Math.sin(i * 1.7));
    const files = new Map([['metrics.jsonl', new TextEncoder().encode(log.join('\n'))]]);
    for (let epoch = 0; epoch < 14; epoch++)
      files.set(
        `epoch_${epoch}.npy`,
        encodeNpy(
          head.map((value, i) => value + epoch * Math.cos(i)),
          [8, 4],
        ),
      );
    const store = memoryStore();
    await analyseTraining([{ folder: memoryRunFolder('a <run> & more', files) }], {}, store);
    for (const id of ['curves', 'loss-rate', 'epoch-maps']) requireXml(await drawFigure(store, id, options));
    const svg = await drawFigure(store, 'curves', { ...options, choices: { curves: ['wsi.max'] } });
    expect(svg).toContain('wsi.max');
    expect(svg).toContain('a &lt;run&gt; &amp; more');
    expect(svg).not.toContain('>accuracy<');
    await expect(drawFigure(store, 'curves', { ...options, choices: { curves: ['wsi.maxx'] } })).rejects.toThrow(
      'There is no curve',
    );
    await expect(drawFigure(store, 'epoch-maps', { ...options, choices: { epochs: [99] } })).rejects.toThrow(
      'nothing of epoch 99',
    );
    await expect(drawFigure(store, 'typicality', options)).rejects.toThrow('no class templates');
  });
});
