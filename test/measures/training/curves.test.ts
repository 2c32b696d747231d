import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { pairNamed } from '#src/measures/training/alignment/similarity-pairs.ts';
import { collectCurves, curveNamed, type TrainingCurves } from '#src/measures/training/curves.ts';
import { earlyWarnings } from '#src/measures/training/early-warnings/early-warnings.ts';
import { epochCurves } from '#src/measures/training/epoch-curves.ts';
import { epochMeasurer } from '#src/measures/training/epoch-measures.ts';
import { evaluateThreshold, parseThreshold } from '#src/measures/training/thresholds.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { semanticSimilarityMatrix } from '#src/semantics/semantic-similarity.ts';
import { createRandom } from '#src/statistics/random.ts';
import { readSampleEpoch, sampleLabels } from '../../support/training-run.ts';

const run: TrainingCurves = {
  epochs: [0, 5, 10, 15],
  values: {
    'sai.ncsm_scsm': [0.77, 0.8, null, 0.82],
    'sai.ncsm_scsm.chance': [0.77, 0.78, 0.78, 0.78],
    'wsi.max': [null, null, null, null],
  },
};

describe('collectCurves', () => {
  it('orders epochs however they arrive, keeps gaps and lets a later record of an epoch win', () => {
    const found = collectCurves([
      { epoch: 2, values: { a: 1 } },
      { epoch: 0, values: { b: 5 } },
      { epoch: 2, values: { a: 3, b: null } },
    ]);
    expect(found).toEqual({ epochs: [0, 2], values: { b: [5, null], a: [null, 3] } });
  });

  it('suggests names for one that is not there', () => {
    const error = (() => {
      try {
        return curveNamed(run, 'sai.ncsm_scms');
      } catch (caught) {
        return caught as UsageError;
      }
    })() as UsageError;
    expect(error).toBeInstanceOf(UsageError);
    expect(error.hint).toBe('Did you mean sai.ncsm_scsm?');
    expect(() => curveNamed(run, 'toString')).toThrow(UsageError);
  });
});

describe('thresholds', () => {
  it('are read', () => {
    expect(parseThreshold(' sai.ncsm_scsm <0.7@25')).toEqual({
      text: 'sai.ncsm_scsm <0.7@25',
      curve: 'sai.ncsm_scsm',
      comparison: '<',
      limit: 0.7,
      epoch: 25,
    });
    expect(parseThreshold('wsi.max >= -1e-3')).toMatchObject({ comparison: '>=', limit: -0.001, epoch: undefined });
    for (const bad of ['', 'sai', 'sai<', 'sai=1', 'sai<1@', 'sai<1@x', 'sai<1@2.5', '<1', 'a<b', 'a<1;b<2', 'a<.'])
      expect(() => parseThreshold(bad), bad).toThrow(UsageError);
  });

  it('are met, not met or open', () => {
    const evaluate = (text: string) => evaluateThreshold(parseThreshold(text), run);
    expect(evaluate('sai.ncsm_scsm<0.81@5')).toMatchObject({ status: 'met', epoch: 5, value: 0.8 });
    expect(evaluate('sai.ncsm_scsm<0.81')).toMatchObject({ status: 'not met', epoch: 15, value: 0.82 });
    expect(evaluate('sai.ncsm_scsm<=0.8@5').status).toBe('met');
    expect(evaluate('sai.ncsm_scsm>0.8@5').status).toBe('not met');
    expect(evaluate('sai.ncsm_scsm>=0.8@5').status).toBe('met');
    expect(evaluate('sai.ncsm_scsm<0.7@25')).toMatchObject({
      status: 'open',
      message: 'sai.ncsm_scsm<0.7@25: epoch 25 is not reached (the last is 15).',
    });
    expect(evaluate('sai.ncsm_scsm<0.7@7').message).toContain('there is no checkpoint of epoch 7');
    expect(evaluate('sai.ncsm_scsm<0.7@10').message).toContain('no value at epoch 10');
    expect(evaluate('wsi.max<0.7')).toMatchObject({ status: 'open', value: null });
    expect(() => evaluate('nothing<1')).toThrow(UsageError);
  });
});

