import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { classDifference } from '#src/figures/classes/class-maps.ts';
import { conceptAtlas } from '#src/figures/concepts/atlas.ts';
import { conceptScatter } from '#src/figures/concepts/concepts.ts';
import { type FigureContext, newDrawing } from '#src/figures/figure.ts';
import { logDomainOf } from '#src/figures/kit/axes.ts';
import { drawBars, drawScatter } from '#src/figures/kit/dot-chart.ts';
import { evenDomain } from '#src/figures/kit/heat-map.ts';
import { drawLineChart } from '#src/figures/kit/line-chart.ts';
import { ckaMap } from '#src/figures/representations/representations.ts';
import { curves, lossAndRate } from '#src/figures/training/curves.ts';
import { typicalityHistogram } from '#src/figures/training/epochs.ts';
import { encodePng } from '#src/formats/png/encode-png.ts';
import { parseManifest } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

/** A study in which only what the figure reads stands. */
function contextOf(instruments: unknown, choices = {}, files: Record<string, unknown> = {}): FigureContext {
  const bytes = Object.entries(files).map(([path, value]) => {
    const text = Array.isArray(value) ? value.map((row) => JSON.stringify(row)).join('\n') : JSON.stringify(value);
    return [path, new TextEncoder().encode(text)] as const;
  });
  const held = new Map(bytes);
  return {
    manifest: {
      name: 'study',
      instruments,
      files: Object.fromEntries(bytes.map(([path, data]) => [path, createHash('sha256').update(data).digest('hex')])),
    } as never,
    store: { ...memoryStore(), read: async (path) => held.get(path) },
    choices,
    encode: encodePng,
    drawing: () => newDrawing({}),
  };
}

describe('charts without values', () => {
  const finish = (draw: (d: ReturnType<typeof newDrawing>) => number): string => {
    const d = newDrawing({});
    return d.finish(draw(d), 'chart', '');
  };
  it('of points and bars are refused, naming what is missing', () => {
    const d = newDrawing({});
    expect(() => drawScatter(d, 0, [], { x: 'size', y: 'SSAD' })).toThrow('nothing has both size and SSAD');
    expect(() => drawBars(d, 0, [], 'SSAD')).toThrow('nothing has a SSAD');
    const point = { x: 0, y: 1, name: 'net', colour: '#000' };
    expect(() => drawScatter(d, 0, [point], { x: 'size', y: 'SSAD', logX: true })).toThrow(
      'The axis of size is logarithmic and cannot show net, of which it is 0.',
    );
  });
  it('of lines say so', () => {
    for (const points of [[], [[0, null] as const, [1, null] as const]]) {
      const svg = finish((d) => drawLineChart(d, 0, [{ name: 'a', colour: '#000', points }], { x: 'epoch', y: 'ρ' }));
      expect(svg).toContain('>no values</text>');
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
  });
  it('of zeros alone have a plain axis where a logarithmic one was asked for', () => {
    const points = [[0, 0] as const, [1, 0] as const];
    const options = { x: 'epoch', y: 'learning rate', log: true };
    const svg = finish((d) => drawLineChart(d, 0, [{ name: 'a', colour: '#000', points }], options));
    expect(svg).not.toMatch(/NaN|Infinity|no values/);
    expect(svg.match(/<path d="M[^"]*L/g)).toHaveLength(1);
    expect(logDomainOf([0, -1, null])).toBeUndefined();
    expect(logDomainOf([0, 10, 1, null])).toEqual([0.9, 11]);
  });
  it('have zero in the middle of a difference, also where nothing differs', () => {
    expect(evenDomain([0, Number.NaN, -0])).toEqual([-1, 1]);
    expect(evenDomain([0.25, Number.NaN, -0.5])).toEqual([-0.5, 0.5]);
  });
  it('show negative values with a true minus', () => {
    const svg = finish((d) => drawBars(d, 0, [{ name: 'a', series: 's', value: -0.25 }], 'ρ'));
    expect(svg).toContain('>−0.250</text>');
    expect(svg).not.toMatch(/>-\d/);
  });
});

