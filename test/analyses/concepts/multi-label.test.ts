import { describe, expect, it } from 'vitest';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseConcepts } from '#src/analyses/concepts/analyse-concepts.ts';
import { analyseConceptAtlas } from '#src/analyses/concepts/atlas/analyse-atlas.ts';
import type { ConceptModelInput, ConceptsOptions } from '#src/analyses/concepts/options.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import type { AtlasConceptRow } from '#src/study/concepts/atlas-section.ts';
import type { ConceptImageRow, ConceptsSection } from '#src/study/concepts-section.ts';
import { readStudyTable } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import {
  COLOURS,
  type ColourModelOptions,
  colourModel,
  colourPictures,
  twoColourPictures,
} from '../../support/colour-model.ts';

const platform = { runtime: () => loadRuntime(), threads: 1 };
const quick: ConceptsOptions = {
  ...{ nComponents: 3, resamples: 50, shuffles: 0, stabilitySeeds: 0 },
  ...{ randomNetwork: false, pictures: false },
};
const images = [...colourPictures(12), ...twoColourPictures(12)];

function model(options: ColourModelOptions, more: Partial<ConceptModelInput> = {}): ConceptModelInput {
  return {
    source: memorySource(`${options.ending ?? 'logits'}-${options.seed ?? 1}.onnx`, colourModel(options)),
    preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] },
    ...(options.ending !== 'map' && { labels: { kind: 'names', source: 'test', labels: [...COLOURS] } }),
    ...more,
  };
}

async function compare(a: ConceptModelInput, b: ConceptModelInput, options: ConceptsOptions = {}) {
  const store = memoryStore();
  const { manifest } = await analyseConcepts([a, b], images, { ...quick, ...options }, store, platform);
  const section = manifest.instruments.concepts!;
  return { section, rows: await readStudyTable<ConceptImageRow>(store, manifest, section.images) };
}

const importances = ({ classes }: ConceptsSection, m: 0 | 1) =>
  classes.flatMap(({ models }) => models[m]!.concepts.map(({ importance }) => importance));

describe('multi-label models', () => {
  it('are told by the sigmoid in the graph, and put an image into every class that is there', async () => {
    const { section, rows } = await compare(model({ ending: 'sigmoid' }), model({ ending: 'sigmoid', seed: 2 }));
    for (const { head, warnings, importance } of section.models) {
      expect(head.kind).toBe('linear');
      expect(importance).toBe('integrated-gradients');
      expect(warnings.join()).toContain("Multi-label (the graph's output is a Sigmoid)");
    }
    const kindsOf = (name: string) => {
      const { fitImages, evaluationImages } = section.classes.find((one) => one.name === name)!;
      return new Set([...fitImages, ...evaluationImages].map((i) => rows[i]!.name.split('/')[0]!));
    };
    // Softmax would put red-green pictures into one of the two alone.
    expect(kindsOf('red')).toEqual(new Set(['red', 'red-green', 'blue-red']));
    expect(kindsOf('green')).toEqual(new Set(['green', 'red-green', 'green-blue']));
    for (const found of importances(section, 0)) expect(found).not.toBeNull();
    // Replacement is of "there" against "not there".
    const { cross } = section.classes[0]!.models[0]!.whole;
    expect(cross.kl).toBeGreaterThanOrEqual(0);
    expect(cross.match).toBeGreaterThan(0);
    expect(cross.match).toBeLessThanOrEqual(1);
  });

  it('are what was asked for where outputs are logits, with the same figures', async () => {
    const graph = await compare(model({ ending: 'sigmoid' }), model({ ending: 'sigmoid', seed: 2 }));
    const asked = await compare(model({}, { scores: 'sigmoid' }), model({ seed: 2 }, { scores: 'sigmoid' }));
    expect(asked.section.models[0].warnings.join()).toContain('Multi-label (as asked)');
    const [a, b] = [graph, asked].map(({ section }) => importances(section, 0));
    for (const [i, found] of a!.entries()) expect(found!.value).toBeCloseTo(b![i]!.value, 5);
    const plain = await compare(model({}), model({ seed: 2 }));
    expect(plain.section.models[0].warnings.join()).not.toContain('Multi-label');
    expect(importances(plain.section, 0)[0]!.value).not.toBeCloseTo(b![0]!.value, 3);
  });

  it('have the sigmoid as probability where patches are covered', async () => {
    const { section } = await compare(model({ ending: 'sigmoid' }), model({ seed: 2 }, { scores: 'sigmoid' }), {
      occlude: 'mean',
      classes: ['red'],
    });
    const covered = section.classes[0]!.models[0]!.concepts.flatMap((entry) => entry.covered ?? []);
    expect(covered.length).toBeGreaterThan(0);
    for (const { models } of covered)
      for (const { concept, random } of models)
        for (const fall of [concept, random]) expect(Math.abs(fall)).toBeLessThanOrEqual(1);
  });
});

describe('models without a head', () => {
  it('have importance by covering patches: of the representation, where there are no class scores', async () => {
    const { section } = await compare(model({ ending: 'map' }), model({ ending: 'map', seed: 2 }));
    expect(section.classes.map(({ name }) => name).sort()).toEqual([...COLOURS].sort());
    for (const m of [0, 1] as const) {
      expect(section.models[m].head.kind).toBe('none');
      expect(section.models[m].importance).toBe('covering');
      const found = importances(section, m).filter((one) => one !== null);
      expect(found.length).toBeGreaterThan(0);
      for (const { value, low, high, occlusion, sobol } of found) {
        expect(value).toBeGreaterThan(-1);
        expect(value).toBeLessThan(2);
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        expect([occlusion, sobol]).toEqual([value, null]);
      }
    }
    expect(section.summary.models[0].groups).not.toBeNull();
  });

  it('have none where --head none leaves it out', async () => {
    const { section } = await compare(model({}, { head: null }), model({ seed: 2 }), { classes: ['red'] });
    expect(section.models.map(({ importance }) => importance)).toEqual(['none', 'integrated-gradients']);
    expect(importances(section, 0)).toEqual([null, null, null]);
  });

  it('take part in an atlas', async () => {
    const store = memoryStore();
    const inputs = [model({ ending: 'map' }), model({ ending: 'sigmoid', seed: 2 }), model({ seed: 3 })];
    const { shuffles: _, randomNetwork: __, ...options } = quick;
    const { manifest } = await analyseConceptAtlas(inputs, images, options, store, platform);
    const section = manifest.instruments.atlas!;
    expect(section.models.map(({ importance }) => importance)).toEqual([
      'covering',
      'integrated-gradients',
      'integrated-gradients',
    ]);
    const concepts = await readStudyTable<AtlasConceptRow>(store, manifest, section.concepts);
    for (const m of [0, 1, 2])
      expect(Math.max(...concepts.flatMap((one) => (one.model === m ? (one.importance?.normalised ?? []) : [])))).toBe(
        1,
      );
  });
});
