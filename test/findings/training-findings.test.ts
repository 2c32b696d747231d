import { describe, expect, it } from 'vitest';
import type { Finding } from '#src/findings/finding.ts';
import { trainingFindings } from '#src/findings/training/training-findings.ts';
import type { TrainingRunEntry, TrainingSection } from '#src/study/training-section.ts';

interface MadeRun {
  id: string;
  epochs?: readonly number[];
  values: Record<string, readonly (number | null)[]>;
  more?: Partial<TrainingRunEntry>;
}
const EPOCHS = [0, 1, 2, 3, 4];

function find(runs: readonly MadeRun[]): Promise<Finding[]> {
  const section = {
    labels: { classes: 10 },
    runs: runs.map(({ id, epochs = EPOCHS, more }) => ({
      id,
      name: id,
      epochs,
      curves: `${id}.json`,
      phases: {},
      warnings: [],
      missing: {},
      ...more,
    })),
  } as unknown as TrainingSection;
  return trainingFindings(section, {
    table: async () => [],
    json: async <T>(path: string) => {
      const run = runs.find(({ id }) => `${id}.json` === path)!;
      return { epochs: run.epochs ?? EPOCHS, values: run.values } as T;
    },
  });
}
const textOf = (found: readonly Finding[], rule: string): string | undefined =>
  found.find((one) => one.rule === rule)?.text;

const errors = (accuracies: readonly number[], samples: number) => accuracies.map((p) => (1 - p) * samples);
const aligned = (excess: readonly number[]) => ({
  'sai.ncsm_scsm': excess.map((x) => 0.7 + x),
  'sai.ncsm_scsm.chance': excess.map(() => 0.7),
  'sai.ncsm_scsm.z': excess.map((x) => x * 100),
});
const withAccuracy = (
  id: string,
  accuracy: readonly number[],
  samples: number,
  excess: readonly number[],
): MadeRun => ({
  id,
  values: { accuracy, errors: errors(accuracy, samples), ...aligned(excess) },
});

