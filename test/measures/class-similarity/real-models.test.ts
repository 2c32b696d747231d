import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { nsad, ssad } from '#src/measures/class-similarity/alignment.ts';
import { chanceLevel } from '#src/measures/class-similarity/chance.ts';
import { closestPairs } from '#src/measures/class-similarity/closest-pairs.ts';
import { neighbours } from '#src/measures/class-similarity/neighbours.ts';
import { type PreparedSimilarity, prepareSimilarity } from '#src/measures/class-similarity/prepared-similarity.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { labelSet } from '#src/semantics/label-sets/label-sets.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { semanticSimilarityMatrix } from '#src/semantics/semantic-similarity.ts';
import { cosineSimilarityMatrix, type SimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { hasSharedData, sharedData } from '../../support/shared-data.ts';

interface Measures {
  cosine: number;
  spearman: number;
  kendall: number;
}
interface GoldenModel {
  features: number;
  ssad: Measures;
  cnpr10: [string, string, number][];
}
const golden = JSON.parse(
  readFileSync(new URL('../../golden/class-similarity-models.json', import.meta.url), 'utf8'),
) as {
  models: Record<string, GoldenModel>;
  nsad: Record<string, Measures>;
};
const names = Object.keys(golden.models);

/** The 1000 class templates of an 8-bit TFLite classifier; its row 0 is the background. */
async function templates(name: string) {
  const model = await openModel(await fileSource(`${sharedData}/models/imagenet-1k/${name}.tflite`));
  const head = [...model.tensors.values()].find(({ shape }) => shape.length === 4 && shape[0] === 1001)!;
  const { shape, data } = await head.read();
  const cols = shape[3]!;
  return { rows: 1000, cols, data: Float32Array.from(data.subarray(cols)) };
}

function expectMeasures(found: Record<keyof Measures, number | null>, expected: Measures): void {
  for (const measure of ['cosine', 'spearman', 'kendall'] as const)
    expect(Math.abs(found[measure]! - expected[measure]), measure).toBeLessThan(2e-6);
}

describe.skipIf(!hasSharedData)('class similarity of real models', () => {
  const matrices = new Map<string, SimilarityMatrix>();
  const prepared = new Map<string, PreparedSimilarity>();
  const { classes } = labelSet('imagenet-1k');
  let reference: PreparedSimilarity;

  beforeAll(async () => {
    reference = prepareSimilarity(
      semanticSimilarityMatrix(
        await loadWordNet(),
        classes.map(({ synset }) => synset!),
      ),
    );
    for (const name of names) {
      const matrix = cosineSimilarityMatrix(await templates(name));
      matrices.set(name, matrix);
      prepared.set(name, prepareSimilarity(matrix));
    }
  });

  it.each(names)('aligns %s with WordNet as NumPy and SciPy do', (name) => {
    expectMeasures(ssad(prepared.get(name)!, reference), golden.models[name]!.ssad);
  });

  it.each(Object.keys(golden.nsad))('aligns %s as NumPy and SciPy do', (pair) => {
    const [a, b] = pair.split(' | ') as [string, string];
    expectMeasures(nsad(prepared.get(a)!, prepared.get(b)!), golden.nsad[pair]!);
  });

  it.each(names)('ranks the closest pairs of %s', (name) => {
    const expected = golden.models[name]!.cnpr10;
    const found = closestPairs(matrices.get(name)!).slice(0, expected.length);
    for (const [k, { class: index, neighbour, similarity }] of found.entries()) {
      expect([classes[index]!.synset, classes[neighbour]!.synset]).toEqual(expected[k]!.slice(0, 2));
      expect(similarity).toBeCloseTo(expected[k]![2], 5);
    }
  });

  it('finds the neighbours of the tiger shark', () => {
    const index = classes.findIndex(({ synset }) => synset === 'n01491361');
    const found = neighbours(matrices.get('mobilenet_v1_0.25_128_quant')!, index, 5);
    expect(found.map((neighbour) => classes[neighbour.class]!.name.split(',')[0])).toEqual([
      'hammerhead',
      'great white shark',
      'sturgeon',
      'dugong',
      'gar',
    ]);
  });

  it('knows that the cosine is mostly chance', () => {
    const { cosine, spearman, kendall } = chanceLevel(prepared.get('mobilenet_v2_1.0_224_quant')!, reference);
    expect(Math.abs(cosine!.mean - 0.793)).toBeLessThan(0.001);
    expect(cosine!.sd).toBeLessThan(0.001);
    expect(cosine!.z).toBeGreaterThan(50);
    expect(Math.abs(spearman!.mean)).toBeLessThan(0.005);
    expect(Math.abs(kendall!.mean)).toBeLessThan(0.005);
  });
});