describe('figures of what is not known', () => {
  const concept = (index: number, r: number | null, importance: { normalised: number } | null) => ({
    index,
    similarity: { cross: { pearson: { value: r } } },
    importance,
  });
  const concepts = (...list: unknown[]) => ({
    concepts: {
      models: [{ name: 'A' }, { name: 'B' }],
      classes: [{ name: 'cat', models: [{ concepts: list }, null] }],
    },
  });
  it('leave concepts of unknown importance out, and say how many', async () => {
    const known = concepts(concept(0, 0.5, { normalised: 0.4 }), concept(1, 0.5, null), concept(2, null, null));
    const svg = await conceptScatter.draw(contextOf(known));
    expect(svg.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')).toContain(
      'Left out, since their similarity or importance is not known: 2.',
    );
    expect(svg.match(/<circle/g)).toHaveLength(3);
    const all = await conceptScatter.draw(contextOf(concepts(concept(0, 0.5, { normalised: 0.4 }))));
    expect(all).not.toContain('Left out');
    await expect(conceptScatter.draw(contextOf(concepts(concept(0, 0.5, null))))).rejects.toThrow(
      'No concept has both a similarity and an importance.',
    );
  });

  it.each([
    ['optimal', 'optimally matched places'],
    ['greedy', 'matched places (greedy)'],
    ['topk-greedy', 'matched places (top-k greedy)'],
    ['none', 'same places, no matching'],
  ])('call places matched by %s "%s"', async (method, title) => {
    const layers = [{ model: 'a', layer: 'x' }];
    const comparison = { layers, kernel: 'cosine', cka: { semantic: [[1]], spatial: [[1]] } };
    const svg = await ckaMap.draw(contextOf({ representations: { method, comparison } }));
    expect(svg).toContain(`>${title}</text>`);
    expect(svg.includes('optimal')).toBe(method === 'optimal');
  });

  const run = (over: object) => ({ id: 'run', name: 'run', curves: 'c.json', records: 'r.jsonl', phases: {}, ...over });
  it('of a run without the usual curves name those that it has', async () => {
    const files = { 'c.json': { epochs: [0, 1], values: { other: [1, 2] } } };
    await expect(curves.draw(contextOf({ training: { runs: [run({})] } }, {}, files))).rejects.toMatchObject({
      message: expect.stringContaining('none of the curves sai.ncsm_scsm'),
      hint: 'Choose of other.',
    });
    const zero = { 'c.json': { epochs: [0, 1], values: { lr: [0, 0] } } };
    expect(await lossAndRate.draw(contextOf({ training: { runs: [run({})] } }, {}, zero))).not.toMatch(/NaN|Infinity/);
  });
  it('of no mistakes at all say so', async () => {
    const files = {
      'c.json': { epochs: [0], values: {} },
      'r.jsonl': [{ epoch: 0, mistakes: { test: { edges: [0, 0.5, 1], counts: [0, 0], mistakes: 0 } } }],
    };
    const svg = await typicalityHistogram.draw(contextOf({ training: { runs: [run({})] } }, {}, files));
    expect(svg).toContain('Nothing is wrong at these epochs');
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});

describe('the difference of two maps', () => {
  it('tells how it is scaled, takes two models, and none without a map', async () => {
    const store = memoryStore();
    await writeSampleStudy(store, { models: ['one', 'two', 'three'] });
    const manifest = parseManifest((await store.read('study.json'))!, 'sample');
    const draw = (choices: FigureContext['choices']) =>
      classDifference.draw({ manifest, store, choices, encode: encodePng, drawing: () => newDrawing({}) });
    expect(await draw({ models: ['one', 'two'] })).toContain('each scaled to 0 … 1');
    expect(classDifference.title).not.toContain('rank');
    // A map less itself is the middle of the colours, not their end.
    const same = await draw({ models: ['one', 'one'] });
    expect(same).not.toMatch(/NaN|-0/);
    await expect(draw({ models: ['one', 'two', 'three'] })).rejects.toThrow('of two models');
    manifest.instruments.classes!.models[1]!.matrix = null;
    await expect(draw({ models: ['one', 'two'] })).rejects.toThrow('The study has no map of two');
  });
});

describe('the atlas without pictures', () => {
  const atlas = {
    models: ['a', 'b'].map((name) => ({ name })),
    classes: [
      { id: 'cat', name: 'cat, true cat', wnid: 'n02121620', models: [0, 1].map(() => ({ collages: 'rows' })) },
    ],
    ...{ images: 'images', entries: 'entries' },
  };
  const cell = (importance: number | null, similarity: number) => ({
    concepts: importance === null ? [] : [{ class: 'cat', concept: 0 }],
    ...{ importance, similarity },
  });
  const files = {
    ...{ rows: [], images: [] },
    entries: [{ entry: 0, classes: ['cat'], cells: [cell(-0.25, 0.9), cell(null, -0.125)] }],
  };

  it('has true minus signs before importance and similarity', async () => {
    const svg = await conceptAtlas.draw(contextOf({ atlas }, { classes: ['n02121620'] }, files));
    expect(svg).toMatch(/>−0\.25</);
    expect(svg).toMatch(/>−0\.1[23]</);
  });

  it('refuses a class that is not there, and names those that are', async () => {
    await expect(conceptAtlas.draw(contextOf({ atlas }, { classes: ['dog'] }, files))).rejects.toMatchObject({
      message: 'There is no class "dog" in the study.',
      hint: 'It has cat, true cat.',
    });
  });
});