describe('pairNamed', () => {
  it('splits names that hold underscores themselves', () => {
    expect(pairNamed('ncsm_scsm')).toEqual(['ncsm', 'scsm']);
    expect(pairNamed('tncsm_test_train')).toEqual(['tncsm_test', 'tncsm_train']);
    expect(pairNamed('ccsm_train_tncsm_test')).toEqual(['ccsm_train', 'tncsm_test']);
    expect(pairNamed('ncsm_ccsm_train')).toEqual(['ncsm', 'ccsm_train']);
    for (const bad of ['ncsm', 'ncsm_ncsm', 'scsm_', 'ncsm_wcsm']) expect(() => pairNamed(bad)).toThrow(UsageError);
  });
});

describe('earlyWarnings', () => {
  const curves = (values: TrainingCurves['values'], n = 12): TrainingCurves => ({
    epochs: Array.from({ length: n }, (_, t) => t),
    values,
  });
  const steady = (value: number) => new Array<number>(12).fill(value);

  it('says nothing about a run that goes well, an empty or an untrained one', () => {
    const good = curves({ 'idm.network.errorsOnly': steady(0.75), 'gap.ncsm_tncsm': steady(0.002) });
    expect(earlyWarnings(good, { reference: good })).toEqual([]);
    expect(earlyWarnings({ epochs: [], values: {} })).toEqual([]);
    expect(earlyWarnings(curves({ 'idm.network.errorsOnly': [0.5] }, 1))).toEqual([]);
  });

  it('warns of random mistakes', () => {
    const [warning, ...more] = earlyWarnings(curves({ 'idm.network.errorsOnly': [...steady(0.7).slice(1), 0.52] }));
    expect(warning).toMatchObject({ kind: 'random-mistakes', epoch: 11 });
    expect(warning!.message).toContain('0.52');
    expect(more).toEqual([]);
  });

  it('warns of a gap that widens, not of one that is wide', () => {
    const widening = curves({ 'gap.ncsm_tncsm': steady(0).map((_, t) => 0.002 * t) });
    expect(earlyWarnings(widening)).toMatchObject([{ kind: 'widening-gap', epoch: 11 }]);
    expect(earlyWarnings(curves({ 'gap.ncsm_tncsm': steady(0.08) }))).toEqual([]);
  });

  it('compares with a reference above chance, at the same epoch', () => {
    const run = curves({ 'sai.ncsm_scsm': steady(0.79), 'sai.ncsm_scsm.chance': steady(0.78) });
    const reference = curves({ 'sai.ncsm_scsm': steady(0.83), 'sai.ncsm_scsm.chance': steady(0.78) });
    expect(earlyWarnings(run, { reference })).toMatchObject([{ kind: 'alignment-below-reference', epoch: 11 }]);
    expect(earlyWarnings(reference, { reference: run })).toEqual([]);
    expect(earlyWarnings(run, { reference: { ...reference, epochs: reference.epochs.map((t) => t + 50) } })).toEqual(
      [],
    );
  });
});

describe('earlyWarnings on the sample runs', () => {
  const curvesOf = async (run: string, epochs: number): Promise<TrainingCurves> => {
    const semantic = semanticSimilarityMatrix(await loadWordNet(), sampleLabels(run));
    const measure = epochMeasurer({ semantic });
    const records = [];
    for (let epoch = 0; epoch < epochs; epoch++)
      records.push({ epoch, values: epochCurves(measure(await readSampleEpoch(run, epoch))) });
    return collectCurves(records);
  };
  const until = ({ epochs, values }: TrainingCurves, last: number): TrainingCurves => ({
    epochs: epochs.slice(0, last + 1),
    values: Object.fromEntries(Object.entries(values).map(([name, curve]) => [name, curve.slice(0, last + 1)])),
  });
  const kinds = (run: TrainingCurves, others: TrainingCurves[] = []): string[] =>
    earlyWarnings(run, { others }).map(({ kind }) => kind);

  it('speaks up about the failing one, alone and beside others, and about no good one at any epoch from 6 on', async () => {
    const [cnn, vit, bad] = [
      await curvesOf('tiny-imagenet-cnn', 41),
      await curvesOf('tiny-imagenet-vit', 33),
      await curvesOf('tiny-imagenet-vit-bad', 13),
    ] as const;
    expect(kinds(bad)).toEqual(['senseless-mistakes', 'unused-classes', 'crowded-weights']);
    expect(kinds(bad, [cnn, vit])).toContain('accuracy-below-others');
    expect(kinds(until(bad, 3))).toEqual(['crowded-weights']);
    for (const good of [cnn, vit])
      for (let last = 6; last < good.epochs.length; last++) {
        const found = kinds(until(good, last), [cnn, vit, bad]).filter((kind) => kind !== 'widening-gap');
        expect(found, `epoch ${last}`).toEqual([]);
      }
  });
});

