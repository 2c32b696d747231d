import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '#src/study/concepts/suggestion-answer.ts';
import type { ConceptsSection } from '#src/study/concepts-section.ts';
import { memoryStore } from '#src/study/store.ts';
import { loudColours } from '../../app/src/charts/point-colours.ts';
import { summariseClasses } from '../../app/src/instruments/concepts/classes/class-summary.ts';
import { columnsOf } from '../../app/src/instruments/concepts/concept/real-predicted-figure.ts';
import {
  formatRange,
  isNarrowed,
  parseFilter,
  parseRange,
  passes,
} from '../../app/src/instruments/concepts/concept-filter.ts';
import { searchConcepts } from '../../app/src/instruments/concepts/concept-search.ts';
import { type ConceptsData, loadConcepts, similarityOf } from '../../app/src/instruments/concepts/concepts-data.ts';
import { gapOf, listConceptRows, parseConceptQuery } from '../../app/src/instruments/concepts/list/concept-list.ts';
import { conceptsCsv, conceptsJson } from '../../app/src/instruments/concepts/list/list-export.ts';
import { sharedRange, similarityPoints } from '../../app/src/instruments/concepts/overview/similarity-figure.ts';
import { patchBox, patchGrid } from '../../app/src/instruments/concepts/patch-box.ts';
import { effectPoints } from '../../app/src/instruments/concepts/replacement/replacement-figure.ts';
import { sweepCharts } from '../../app/src/instruments/concepts/sweeps/sweep-charts.ts';
import { storeSource } from '../../app/src/kit/data/study-source.ts';
import { SEQUENTIAL_NAMES, sequentialTable } from '../../app/src/kit/theme/colour-maps.ts';
import { contrast, parseHex } from '../../app/src/kit/theme/oklab.ts';
import { dark, light } from '../../app/src/kit/theme/palette.ts';
import { writeMadeConcepts } from '../support/concepts-study.ts';

async function madeData(options = {}): Promise<ConceptsData> {
  const store = memoryStore();
  const manifest = await writeMadeConcepts(store, { images: 8, ...options });
  const study = { source: storeSource(store), manifest, origin: 'opened' as const };
  return loadConcepts(study, manifest.instruments.concepts!);
}

describe('the filter of concepts', () => {
  it('comes back from an address as it went in', () => {
    const end = fc.double({ min: -1, max: 1, noNaN: true }).map((value) => Number(value.toFixed(3)));
    fc.assert(
      fc.property(end, end, (a, b) => {
        const range = [Math.min(a, b), Math.max(a, b)] as const;
        expect(parseRange(formatRange(range))).toEqual([range[0] + 0, range[1] + 0]);
      }),
    );
    for (const text of ['', '1', '2,1', 'a,b', '0.1,', undefined]) expect(parseRange(text)).toBeUndefined();
    expect(isNarrowed(parseFilter({ group: 'none', x: 'self' }))).toBe(false);
  });

  it('keeps what lies within all of its ranges', async () => {
    const data = await madeData();
    const kept = (params: Record<string, string>) =>
      data.concepts.filter((concept) => passes(concept, parseFilter(params)));
    expect(kept({})).toHaveLength(20);
    expect(kept({ class: 'cat' }).every(({ of }) => of.id === 'cat')).toBe(true);
    const narrow = kept({ class: 'cat', sim: '0,0.5', imp: '0.3,1' });
    expect(narrow.length).toBeGreaterThan(0);
    for (const concept of narrow) expect(concept.entry.group).toBe('low-high');
    // Every self-similarity is high, so that the same range keeps none of them.
    expect(kept({ sim: '0,0.5', x: 'self' })).toEqual([]);
  });

  it('keeps no concept without an importance in a range of importances', async () => {
    const data = await madeData({ head: false });
    expect(data.concepts.filter((concept) => passes(concept, parseFilter({ imp: '-1,1' })))).toEqual([]);
  });
});

describe('the list of concepts', () => {
  it('sorts by any column, and what has no value comes last both ways', async () => {
    const data = await madeData();
    const sorted = (sort: string) =>
      listConceptRows(data, data.concepts, { 'cat/1/2': { name: 'ears' } }, parseConceptQuery({ sort }));
    const values = sorted('similarity,up').map((concept) => similarityOf(concept)!);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(sorted('similarity,down')[0]).toBe(sorted('similarity,up').at(-1));
    for (const direction of ['up', 'down']) expect(sorted(`name,${direction}`)[0]!.key).toBe('cat/1/2');
    expect(sorted('gap,up').map(gapOf)[0]).toBeLessThan(-0.5);
    expect(parseConceptQuery({ sort: 'nothing' })).toMatchObject({ sort: 'similarity', ascending: true });
  });

  it('finds by class, name and note, and keeps to the shortlist', async () => {
    const data = await madeData();
    const notes = { 'lorry/0/1': { note: 'the wheels' } };
    const found = (params: Record<string, string>) =>
      listConceptRows(data, data.concepts, notes, parseConceptQuery(params));
    expect(found({ q: 'WHEEL' }).map(({ key }) => key)).toEqual(['lorry/0/1']);
    expect(found({ q: 'dog' }).every(({ of }) => of.name === 'tabby dog')).toBe(true);
    expect(found({ only: 'short' })).toHaveLength(data.shortlist.length);
  });

  it('leaves the page as CSV and JSON with names and notes', async () => {
    const data = await madeData();
    const notes = { 'cat/0/0': { name: '=red', note: 'left, "mostly"' } };
    const csv = await conceptsCsv(data, data.concepts.slice(0, 2), notes).text();
    const lines = csv.trim().split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^cat,cat,0,Small net,0,.*,'=red,"left, ""mostly"""$/);
    const json = JSON.parse(await conceptsJson(data, data.concepts.slice(0, 2), notes).text());
    expect(json.concepts[0]).toMatchObject({ class: 'cat', model: 0, concept: 0, name: '=red' });
    expect(json.models).toEqual(['Small net', 'Large net']);
  });

  it('is searched by class and by given name', async () => {
    const data = await madeData();
    const found = searchConcepts(data, { 'lorry/0/1': { name: 'cat-like ears' } }, 'CAT');
    expect(found.map(({ id }) => id)).toEqual(['class:cat', 'lorry/0/1']);
    expect(searchConcepts(data, {}, ' ')).toEqual([]);
  });
});