describe('findings of training', () => {
  const good = withAccuracy('good', [0.1, 0.3, 0.2, 0.5, 0.6], 1000, [0, 0.05, 0.06, 0.07, 0.08]);
  const bad = withAccuracy('bad', [0.1, 0.2, 0.3, 0.3, 0.4], 1000, [0, 0.02, 0.03, 0.03, 0.03]);

  it('say which run is ahead and since when alignment and accuracy showed it', async () => {
    const found = await find([bad, good]);
    expect(textOf(found, 'training.leader')).toBe(
      'good is ahead at epoch 4: accuracy 0.60 against 0.40 (bad). It led in alignment with meaning from epoch 1 on, in accuracy from epoch 3 on.',
    );
    expect(found[0]!.evidence).toMatchObject([
      { of: 'good, epoch 4', value: 0.6, chance: { mean: 0.1 } },
      { of: 'bad, epoch 4', value: 0.4 },
    ]);
    expect(found[0]!.view).toEqual({ path: 'training/curves', params: { epoch: '4' } });
  });

  it('compare runs of unequal length at the last epoch that all have', async () => {
    const short = { ...bad, epochs: EPOCHS.slice(0, 3), values: mapValues(bad.values, (list) => list.slice(0, 3)) };
    expect(textOf(await find([good, short]), 'training.leader')).toMatch(
      /^bad is ahead at epoch 2, the last that all runs have: accuracy 0\.30 against 0\.20 \(good\)\./,
    );
  });

  it('do not call ahead what two standard errors cover', async () => {
    const twin = withAccuracy('twin', [0.1, 0.2, 0.3, 0.4, 0.58], 1000, [0, 0.02, 0.03, 0.03, 0.03]);
    expect(textOf(await find([good, twin]), 'training.leader')).toContain(
      'cannot be told apart by accuracy at epoch 4',
    );
    const many = [good, twin].map(({ id, values }) => ({
      id,
      values: { ...values, errors: errors(values.accuracy as number[], 100_000) },
    }));
    expect(textOf(await find(many), 'training.leader')).toContain('good is ahead');
  });

  it('say nothing of a lead of one run alone, and what is missing where no accuracy is logged', async () => {
    expect(textOf(await find([good]), 'training.leader')).toBeUndefined();
    const silent = await find([
      { id: 'a', values: aligned([0, 0.1]) },
      { id: 'b', values: aligned([0, 0.1]) },
    ]);
    expect(silent[0]).toMatchObject({ rule: 'training.leader', kind: 'open' });
  });

  it('tell from which epoch alignment stays above chance', async () => {
    const found = await find([{ id: 'net', values: aligned([0, 0.05, 0.02, 0.04, 0.05]) }]);
    expect(textOf(found, 'training.alignment')).toBe(
      'net sees classes as meaning relates them, above chance from epoch 3 on (SAI 0.750 at its end, by chance 0.700).',
    );
    const never = await find([{ id: 'net', values: aligned([0, 0.05, 0.02, 0.04, 0.029]) }]);
    expect(textOf(never, 'training.alignment')).toMatch(/^Nothing is above chance/);
  });

  it('tell where perception settled, where the phases say so', async () => {
    const phases = (startOfStabilisation: object) =>
      ({ phases: { 'sai.ncsm_scsm': { startOfStabilisation } } }) as never;
    const found = await find([
      { id: 'net', values: {}, more: phases({ status: 'found', epoch: 2, value: 0.8, evidence: '' }) },
    ]);
    expect(textOf(found, 'training.settled')).toContain('What is alike to net settled at epoch 2 of 4;');
    const open = await find([{ id: 'net', values: {}, more: phases({ status: 'not reached', reason: 'short' }) }]);
    expect(textOf(open, 'training.settled')).toBeUndefined();
  });

  it('tell near mistakes from random ones by their chance level', async () => {
    const mistakes = async (value: number) =>
      textOf(await find([{ id: 'net', values: { 'idm.network.errorsOnly': [null, value] } }]), 'training.mistakes');
    expect(await mistakes(0.55)).toContain('Mistakes follow perception');
    expect(await mistakes(0.549)).toContain('hardly nearer to the true class than random ones');
    const levelled = { 'idm.network.errorsOnly': [null, 0.7], 'idm.network.errorsOnly.chance': [null, 0.66] };
    expect(textOf(await find([{ id: 'net', values: levelled }]), 'training.mistakes')).toContain(
      'hardly nearer to the true class than random ones: inverse dissimilarity 0.70 where chance gives 0.66.',
    );
    const told = async (value: number, z: number) => {
      const curves = { errorsOnly: value, 'errorsOnly.chance': 0.66, 'errorsOnly.z': z };
      const values = Object.fromEntries(
        Object.entries(curves).map(([name, at]) => [`idm.network.${name}`, [null, at]]),
      );
      return textOf(await find([{ id: 'net', values }]), 'training.mistakes');
    };
    expect(await told(0.72, 3)).toContain('Mistakes follow perception');
    expect(await told(0.72, 2.9)).toContain('The mistakes of net cannot be told from random ones');
    expect(await told(0.7, 10)).toContain('The mistakes of net are hardly nearer to the true class than random ones');
    expect(await told(0.65, -3)).toContain('The mistakes of net lie farther from the true class than random ones');
    expect(textOf(await find([{ id: 'net', values: {} }]), 'training.mistakes')).toBeUndefined();
  });

  it('tell of a run that knows its training images better, of warnings and of what is missing', async () => {
    const fitted = (train: number) =>
      find([{ id: 'net', values: { accuracy: [0.5], trainAccuracy: [train] }, epochs: [3] }]);
    expect(textOf(await fitted(0.7), 'training.fitted')).toContain(
      'net is right on 70 % of them and on 50 % of new ones',
    );
    expect(textOf(await fitted(0.59), 'training.fitted')).toBeUndefined();
    const more = {
      warnings: [{ kind: 'random-mistakes', epoch: 4, message: 'The mistakes are random.' }],
      missing: { 'idm.network.test': 'needs predictions' },
    };
    const found = await find([{ id: 'net', values: {}, more }]);
    expect(found.map(({ rule, kind, text }) => [rule, kind, text])).toEqual([
      ['training.warning', 'warning', 'net: The mistakes are random.'],
      ['training.missing', 'open', 'Some things were not measured: needs predictions.'],
    ]);
    expect(found[0]!.points).toBeUndefined();
    const second = { ...more, warnings: [...more.warnings, { kind: 'x', epoch: 7, message: 'WSI is high.' }] };
    expect((await find([{ id: 'net', values: {}, more: second }]))[0]).toMatchObject({
      text: 'net: The mistakes are random. net: WSI is high.',
      points: ['net: The mistakes are random.', 'net: WSI is high.'],
    });
  });
});

function mapValues<V, W>(record: Record<string, V>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
