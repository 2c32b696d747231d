import { describe, expect, it } from 'vitest';
import { IncomparableError, UsageError } from '#src/base/errors.ts';
import { splitTemplates, templateCosines } from '#src/measures/training/split-templates.ts';
import { listRun } from '#src/runs/list-run.ts';
import { openRunWriter } from '#src/runs/logging/run-writer.ts';
import { readRunEpoch } from '#src/runs/run-epoch.ts';
import { memoryRunFolder } from '#src/runs/run-folder.ts';
import { readMetrics, readRunInfo, readSamples } from '#src/runs/run-log.ts';
import { createRandom } from '#src/statistics/random.ts';
import { memoryStore } from '#src/study/store.ts';

const random = createRandom(1);
const matrix = (rows: number, cols: number) => ({
  rows,
  cols,
  data: Float32Array.from({ length: rows * cols }, () => random.normal()),
});
const head = matrix(3, 4);
const features = matrix(9, 4);
const target = Uint8Array.from({ length: 9 }, (_, i) => i % 3);
const prediction = Uint8Array.of(0, 1, 2, 0, 1, 2, 1, 2, 2);
const test = { target, prediction, features };

async function epochsIn(files: Map<string, Uint8Array>) {
  const folder = memoryRunFolder('run', files);
  return Promise.all(listRun(await folder.list()).epochs.map((epoch) => readRunEpoch(folder, epoch)));
}

describe('openRunWriter', () => {
  it('writes what the reader of runs reads', async () => {
    const files = new Map<string, Uint8Array>();
    const writer = await openRunWriter(memoryStore(files), {
      name: 'small',
      labels: ['a', 'b', 'c'],
      samples: { test: ['0.png', '1.png'] },
    });
    expect(writer.nextEpoch()).toBe(0);
    await writer.writeEpoch({ epoch: 0, head, bias: [1, 2, 3], test, metrics: { loss: 0.5, lr: undefined } });
    expect(writer.nextEpoch()).toBe(1);
    const [epoch] = await epochsIn(files);
    const sets = splitTemplates(features, target, 3, prediction);
    expect(epoch!.head).toEqual(head);
    expect([...epoch!.test!.target!]).toEqual([...target]);
    expect([...epoch!.test!.prediction!]).toEqual([...prediction]);
    expect(epoch!.test!.templates).toEqual(sets);
    const cosines = templateCosines(features, target, sets.all.templates);
    epoch!.test!.templateCosine!.forEach((cosine, i) => {
      expect(Math.abs(cosine - cosines[i]!)).toBeLessThan(2 ** -11);
    });
    expect(epoch!.train).toBeUndefined();
    const folder = memoryRunFolder('run', files);
    expect(await readRunInfo(await folder.open('run.json'))).toMatchObject({ name: 'small', labels: ['a', 'b', 'c'] });
    expect((await readSamples(await folder.open('samples.jsonl'))).test).toEqual(['0.png', '1.png']);
    expect(await readMetrics(await folder.open('metrics.jsonl'))).toEqual([
      { epoch: 0, values: { accuracy: 7 / 9, valLoss: null, trainAccuracy: null, loss: 0.5, lr: null } },
    ]);
  });

  it('halves what half precision can hold', async () => {
    const files = new Map<string, Uint8Array>();
    const writer = await openRunWriter(memoryStore(files), { float16: true });
    const data = features.data.map((value, k) => (k === 0 ? 1e6 : value));
    await writer.writeEpoch({ epoch: 0, head, test: { target, prediction, features: { ...features, data } } });
    const header = new TextDecoder('latin1').decode(files.get('epoch-0000.safetensors')!);
    expect(header).toMatch(/"head.weight":\{"dtype":"F16"/);
    expect(header).toMatch(/"split.test.template":\{"dtype":"F32"/);
    const [epoch] = await epochsIn(files);
    epoch!.head!.data.forEach((value, k) => {
      expect(Math.abs(value - head.data[k]!)).toBeLessThanOrEqual(2 ** -11 * Math.abs(head.data[k]!));
    });
  });

  it('continues an interrupted run, each epoch once', async () => {
    const files = new Map<string, Uint8Array>();
    const first = await openRunWriter(memoryStore(files), { labels: ['a', 'b', 'c'] });
    for (const epoch of [0, 1, 2]) await first.writeEpoch({ epoch, head, test });
    const text = new TextDecoder().decode(files.get('metrics.jsonl')!);
    files.set('metrics.jsonl', new TextEncoder().encode(`${text}{"epoch": 3, "acc`));
    files.delete('epoch-0002.safetensors');
    await expect(openRunWriter(memoryStore(files))).rejects.toThrow(UsageError);
    await expect(openRunWriter(memoryStore(files), { labels: ['a', 'b', 'd'], resume: true })).rejects.toThrow(
      IncomparableError,
    );
    const second = await openRunWriter(memoryStore(files), { labels: ['a', 'b', 'c'], resume: true });
    expect(second.nextEpoch()).toBe(2);
    await second.writeEpoch({ epoch: 2, head, test });
    await second.writeEpoch({ epoch: 1, head, test, metrics: { loss: 9 } });
    const metrics = await readMetrics(await memoryRunFolder('run', files).open('metrics.jsonl'));
    expect(metrics.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(metrics[1]!.values.loss).toBe(9);
  });

  it.each([
    [{ epoch: 0.5, head }, 'The epoch is 0.5; a whole number of at least 0 was expected.'],
    [{ epoch: 0, head: matrix(2, 4) }, 'The head has 2 classes, but there are 3 labels.'],
    [{ epoch: 0, head, test: { target: [0, 1], prediction: [0] } }, 'test: 2 targets and 1 predictions.'],
    [
      { epoch: 0, head, train: { target: [0, 3], prediction: [0, 0] } },
      'train: the target of sample 1 is 3; classes from 0 to 2 were expected.',
    ],
  ])('refuses what is out of range: %#', async (epoch, message) => {
    const files = new Map<string, Uint8Array>();
    const writer = await openRunWriter(memoryStore(files), { labels: ['a', 'b', 'c'] });
    await expect(writer.writeEpoch(epoch)).rejects.toThrow(message);
    expect([...files.keys()]).toEqual(['run.json']);
  });
});