describe('what is drawn', () => {
  it('has a place for every concept with a similarity, its density, and one range for both models', async () => {
    const data = await madeData();
    const points = [0, 1].map((model) => similarityPoints(data, model as 0 | 1, 'cross'));
    expect(points.map((list) => list.length)).toEqual([12, 8]);
    expect(points.flat().every(({ density }) => density > 0)).toBe(true);
    const { x, y } = sharedRange(points.flat());
    for (const point of points.flat()) {
      expect(point.x >= x[0] && point.x <= x[1] && point.y! >= y[0] && point.y! <= y[1]).toBe(true);
    }
    // The constant prediction counts as 0 rather than being left out.
    expect(points[0]!.find(({ concept }) => concept.key === 'cat/0/3')!.x).toBe(0);
  });

  it('has no importance and no effect on classes without a head', async () => {
    const data = await madeData({ head: false });
    expect(similarityPoints(data, 0, 'cross').every(({ y }) => y === null)).toBe(true);
    expect(effectPoints(data.concepts, 'kl')).toEqual([]);
    expect(effectPoints(data.concepts, 'l2')).toHaveLength(20);
    expect(summariseClasses(data)[0]!.models[0]!.unshared).toBeNull();
  });

  it('sums up classes, and says where a model has no concepts', async () => {
    const data = await madeData();
    const [cat, , lorry] = summariseClasses(data);
    const own = data.concepts.filter(({ key }) => key.startsWith('cat/0/')).map((concept) => similarityOf(concept)!);
    expect(cat!.models[0]!.similarity).toBeCloseTo(own.reduce((a, b) => a + b) / own.length, 12);
    expect(cat!.difference).toBeCloseTo(0.1, 12);
    expect(lorry!.models[1]).toBeNull();
  });

  it('leaves out sweeps without values', () => {
    const point = { cross: null, self: null, relativeError: 0.3, stability: null };
    const sweeps = { components: [{ nComponents: 4, models: [point, point] }], alpha: [] } as NonNullable<
      ConceptsSection['sweeps']
    >;
    const charts = sweepCharts(sweeps, { nComponents: 4 });
    expect(charts.components.map(({ title }) => title)).toEqual(['error left, of the whole']);
    expect(charts.alpha).toEqual([]);
  });

  it('takes the column of a concept from both matrices', () => {
    const matrix = (data: number[]) => ({ rows: 2, cols: 3, data: Float32Array.from(data) });
    const columns = columnsOf(matrix([0, 1, 2, 3, 4, 5]), matrix([5, 4, 3, 2, 1, 0]), 1);
    expect([...Array.from(columns.real), ...Array.from(columns.predicted)]).toEqual([1, 4, 4, 1]);
  });

  it('stands out from the page in every colour map, light and dark, more the denser', () => {
    for (const palette of [light, dark])
      for (const name of SEQUENTIAL_NAMES) {
        const colour = loudColours(sequentialTable(name), palette);
        const contrasts = [0, 0.25, 0.5, 0.75, 1].map((share) =>
          contrast(parseHex(colour(share)), parseHex(palette.background)),
        );
        expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(2.9);
        expect(contrasts).toEqual(contrasts.toSorted((a, b) => a - b));
      }
  });
});

it('finds the place of a patch in its picture', () => {
  const sampler = {
    kind: 'patch' as const,
    side: 32,
    size: 9,
    stride: 21,
    perImage: 4,
    origins: [
      [0, 0],
      [0, 21],
      [21, 0],
      [21, 21],
    ] as [number, number][],
  };
  expect(patchBox(sampler, 2)).toEqual({ x: 0, y: 21, size: 9 });
  expect(patchGrid(sampler)).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(patchBox({ ...sampler, origins: null }, 0)).toBeUndefined();
  expect(patchGrid({ ...sampler, origins: null })).toBeUndefined();
});

it('reads the answer of a language model, and leaves one that is none', () => {
  const asked = { name: 'ears', difference: 'tails', missing: 'fur', confidence: 0.7 };
  expect(readAnswer(`Sure!\n\`\`\`json\n${JSON.stringify(asked)}\n\`\`\``)).toEqual(asked);
  expect(readAnswer('{"name": " ears ", "confidence": 7}')).toEqual({
    name: 'ears',
    difference: undefined,
    missing: undefined,
    confidence: undefined,
  });
  for (const answer of ['Ears, mostly.', '{broken}', '{}', '[1]', '', `{"name": "${'x'.repeat(90)}"}`])
    expect(readAnswer(answer)).toBeUndefined();
});
