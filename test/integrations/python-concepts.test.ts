import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyseConcepts } from '#src/analyses/concepts/analyse-concepts.ts';
import type { ConceptModelInput, ConceptsOptions } from '#src/analyses/concepts/options.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import type { ConceptImageRow } from '#src/study/concepts-section.ts';
import { readStudyTable } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import { python } from '../support/python.ts';

const script = fileURLToPath(new URL('./write_concepts.py', import.meta.url));
const quick: ConceptsOptions = { nComponents: 3, resamples: 50, shuffles: 50, stabilitySeeds: 0 };

describe.skipIf(python?.hasTorch !== true)('activations of FeatureWriter as concepts', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'semblance-concepts-'));
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' };
    const { status, stderr } = spawnSync(python!.command, [script, folder], {
      encoding: 'utf8',
      env,
      timeout: 120_000,
    });
    if (status !== 0) throw new Error(stderr);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const open = (name: string) => fileSource(join(folder, `${name}.safetensors`));
  const model = async (name: string, more: Partial<ConceptModelInput> = {}): Promise<ConceptModelInput> => ({
    source: await open(`${name}-patches`),
    name,
    wholes: await open(name),
    ...more,
  });

  it('are compared without running a model', async () => {
    const store = memoryStore();
    const random = async (name: string) => ({ randomNetwork: await open(`${name}-random`) });
    const inputs = [await model('a', await random('a')), await model('b', await random('b'))] as const;
    const { manifest } = await analyseConcepts(inputs, [], quick, store);
    const section = manifest.instruments.concepts!;
    expect(section.sampler).toEqual({
      kind: 'given',
      side: null,
      size: null,
      stride: null,
      perImage: 9,
      origins: null,
    });
    expect(section.models[0]).toMatchObject({
      name: 'a',
      runtime: null,
      layer: '1',
      channels: 12,
      factorisation: 'nmf',
    });
    expect(section.models[0].head).toEqual({
      kind: 'linear',
      reason: 'head.weight of the file, which gives its logits',
    });
    expect(section.models.map(({ accuracy }) => accuracy!).every((accuracy) => accuracy > 0.9)).toBe(true);
    expect(section.classes.map(({ name }) => name)).toEqual(['class 0', 'class 1']);
    const [concept] = section.classes[0]!.models[0]!.concepts;
    expect(concept!.importance).not.toBeNull();
    expect(concept!.similarity.self.pearson.value).toBeGreaterThan(0.8);
    expect(concept!.null.randomNetwork).not.toBeNull();
    const images = await readStudyTable<ConceptImageRow>(store, manifest, section.images);
    expect(images[0]).toMatchObject({ name: 'image-0', id: 'image-0', label: '0', picture: null });
  });

  it('are enough as patches alone, and say what is missing', async () => {
    const alone = async (name: string) => ({ source: await open(`${name}-patches`), name });
    const { manifest } = await analyseConcepts(
      [await alone('a'), await alone('b')],
      [],
      { ...quick, minFitImages: 3, minEvaluationImages: 3 },
      memoryStore(),
    );
    const { models } = manifest.instruments.concepts!;
    expect(models[0].warnings.join('\n')).toContain("classes are predicted from the mean logits of an image's 9 rows");
    expect(models[0].warnings).toContain(
      'No activations of a network with random weights were given, so that null is missing.',
    );
    expect(models[0].accuracy).toBeNull();
  });

  it('are no classifiers without logits: labels are the classes, and importance is left out', async () => {
    const plain = { logits: null, head: null };
    const inputs = [await model('a', plain), await model('b', plain)] as const;
    const { manifest } = await analyseConcepts(inputs, [], quick, memoryStore());
    const { models, classes } = manifest.instruments.concepts!;
    expect(classes.map(({ name }) => name)).toEqual(['0', '1']);
    expect(models[1].head).toEqual({ kind: 'none', reason: 'left out as asked' });
    expect(classes[0]!.models[1]!.concepts[0]).toMatchObject({ importance: null, group: null });
    const error = await analyseConcepts(
      inputs.map(({ wholes: _, ...rest }) => rest) as unknown as typeof inputs,
      [],
      quick,
      memoryStore(),
    ).catch((found: Error) => found);
    expect((error as Error).message).toBe(
      'Neither model is a classifier, and the images have no labels: there are no classes to compare.',
    );
  });
});
