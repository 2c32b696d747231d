import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ClassRecord } from '#src/analyses/concepts/one-class/class-record.ts';
import { coverClass } from '#src/analyses/concepts/one-class/covering/cover-class.ts';
import { coverHeadless } from '#src/analyses/concepts/one-class/covering/cover-headless.ts';
import type { Covered } from '#src/analyses/concepts/one-class/covering/covered-pictures.ts';
import { CONCEPT_OPTIONS, plainOptions } from '#src/analyses/concepts/option-table.ts';
import type { ConceptSource } from '#src/analyses/concepts/sources/concept-source.ts';
import type { Progress } from '#src/base/progress.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';

interface GoldenEffect {
  concept: number;
  random: number;
  value: number;
  low: number | null;
  high: number | null;
}

/** Made by make-concept-atlas.py with NumPy and SciPy. */
const golden = (
  JSON.parse(readFileSync(new URL('../../golden/concept-atlas.json', import.meta.url), 'utf8')) as {
    covering: {
      coefficients: number[][];
      perImage: number;
      patches: number;
      /** By model and image: of the picture itself, of four random covers, and of each concept that it shows. */
      probabilities: number[][][];
      covered: { images: number; models: GoldenEffect[]; difference: GoldenEffect; p: number | null }[];
      importance: (Pick<GoldenEffect, 'value' | 'low' | 'high'> | null)[];
    };
  }
).covering;
const { perImage, patches, probabilities } = golden;
const images = golden.coefficients.length / perImage;
const shownIn = probabilities[0]!.flatMap((looked, image) => (looked.length > 0 ? [image] : []));

const coefficients: Matrix32 = {
  rows: golden.coefficients.length,
  cols: 3,
  data: Float32Array.from(golden.coefficients.flat()),
};

/** A model that answers what the golden file says, image after image; two classes, of which the second is asked for. */
function sourceOf(m: number, { classifies = true } = {}): ConceptSource {
  let looks = 0;
  return {
    name: `model ${m}`,
    head: { head: null, reason: 'it is made' },
    answers: classifies ? { kind: 'softmax', areProbabilities: true, reason: 'as made' } : null,
    look: async (pictures: readonly unknown[]) => {
      const looked = probabilities[m]![shownIn[looks++]!]!;
      expect(pictures).toHaveLength(looked.length);
      // Angle of the representation to the first axis: the probability in radians.
      const features = matrix(looked.map((p) => [Math.cos(p), Math.sin(p)]));
      return { features, logits: classifies ? matrix(looked.map((p) => [1 - p, p])) : null };
    },
  } as unknown as ConceptSource;
}
const matrix = (rows: number[][]) => ({ rows: rows.length, cols: 2, data: Float64Array.from(rows.flat()) });

const covered: Covered = {
  name: 'cat',
  sampler: {
    kind: 'patch',
    ...{ side: 10, size: 2, stride: 2, perImage },
    origins: Array.from({ length: perImage }, (_, patch): [number, number] => [0, 2 * patch]),
  },
  crop: async () => ({ width: 10, height: 10, data: new Uint8Array(300) }),
  ids: Array.from({ length: images }, (_, image) => `image ${image}`),
  seed: '0/cat',
  options: { ...plainOptions({}), occlude: 'mean', occludePatches: patches },
};
const targets = Array<number>(images).fill(1);
const concepts = () => Array.from({ length: 3 }, (_, index) => ({ index, importance: null, covered: undefined }));
const recordOf = () =>
  ({
    models: [{ concepts: concepts() }, null],
    warnings: [],
    arrays: { 'coefficients-0': coefficients },
  }) as unknown as ClassRecord;

/** Student's quantile is known to 0.3 %. */
function expectEffect(
  { value, low, high }: { value: number | null; low: number | null; high: number | null },
  expected: Pick<GoldenEffect, 'value' | 'low' | 'high'>,
): void {
  expect(value).toBeCloseTo(expected.value, 6);
  if (expected.low === null) {
    expect([low, high]).toEqual([null, null]);
    return;
  }
  expect(Math.abs(low! - expected.low)).toBeLessThan(0.003 * (expected.high! - expected.low));
  expect(Math.abs(high! - expected.high!)).toBeLessThan(0.003 * (expected.high! - expected.low));
}

describe('covering, beside NumPy', () => {
  it('has the same falls of both models, intervals and p-values', async () => {
    expect(CONCEPT_OPTIONS.level.default).toBe(0.95);
    const record = recordOf();
    const told: Progress[] = [];
    await coverClass(
      record,
      { ...covered, sources: [sourceOf(0), sourceOf(1)], targets: [targets, targets] },
      { onProgress: (progress) => told.push(progress) },
    );
    for (const [j, expected] of golden.covered.entries()) {
      const found = record.models[0]!.concepts[j]!.covered!;
      expect([found.images, found.patches]).toEqual([expected.images, patches]);
      for (const m of [0, 1] as const) {
        expect(found.models[m].concept).toBeCloseTo(expected.models[m]!.concept, 6);
        expect(found.models[m].random).toBeCloseTo(expected.models[m]!.random, 6);
        expectEffect(found.models[m].effect, expected.models[m]!);
      }
      expectEffect(found.difference, expected.difference);
      if (expected.p === null) expect(found.p).toBeNull();
      else expect(found.p).toBeCloseTo(expected.p, 6);
    }
    expect(told.at(-1)).toEqual({
      task: 'covering patches, cat',
      done: images,
      total: images,
      unit: 'images',
    });
  });

  it('has the same rises of cross-entropy without a head, and none of a concept that few images show', async () => {
    const record = recordOf();
    await coverHeadless(record, [{ source: sourceOf(0), hasHead: false, targets }], covered, {});
    for (const [j, expected] of golden.importance.entries()) {
      const { importance } = record.models[0]!.concepts[j]!;
      if (expected === null) {
        expect(importance).toBeNull();
        continue;
      }
      expectEffect(importance!, expected);
      expect(importance).toMatchObject({
        images: golden.covered[j]!.images,
        occlusion: importance!.value,
        sobol: null,
      });
    }
    expect(golden.importance[2]).toBeNull();
    expect(record.warnings).toEqual([
      'model 0: a concept has no importance by covering, since fewer than 5 evaluation images show it: 2 (2).',
    ]);
  });

  it('turns the representation where there are no class scores', async () => {
    const record = recordOf();
    await coverHeadless(
      record,
      [{ source: sourceOf(0, { classifies: false }), hasHead: false, targets: null }],
      covered,
      {},
    );
    // 1 − cosine of the angle between the two representations, less the mean of the same by random patches.
    const turns = shownIn.flatMap((image) => {
      const [whole, ...looked] = probabilities[0]![image]!;
      const turn = looked.map((p) => 1 - Math.cos(p - whole!));
      const shows = isShown(image, 0);
      return shows ? [turn[4]! - (turn[0]! + turn[1]! + turn[2]! + turn[3]!) / 4] : [];
    });
    expect(turns).toHaveLength(golden.covered[0]!.images);
    expect(record.models[0]!.concepts[0]!.importance!.value).toBeCloseTo(
      turns.reduce((a, b) => a + b) / turns.length,
      6,
    );
  });
});

/** Whether an image shows a concept in enough patches, by half of its largest coefficient. */
function isShown(image: number, concept: number): boolean {
  const values = golden.coefficients.map((row) => row[concept]!);
  const own = values.slice(image * perImage, (image + 1) * perImage);
  return own.filter((value) => value > 0).length >= patches && Math.max(...own) >= 0.5 * Math.max(...values);
}
