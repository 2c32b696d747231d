import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { epochCurves } from '#src/measures/training/epoch-curves.ts';
import { measureEpoch } from '#src/measures/training/epoch-measures.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { semanticSimilarityMatrix } from '#src/semantics/semantic-similarity.ts';
import { hasSharedData } from '../../support/shared-data.ts';
import { readRunEpoch, runLabels } from '../../support/training-run.ts';

const golden = JSON.parse(readFileSync(new URL('../../golden/training-runs.json', import.meta.url), 'utf8'));

describe.skipIf(!hasSharedData)('seven epochs of two real runs, computed with NumPy, SciPy and scikit-image', () => {
  const cases = Object.entries<Record<string, never>>(golden.runs).flatMap(([run, epochs]) =>
    Object.keys(epochs).map((epoch) => [run, Number(epoch)] as const),
  );
  expect(cases).toHaveLength(14);

  it.each(cases)('%s, epoch %i', async (run, epoch) => {
    const semantic = semanticSimilarityMatrix(await loadWordNet(), runLabels(run));
    const expected = golden.runs[run][epoch];
    const found = measureEpoch(await readRunEpoch(run, epoch), { semantic, rankMeasures: true });
    const near = (value: number | null | undefined, other: number, what: string) =>
      expect(Math.abs((value ?? Number.NaN) - other), `${what}: ${value} against ${other}`).toBeLessThan(1e-6);

    for (const [pair, measures] of Object.entries<Record<string, number>>(expected.sai))
      for (const measure of ['cosine', 'ssim', 'mse', 'mae'] as const)
        near(found.sai[pair]?.[measure], measures[measure]!, `sai.${pair}.${measure}`);
    near(found.sai.ncsm_scsm?.spearman, expected.spearman_ncsm_scsm, 'spearman');
    for (const reference of ['network', 'semantic'] as const)
      for (const kind of ['all', 'errorsOnly'] as const)
        near(found.idm.test?.[reference]?.[kind], expected.idm[reference][kind], `idm.${reference}.${kind}`);
    for (const kind of ['mean', 'max', 'min'] as const) near(found.wsi?.[kind], expected.wsi[kind], `wsi.${kind}`);
    for (const split of ['test', 'train'] as const)
      for (const kind of ['correct', 'wrong'] as const) {
        near(found.typicality[split]?.[kind].cosine, expected.typicality[split][kind].cosine, `typicality.${split}`);
        expect(found.typicality[split]?.[kind].classes).toBe(expected.typicality[split][kind].classes);
      }
    expect(found.accuracy.test).toMatchObject({ accuracy: expected.accuracy, errors: expected.errors });
    expect(epochCurves(found)['sai.ncsm_scsm']).toBe(found.sai.ncsm_scsm?.cosine);
  });
});

describe.skipIf(!hasSharedData)('what the real runs show', () => {
  it.each(['tiny-imagenet-cnn', 'tiny-imagenet-vit'])(
    '%s begins at chance and rises in its first epochs',
    async (run) => {
      const semantic = semanticSimilarityMatrix(await loadWordNet(), runLabels(run));
      const [untrained, early] = await Promise.all(
        [0, 3].map(async (epoch) => measureEpoch(await readRunEpoch(run, epoch), { semantic })),
      );
      const errorsOnly = (epoch: typeof untrained) => epoch!.idm.test!.network!.errorsOnly!;
      expect(Math.abs(untrained!.sai.ncsm_scsm!.chance!.z!)).toBeLessThan(3);
      expect(Math.abs(errorsOnly(untrained) - 0.5)).toBeLessThan(0.02);
      expect(early!.sai.ncsm_scsm!.chance!.z!).toBeGreaterThan(5);
      expect(errorsOnly(early)).toBeGreaterThan(errorsOnly(untrained) + 0.1);
    },
  );
});
