import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { similarityAlignmentIndex } from '#src/measures/training/alignment/alignment-index.ts';
import { confusionCounts } from '#src/measures/training/confusion.ts';
import { measureEpoch } from '#src/measures/training/epoch-measures.ts';
import { inverseDissimilarity } from '#src/measures/training/inverse-dissimilarity.ts';
import { weightsSimilarityIndex } from '#src/measures/training/weights-similarity-index.ts';
import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

const golden = JSON.parse(readFileSync(new URL('../../golden/training.json', import.meta.url), 'utf8'));

const fromRows = (rows: number[][]): Matrix64 => ({
  rows: rows.length,
  cols: rows[0]!.length,
  data: Float64Array.from(rows.flat()),
});
const head = fromRows(golden.head);
const scsm = fromRows(golden.semantic);
const ncsm = cosineSimilarityMatrix(head, { precision: 'f64' });
const counts = confusionCounts(golden.target, golden.prediction, golden.C);
const near = (found: number | null | undefined, expected: number) => {
  expect(Math.abs((found ?? Number.NaN) - expected), `${found} against ${expected}`).toBeLessThan(1e-9);
};

describe('the made case, computed with NumPy, SciPy and scikit-image', () => {
  it.each(['ncsm_scsm', 'ncsm_ccsm', 'ccsm_scsm'] as const)('SAI of %s', (pair) => {
    const sides = { ncsm, scsm, ccsm: { counts } };
    const [a, b] = pair.split('_') as ('ncsm' | 'scsm' | 'ccsm')[];
    const found = similarityAlignmentIndex(sides[a!], sides[b!]);
    for (const measure of ['cosine', 'ssim', 'mse', 'mae'] as const) near(found[measure], golden.sai[pair][measure]);
    expect(found).toMatchObject({ classes: 12, dropped: [], missing: {} });
  });

  it.each(['average', 'first'] as const)('IDM with %s ranks', (ties) => {
    for (const [reference, matrix] of [
      ['network', ncsm],
      ['semantic', scsm],
    ] as const) {
      const found = inverseDissimilarity(counts, matrix, { ties });
      const expected = golden.idm[reference][ties];
      near(found.all, expected.all);
      near(found.errorsOnly, expected.errorsOnly);
      expect(found).toMatchObject({ errors: expected.errors, samples: golden.target.length, droppedSamples: 0, ties });
    }
  });

  it('WSI at two quantiles', () => {
    expect(golden.wsi).toHaveLength(2);
    for (const expected of golden.wsi) {
      const found = weightsSimilarityIndex(ncsm, { q: expected.q });
      for (const name of ['mean', 'max', 'min'] as const) near(found[name], expected[name]);
      expect(found.q).toBe(expected.q);
    }
  });

  it('all of it in one call', () => {
    const found = measureEpoch(
      { epoch: 3, classes: golden.C, head, test: { target: golden.target, prediction: golden.prediction } },
      { semantic: scsm },
    );
    near(found.sai.ncsm_ccsm?.ssim, golden.sai.ncsm_ccsm.ssim);
    near(found.idm.test?.semantic?.errorsOnly, golden.idm.semantic.average.errorsOnly);
    near(found.wsi?.max, golden.wsi[0].max);
    expect(found.accuracy.test?.accuracy).toBe(golden.accuracy);
    expect(found.missing['sai.tncsm_test_scsm']).toBe('needs class templates (mean features) of the test split');
    expect(found.missing['idm.network.train']).toBe('needs predictions on the train split');
  });
});
