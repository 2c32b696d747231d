import { describe, expect, it } from 'vitest';
import { IncomparableError, UsageError } from '#src/base/errors.ts';
import { similarityAlignmentIndex } from '#src/measures/training/alignment/alignment-index.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { semanticSimilarityMatrix } from '#src/semantics/semantic-similarity.ts';
import { wordnetOrder } from '#src/semantics/wordnet-order.ts';
import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';
import { select } from '#src/tensor/matrix.ts';
import { readSampleEpoch, sampleLabels } from '../../support/training-run.ts';

const matrix = (...rows: number[][]): Matrix64 => ({
  rows: rows.length,
  cols: rows[0]!.length,
  data: Float64Array.from(rows.flat()),
});
const ramp = (n: number): Matrix64 => ({
  rows: n,
  cols: n,
  data: Float64Array.from({ length: n * n }, (_, k) => k % 11),
});

describe('similarityAlignmentIndex', () => {
  it('gives the cosine worked out by hand', () => {
    // Off-diagonal (1, 3, 2, 5, 4, 1) → (0, ½, ¼, 1, ¾, 0) and (0, 1, 0, 1, 0, 0), already scaled.
    const a = matrix([9, 1, 3], [2, 9, 5], [4, 1, 9]);
    const b = matrix([7, 0, 1], [0, 7, 1], [0, 0, 7]);
    const found = similarityAlignmentIndex(a, b);
    expect(found.cosine).toBeCloseTo(1.5 / Math.sqrt(1.875 * 2), 12);
    expect(found.mse).toBeCloseTo((0.25 + 0.0625 + 0.5625) / 6, 12);
    expect(found.mae).toBeCloseTo((0.5 + 0.25 + 0.75) / 6, 12);
  });

  it('has no SSIM below eight classes, and says so', () => {
    const found = similarityAlignmentIndex(ramp(7), ramp(7));
    expect(found.ssim).toBeNull();
    expect(found.missing).toEqual({
      ssim: 'structural similarity has a 7×7 window and needs at least 8 classes; there are 7',
    });
    expect(similarityAlignmentIndex(ramp(8), ramp(8)).ssim).toBe(1);
  });

  it('has no value for a constant matrix, and says which', () => {
    const flat = { ...ramp(9), data: new Float64Array(81).fill(0.5) };
    const found = similarityAlignmentIndex(ramp(9), flat);
    expect([found.cosine, found.ssim, found.mse, found.mae, found.chance]).toEqual([null, null, null, null, null]);
    expect(found.missing.cosine).toBe(
      'the second matrix is constant off its diagonal, so it cannot be scaled to [0, 1]',
    );
    expect(similarityAlignmentIndex(flat, ramp(9)).missing.mse).toContain('the first matrix');
  });

  it('drops a class whose last sample goes with another class', () => {
    // Class 2 was always taken for class 1; without class 1 it has no row left.
    const counts = matrix([3, 0, 0, 1], [0, 2, 0, 1], [0, 4, 0, 0], [1, 0, 0, 3]);
    const found = similarityAlignmentIndex({ ...ramp(4), missing: [1] }, { counts });
    expect(found).toMatchObject({ classes: 2, dropped: [1, 2] });
    expect(found.confusions).toEqual([{ samples: 8, errors: 2, density: 1, droppedSamples: 7 }]);
  });

  it('says when too few classes are left', () => {
    const found = similarityAlignmentIndex({ ...ramp(3), missing: [0, 1] }, ramp(3));
    expect(found.missing.mae).toBe('only 1 of 3 classes has a row in both matrices');
  });

  it('refuses matrices of different classes, not square, or with NaN that nobody announced', () => {
    expect(() => similarityAlignmentIndex(ramp(9), ramp(8))).toThrow(IncomparableError);
    expect(() => similarityAlignmentIndex(matrix([1, 2, 3], [4, 5, 6]), matrix([1, 2], [3, 4]))).toThrow(UsageError);
    const broken = ramp(9);
    broken.data[2 * 9 + 4] = Number.NaN;
    expect(() => similarityAlignmentIndex(ramp(9), broken)).toThrow('NaN at row 2, column 4');
  });
});

describe('SSIM and the order of classes', () => {
  it('differs by order, and only SSIM does; its chance level is that of permuted classes in the same order', async () => {
    const { head } = await readSampleEpoch('tiny-imagenet-cnn', 40);
    const network = cosineSimilarityMatrix(head!);
    const ids = sampleLabels('tiny-imagenet-cnn');
    const wordnet = await loadWordNet();
    const semantic = semanticSimilarityMatrix(wordnet, ids);
    const byMeaning = wordnetOrder(wordnet, ids).order;
    const [index, meaning] = [undefined, byMeaning].map((order) =>
      similarityAlignmentIndex(network, semantic, { ...(order ? { order } : {}), ssimDraws: 20 }),
    );
    expect(index!.ssim).toBeCloseTo(0.162, 2);
    expect(meaning!.ssim).toBeCloseTo(0.112, 2);
    for (const measure of ['cosine', 'mse', 'mae'] as const)
      expect(meaning![measure]).toBeCloseTo(index![measure]!, 12);
    expect(meaning!.classes).toBe(100);
    for (const { ssim, ssimChance } of [index!, meaning!]) {
      expect(ssimChance).toMatchObject({ draws: 20 });
      expect(ssimChance!.z).toBeCloseTo((ssim! - ssimChance!.mean) / ssimChance!.sd, 10);
    }
    expect(similarityAlignmentIndex(network, semantic).ssimChance).toBeNull();
  });

  it('drops classes and reorders the rest as one', () => {
    const random = createRandom(2);
    const n = 12;
    const matrix = () => ({ rows: n, cols: n, data: Float64Array.from({ length: n * n }, () => random.next()) });
    const [a, b] = [matrix(), matrix()];
    const order = Uint32Array.from({ length: n }, (_, i) => (5 * i) % n);
    const kept = order.filter((c) => c !== 4);
    const expected = similarityAlignmentIndex(select(a, kept), select(b, kept));
    const found = similarityAlignmentIndex({ ...a, missing: [4] }, b, { order });
    expect(found.ssim).toBeCloseTo(expected.ssim!, 12);
    expect(found.dropped).toEqual([4]);
  });
});
