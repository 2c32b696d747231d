import { describe, expect, it } from 'vitest';
import { methodsOf } from '#src/report/methods.ts';
import type { StudyManifest } from '#src/study/manifest.ts';
import { readManifest } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import { writeMadeConcepts } from '../support/concepts-study.ts';
import { writeRepresentationsStudy } from '../support/representations-study.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

describe('how an instrument measured', () => {
  it('names weights or features of pictures, as the templates are of either', async () => {
    const manifest = await writeSampleStudy(memoryStore(), { models: ['alpha', 'beta'] });
    const { text, papers } = methodsOf('classes', manifest);
    expect(text).toContain('templates, the rows of the classifier’s weights without bias.');
    expect(text).not.toContain('pictures');
    // Its only reference is a file, and no permutation test was asked for.
    expect(papers).toEqual(['class-similarity']);

    const [alpha, beta] = manifest.instruments.classes!.models;
    const templates = { source: 'photos', layer: 'pool', pooling: 'mean' as const, runtime: null };
    const pictured = {
      ...alpha!,
      templates: { ...templates, counts: [], skipped: [], weights: null, agreement: null },
    };
    const only = withClasses(manifest, [pictured]);
    expect(methodsOf('classes', only).text).toContain('their templates, the mean features of labelled pictures.');
    expect(methodsOf('classes', only).text).not.toContain('weights');
    expect(methodsOf('classes', withClasses(manifest, [pictured, beta!])).text).toContain(
      'the rows of the classifier’s weights without bias or, where it is said, the mean features of labelled pictures.',
    );
  });

  it('tells Mantel’s test and WordNet where they were used', async () => {
    const manifest = await writeSampleStudy(memoryStore());
    const section = manifest.instruments.classes!;
    const [model] = section.models;
    const mantel = { cosine: 0.01, spearman: 0.01, kendall: 0.01, permutations: 999, seed: 0 };
    const [name, alignment] = Object.entries(model!.alignment)[0]!;
    const tested = withClasses(manifest, [{ ...model!, alignment: { [name]: { ...alignment, mantel } } }]);
    tested.instruments.classes!.references = section.references.map((entry) => ({ ...entry, kind: 'wordnet' }));
    expect(methodsOf('classes', tested)).toEqual({
      text: expect.stringContaining('Mantel’s permutation test'),
      papers: ['class-similarity', 'wordnet', 'mantel'],
    });
  });

  it('says nothing of comparisons that were not made', async () => {
    const store = memoryStore();
    await writeRepresentationsStudy(store);
    const both = await readManifest(store);
    expect(methodsOf('representations', both)).toEqual({
      text: expect.stringMatching(/matches their places one to one.*Layers are compared by CKA/),
      papers: ['representations', 'cka', 'rsa'],
    });
    const section = both.instruments.representations!;
    const flat = section.models.map((model) => ({
      ...model,
      layers: model.layers.map((layer) => ({ ...layer, positions: 1, layout: 'nd' as const })),
    }));
    const vectors = methodsOf('representations', {
      ...both,
      instruments: { representations: { ...section, models: flat, comparison: null } },
    });
    expect(vectors.text).not.toMatch(/places|CKA/);
    expect(vectors.papers).toEqual(['representations']);
  });

  it('claims importance only for networks with a head', async () => {
    const text = async (head: boolean) =>
      methodsOf('concepts', await writeMadeConcepts(memoryStore(), { images: 4, head })).text;
    expect(await text(true)).toContain('integrated gradients');
    expect(await text(false)).not.toContain('integrated gradients');
  });
});

function withClasses(
  manifest: StudyManifest,
  models: NonNullable<StudyManifest['instruments']['classes']>['models'],
): StudyManifest {
  return { ...manifest, instruments: { classes: { ...manifest.instruments.classes!, models } } };
}
