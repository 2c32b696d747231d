import { expect, it } from 'vitest';
import { analyseTraining } from '#src/analyses/training/analyse-training.ts';
import { sha256Hex } from '#src/base/sha256.ts';
import { rankCheckpoints } from '#src/cli/reports/training/checkpoint-ranking.ts';
import { findLandmark, valuesAt } from '#src/cli/reports/training/landmarks.ts';
import { readRuns } from '#src/cli/reports/training/training-curves.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { memoryRunFolder } from '#src/runs/run-folder.ts';
import { readManifest, readStudyJson } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';

type Curves = Record<string, (number | null)[]>;

/** A study of runs of three epochs with these curves. */
async function studyWith(runs: Record<string, Curves>) {
  const store = memoryStore();
  const head = encodeNpy(
    new Float32Array(8 * 4).map((_, i) => Math.sin(i * 1.7)),
    [8, 4],
  );
  const inputs = Object.keys(runs).map((name) => ({
    folder: memoryRunFolder(name, new Map([0, 1, 2].map((epoch) => [`epoch_${epoch}.npy`, head]))),
  }));
  await analyseTraining(inputs, {}, store);
  const manifest = await readManifest(store);
  for (const run of manifest.instruments.training!.runs) {
    const curves = await readStudyJson<{ values: Curves }>(store, manifest, run.curves);
    const bytes = new TextEncoder().encode(
      JSON.stringify({ ...curves, values: { ...curves.values, ...runs[run.id] } }),
    );
    await store.write(run.curves, bytes);
    manifest.files[run.curves] = await sha256Hex(bytes);
  }
  return { manifest, store };
}

const curves = (more: Curves): Curves => ({ accuracy: [0.8, 0.8, 0.8], 'sai.ncsm_scsm': [0.5, 0.6, 0.7], ...more });

it('compares the class templates of one split, that most checkpoints have', async () => {
  const test = 'sai.ncsm_tncsm_test';
  const train = 'sai.ncsm_tncsm_train';
  const band = { center: 0.8, width: 0.01 };
  const { manifest, store } = await studyWith({
    both: curves({ [test]: [0.1, 0.2, null], [train]: [0.6, 0.7, 0.8] }),
    one: curves({ [train]: [0.3, 0.4, 0.5] }),
  });
  const found = await rankCheckpoints(manifest, store, band, false);
  expect(found.templateSplit).toBe('train');
  expect(found.criteria).toEqual(['accuracy', 'alignment', 'templates', 'crowding']);
  const templates = Object.fromEntries(found.ranking.map(({ id, criteria }) => [id, criteria.templates]));
  expect(templates).toEqual({ 'both@0': 0.6, 'both@1': 0.7, 'both@2': 0.8, 'one@0': 0.3, 'one@1': 0.4, 'one@2': 0.5 });

  const equal = await studyWith({ both: curves({ [test]: [0.1, 0.2, 0.3], [train]: [0.6, 0.7, 0.8] }) });
  expect((await rankCheckpoints(equal.manifest, equal.store, band, false)).templateSplit).toBe('test');
  const none = await studyWith({ none: curves({}) });
  expect(await rankCheckpoints(none.manifest, none.store, band, false)).toMatchObject({
    templateSplit: null,
    criteria: ['accuracy', 'alignment', 'crowding'],
  });
});

it('has no early and late value of a run that has no epoch between the two', async () => {
  const { manifest, store } = await studyWith({ run: curves({}) });
  const [run] = await readRuns(manifest, store);
  expect(valuesAt(run!, 'accuracy', [0, 2]).map((found) => found?.epoch)).toEqual([0, 2]);
  expect(valuesAt(run!, 'accuracy', [1, 200]).map((found) => found?.epoch)).toEqual([1, 2]);
  expect(valuesAt(run!, 'accuracy', [3, 200])).toEqual([null, null]);
  expect(findLandmark(run!, { curve: 'sai.ncsm_scsm', take: 'last' })).toEqual({ value: 0.7 });
});
