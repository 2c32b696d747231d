import { describe, expect, it } from 'vitest';
import { FormatError, IncomparableError } from '#src/base/errors.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { encodeSafetensors } from '#src/formats/safetensors/write-safetensors.ts';
import { measureEpoch } from '#src/measures/training/epoch-measures.ts';
import { countEpochClasses, readRunEpoch } from '#src/runs/run-epoch.ts';
import { memoryRunFolder } from '#src/runs/run-folder.ts';
import { epochName, madeEpoch } from '../support/made-run.ts';

const text = (content: string) => new TextEncoder().encode(content);
const folder = (files: Record<string, Uint8Array>) => memoryRunFolder('run', new Map(Object.entries(files)));

describe('readRunEpoch', () => {
  it('reads a logged epoch whole', async () => {
    const run = folder({ [epochName(4)]: madeEpoch(4) });
    const files = { epoch: 4, checkpoint: epochName(4) };
    const found = await readRunEpoch(run, files, { classes: 10 });
    expect(found).toMatchObject({ epoch: 4, classes: 10, headTensor: 'head.weight' });
    expect(found.head).toMatchObject({ rows: 10, cols: 16 });
    expect(found.test!.target).toHaveLength(200);
    expect(found.test!.templateCosine).toHaveLength(200);
    expect(found.train).toBeUndefined();
    const { correct, wrong, all } = found.test!.templates!;
    expect(all.counts[3]).toBe(correct!.counts[3]! + wrong!.counts[3]!);
    const measures = measureEpoch(found);
    expect(measures.typicality.test!.correct.cosine).toBeGreaterThan(0.9);
    expect(await countEpochClasses(run, files)).toBe(10);
  });

  it('says so when the class count is not the run’s', async () => {
    const run = folder({ [epochName(4)]: madeEpoch(4, { classes: 9 }) });
    const promise = readRunEpoch(run, { epoch: 4, checkpoint: epochName(4) }, { classes: 10 });
    await expect(promise).rejects.toThrow(IncomparableError);
    await expect(promise).rejects.toThrow(
      'epoch-0004.safetensors: the head head.weight has 9 classes, but the run has 10.',
    );
    const plain = folder({
      'epoch_4.safetensors': encodeSafetensors({
        'fc.weight': { dtype: 'f32', shape: [9, 16], data: new Float32Array(144).fill(1) },
      }),
    });
    await expect(readRunEpoch(plain, { epoch: 4, checkpoint: 'epoch_4.safetensors' }, { classes: 12 })).rejects.toThrow(
      'epoch_4.safetensors: the head fc.weight has 9 classes, but the run has 12.',
    );
  });

  it('fails on every truncation, and reads the file once it is whole', async () => {
    const whole = madeEpoch(2);
    for (const share of [0, 0.001, 0.01, 0.3, 0.9, 0.9999]) {
      const run = folder({ [epochName(2)]: whole.slice(0, Math.floor(share * whole.length)) });
      await expect(readRunEpoch(run, { epoch: 2, checkpoint: epochName(2) })).rejects.toThrow(FormatError);
    }
    await readRunEpoch(folder({ [epochName(2)]: whole }), { epoch: 2, checkpoint: epochName(2) });
  });

  it('reads a plain checkpoint with predictions beside it', async () => {
    const run = folder({
      'epoch_3.safetensors': encodeSafetensors({
        'fc.weight': { dtype: 'f16', shape: [3, 4], data: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0.5] },
        'fc.bias': { dtype: 'f32', shape: [3], data: [0, 0, 0] },
      }),
      'predictions_3.csv': text('target,prediction\ncat,dog\ndog,dog\n'),
      'confusion_3.npy': encodeNpy(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), [3, 3]),
    });
    const files = {
      epoch: 3,
      checkpoint: 'epoch_3.safetensors',
      predictions: { test: 'predictions_3.csv' },
      confusion: { train: 'confusion_3.npy' },
    };
    const found = await readRunEpoch(run, files, { labels: ['cat', 'dog', 'cow'] });
    expect(found).toMatchObject({ classes: 3, headTensor: 'fc.weight' });
    expect([...found.head!.data.slice(8)]).toEqual([0, 0, 1, 0.5]);
    expect(found.test).toEqual({ target: Uint32Array.of(0, 1), prediction: Uint32Array.of(1, 1) });
    expect(found.train!.counts).toMatchObject({ rows: 3 });
  });

  it('reads bare matrices and predictions without any checkpoint', async () => {
    const run = folder({
      'ncsm_1.csv': text('1,0.5,0.2\n0.5,1,0.1\n0.2,0.1,1\n'),
      'predictions_1.csv': text('0,1\n2,2\n'),
      'predictions_2.csv': text('0,7\n2,2\n'),
    });
    const one = await readRunEpoch(run, {
      epoch: 1,
      similarity: 'ncsm_1.csv',
      predictions: { test: 'predictions_1.csv' },
    });
    expect(one).toMatchObject({ classes: 3, similarity: { ncsm: { rows: 3 } } });
    expect((await readRunEpoch(run, { epoch: 2, predictions: { test: 'predictions_2.csv' } })).classes).toBe(8);
    await expect(
      readRunEpoch(run, { epoch: 2, predictions: { test: 'predictions_2.csv' } }, { classes: 3 }),
    ).rejects.toThrow('predictions_2.csv: the prediction of sample 0 is class 7, but there are 3 classes.');
  });

  it('names tensors of a logged epoch that do not fit', async () => {
    const head = { dtype: 'f32' as const, shape: [2, 2], data: [1, 0, 0, 1] };
    const fail = async (tensors: Parameters<typeof encodeSafetensors>[0], message: string) => {
      const run = folder({ 'epoch-0001.safetensors': encodeSafetensors({ 'head.weight': head, ...tensors }) });
      await expect(readRunEpoch(run, { epoch: 1, checkpoint: 'epoch-0001.safetensors' })).rejects.toThrow(message);
    };
    const u8 = (...data: number[]) => ({ dtype: 'u8' as const, shape: [data.length], data });
    await fail({ 'split.test.target': u8(0, 1) }, 'split.test.prediction is missing');
    await fail(
      { 'split.test.target': u8(0, 1), 'split.test.prediction': u8(0) },
      'has 2 samples, split.test.prediction 1',
    );
    await fail(
      { 'split.test.target': u8(0, 2), 'split.test.prediction': u8(0, 0) },
      'holds class 2 for sample 1, but there are 2 classes',
    );
    await fail(
      { 'split.train.template': { dtype: 'f32', shape: [3, 2], data: new Float32Array(6) } },
      'split.train.template is 3×2; 2×any was expected',
    );
    await fail({ 'head.weight': { ...head, data: [1, Number.NaN, 0, 1] } }, 'head.weight');
  });
});
