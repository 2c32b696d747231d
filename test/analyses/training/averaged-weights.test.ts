import { expect, it } from 'vitest';
import { analyseTraining } from '#src/analyses/training/analyse-training.ts';
import type { TrainingRunInput } from '#src/analyses/training/options.ts';
import type { TrainingCurves } from '#src/measures/training/curves.ts';
import { memoryRunFolder } from '#src/runs/run-folder.ts';
import { createRandom } from '#src/statistics/random.ts';
import { readStudyJson } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import { writeSafetensors } from '../../support/safetensors-writer.ts';

const head = (seed: number) => {
  const random = createRandom(seed);
  return { shape: [10, 8], data: Float32Array.from({ length: 80 }, () => random.normal()) };
};
const run = (files: (epoch: number) => Record<string, ReturnType<typeof head>>) =>
  memoryRunFolder(
    'run',
    new Map([1, 2, 3].map((epoch) => [`epoch_${epoch}.safetensors`, writeSafetensors(files(epoch))])),
  );
const both = () => run((epoch) => ({ 'fc.weight': head(epoch), 'ema_model.fc.weight': head(100 + epoch) }));

const labels = { kind: 'set' as const, id: 'cifar-10' };
const store = memoryStore();
async function alignment(folder: TrainingRunInput['folder'], more: Partial<TrainingRunInput> = {}, at = memoryStore()) {
  const input = { folder, labels, ...more };
  const { manifest } = await analyseTraining([input], {}, at);
  const { curves } = manifest.instruments.training!.runs[0]!;
  return (await readStudyJson<TrainingCurves>(at, manifest, curves)).values['sai.ncsm_scsm'];
}

it('--weights ema follows the moving averages of a run, and raw the weights themselves', async () => {
  const raw = await alignment(run((epoch) => ({ 'fc.weight': head(epoch) })));
  const averaged = await alignment(run((epoch) => ({ 'fc.weight': head(100 + epoch) })));
  expect(averaged).not.toEqual(raw);
  expect(await alignment(both())).toEqual(raw);
  expect(await alignment(both(), { weights: 'raw' })).toEqual(raw);
  expect(await alignment(both(), { weights: 'ema' })).toEqual(averaged);
  const folder = run((epoch) => ({ 'fc.weight': head(epoch) }));
  const { manifest } = await analyseTraining([{ folder, labels, weights: 'ema' }], {}, memoryStore());
  expect(manifest.instruments.training!.runs[0]!.problems.map(({ message }) => message)).toEqual(
    [1, 2, 3].map((epoch) => expect.stringContaining(`epoch_${epoch}.safetensors: holds no averaged weights`)),
  );
});

it('measures the epochs of a study anew when another head is asked for', async () => {
  const raw = await alignment(both(), {}, store);
  const averaged = await alignment(both(), { weights: 'ema' }, store);
  expect(averaged).not.toEqual(raw);
  expect(await alignment(both(), { head: 'ema_model.fc.weight' }, store)).toEqual(averaged);
  expect(await alignment(both(), {}, store)).toEqual(raw);
});
