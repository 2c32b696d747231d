import { describe, expect, it } from 'vitest';
import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { countParameters } from '#src/model-files/count-parameters.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { createRandom } from '#src/statistics/random.ts';
import { memoryStore } from '#src/study/store.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

/** A made network of ten classes with a body, statistics, an optimiser's state and a moving average beside it. */
function network(seed: number, features: number): Uint8Array {
  const random = createRandom(seed);
  const tensor = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
  });
  return writeSafetensors({
    'conv.weight': tensor(features, 3, 3, 3),
    'bn.weight': tensor(features),
    'bn.running_mean': tensor(features),
    'fc.weight': tensor(10, features),
    'fc.bias': tensor(10),
    'ema_model.fc.weight': tensor(10, features),
    'optimizer.exp_avg.fc.weight': tensor(10, features),
  });
}
const labels = { kind: 'set' as const, id: 'cifar-10' };
const own = (features: number): number => 27 * features + features + 10 * features + 10;

describe('networks that were named one by one', () => {
  it('have as many weights as training sets: no averages, optimisers or statistics', async () => {
    const file = await openModel(memorySource('a.safetensors', network(1, 8)));
    expect(countParameters(file)).toBe(own(8));
  });

  it('are a population from three on, with the sizes that their files tell', async () => {
    const inputs = [8, 16, 16, 32].map((features, i) => ({
      source: memorySource('net.safetensors', network(i, features)),
      labels,
    }));
    const { manifest } = await analyseClasses(inputs, {}, memoryStore());
    const { population, models } = manifest.instruments.classes!;
    expect(models.map(({ parameters }) => parameters)).toEqual([8, 16, 16, 32].map(own));
    expect(population!.members.map(({ id, model, parameters, accuracy }) => [id, model, parameters, accuracy])).toEqual(
      [
        ['net', 'net', own(8), null],
        ['net (2)', 'net-2', own(16), null],
        ['net (3)', 'net-3', own(16), null],
        ['net (4)', 'net-4', own(32), null],
      ],
    );
    expect(population!.clustering.spearman).not.toBeNull();
    expect(population!.correlations[0]).toMatchObject({ group: 'all', spearman: { parameters: { n: 4 } } });
    const two = await analyseClasses(inputs.slice(0, 2), {}, memoryStore());
    expect(two.manifest.instruments.classes!.population).toBeUndefined();
  });
});