describe('earlyWarnings on synthetic runs', () => {
  /** A run of 30 epochs whose curves approach levels, with scatter as the sample runs have it. */
  function synthetic(seed: number, level: { sense: number; used: number; wsi: number; z: number }): TrainingCurves {
    const random = createRandom(seed);
    const epochs = Array.from({ length: 31 }, (_, t) => t);
    const pace = 1.5 + random.next();
    const rise = (t: number) => 1 - Math.exp(-t / pace);
    const widmChance = 0.46 + 0.05 * random.next();
    const curve = (value: (t: number) => number) => epochs.map(value);
    const sense = curve((t) => widmChance + (1 - widmChance) * (level.sense * rise(t)) + 0.008 * random.normal());
    const z = curve((t) => level.z * rise(t) + random.normal());
    const nidmZ = curve((t) => 45 * rise(t) + random.normal());
    return {
      epochs,
      values: {
        'sai.ncsm_scsm': z.map((value) => 0.77 + 0.0022 * value),
        'sai.ncsm_scsm.chance': curve(() => 0.77),
        'sai.ncsm_scsm.z': z,
        'idm.network.errorsOnly': nidmZ.map((value) => 0.5 + 0.005 * value),
        'idm.network.errorsOnly.chance': curve(() => 0.5),
        'idm.network.errorsOnly.z': nidmZ,
        'idm.semantic.errorsOnly': sense,
        'idm.semantic.errorsOnly.chance': curve(() => widmChance),
        'idm.semantic.errorsOnly.z': sense.map((value) => (value - widmChance) / 0.0035),
        predictedClasses: curve((t) => Math.min(1, level.used * rise(t) + 0.03 + 0.008 * random.normal())),
        'wsi.max': curve((t) => level.wsi * rise(t) + 0.01 * random.normal()),
        'gap.ncsm_tncsm': curve(() => 0.004 + 0.0005 * random.normal()),
      },
    };
  }
  const seeds = Array.from({ length: 400 }, (_, k) => k + 1);

  it('false alarms: at most 1 % of the runs that learn; misses: none of those that fail', () => {
    const alarms = seeds.filter((seed) => {
      const run = synthetic(seed, { sense: 0.26, used: 0.98, wsi: 0.4, z: 27 });
      return run.epochs.some((last) => {
        if (last < 8) return false;
        const part = { epochs: run.epochs.slice(0, last + 1), values: {} as TrainingCurves['values'] };
        for (const [name, curve] of Object.entries(run.values)) part.values[name] = curve.slice(0, last + 1);
        return earlyWarnings(part).length > 0;
      });
    });
    expect(alarms.length).toBeLessThanOrEqual(4);
    const found = seeds.filter(
      (seed) => earlyWarnings(synthetic(seed, { sense: 0.155, used: 0.86, wsi: 0.55, z: 22 })).length > 0,
    );
    expect(found).toHaveLength(400);
  });

  it('a run that never leaves chance is told so', () => {
    const kinds = earlyWarnings(synthetic(1, { sense: 0, used: 0.3, wsi: 0.1, z: 0 })).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['alignment-at-chance', 'senseless-mistakes', 'unused-classes']));
  });
});
