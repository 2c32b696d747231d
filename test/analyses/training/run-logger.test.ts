import {
  createRandom,
  createRunLogger,
  measureEpoch,
  memoryRunFolder,
  memoryStore,
  readRunEpoch,
  tfjsRunCallback,
  UsageError,
} from 'semblance';
import { describe, expect, it } from 'vitest';

const random = createRandom(5);
const matrix = (rows: number, cols: number) => ({
  rows,
  cols,
  data: Float32Array.from({ length: rows * cols }, () => random.normal()),
});
const checkpoint = (epoch: number) => ({ epoch, checkpoint: `epoch-${String(epoch).padStart(4, '0')}.safetensors` });
const metrics = (files: Map<string, Uint8Array>) =>
  new TextDecoder()
    .decode(files.get('metrics.jsonl'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('createRunLogger', () => {
  it('writes epochs that read as they were logged', async () => {
    const files = new Map<string, Uint8Array>();
    const logger = await createRunLogger(memoryStore(files), { name: 'r', labels: ['a', 'b', 'c'] });
    const head = matrix(3, 4);
    const target = [0, 1, 2, 2, 0];
    const prediction = [0, 1, 2, 0, 0];
    const split = { target, prediction, features: matrix(5, 4) };
    await logger.log({
      epoch: 2,
      head,
      bias: [0, 0, 1],
      test: split,
      train: { target, prediction },
      metrics: { loss: 2, lr: Number.NaN },
    });
    await logger.log({ epoch: 0, head, metrics: { loss: 3 } });
    await logger.log({ epoch: 2, head, test: split, metrics: { loss: 1 } });
    expect(metrics(files)).toEqual([
      { epoch: 0, loss: 3 },
      { epoch: 2, loss: 1, accuracy: 0.8 },
    ]);
    const read = await readRunEpoch(memoryRunFolder('r', files), checkpoint(2), { classes: 3 });
    expect(read.head).toEqual(head);
    expect([...read.test!.target!]).toEqual(target);
    expect([...read.test!.templates!.wrong!.counts]).toEqual([0, 0, 1]);
    const measures = measureEpoch(read);
    expect(measures.mistakes.test!.mistakes).toBe(1);
    expect(measures.typicality.test!.wrong.classes).toBe(1);
    await expect(logger.log({ epoch: -1, head })).rejects.toThrow(UsageError);
  });
});

/** Objects with the attributes and methods of TensorFlow.js that the callback uses. */
function standIn() {
  let disposed = 0;
  const tensor = (shape: number[], data: ArrayLike<number>) => ({
    shape,
    data: async () => data,
    dispose: () => {
      disposed++;
    },
  });
  const kernel = matrix(4, 3);
  const dense = {
    name: 'scores',
    input: 'features',
    getWeights: () => [tensor([4, 3], kernel.data), tensor([3], [0, 0, 0])],
  };
  const softmax = { name: 'softmax', input: 'scores', getWeights: () => [] };
  const model = { layers: [dense, softmax], inputs: ['input'], outputs: ['output'] };
  const tf = {
    model: ({ inputs, outputs }: { inputs: unknown; outputs: unknown }) => {
      expect([inputs, outputs]).toEqual([['input'], ['features', 'output']]);
      return {
        predict: (features: { rows: number; cols: number; data: Float32Array }) => {
          const scores = Array.from({ length: features.rows * 3 }, (_, k) =>
            [0, 1, 2, 3].reduce(
              (sum, d) => sum + features.data[Math.floor(k / 3) * 4 + d]! * kernel.data[d * 3 + (k % 3)]!,
              0,
            ),
          );
          return [tensor([features.rows, 4], features.data), tensor([features.rows, 3], scores)];
        },
      };
    },
  };
  return { tf, model, kernel, disposed: () => disposed };
}

describe('tfjsRunCallback', () => {
  it('logs the untrained network and every epoch, and leaves no tensors behind', async () => {
    const { tf, model, kernel, disposed } = standIn();
    const files = new Map<string, Uint8Array>();
    const inputs = matrix(20, 4);
    const callback = tfjsRunCallback(await createRunLogger(memoryStore(files)), {
      tf,
      model,
      test: { inputs, targets: Array.from({ length: 20 }, (_, i) => i % 3) },
      learningRate: () => 0.25,
    });
    await callback.onTrainBegin();
    await callback.onEpochEnd(0, { loss: 1.5, acc: 0.9, val_loss: 2 });
    expect(metrics(files)).toMatchObject([
      { epoch: 0, lr: 0.25 },
      { epoch: 1, lr: 0.25, loss: 1.5, valLoss: 2 },
    ]);
    expect(disposed()).toBe(4);
    const read = await readRunEpoch(memoryRunFolder('r', files), checkpoint(1));
    expect(read.head).toMatchObject({ rows: 3, cols: 4 });
    expect(read.head!.data[1 * 4 + 2]).toBe(kernel.data[2 * 3 + 1]);
    // The head's own scores decide, so predicting again from features and head gives the same classes.
    const again = Array.from({ length: 20 }, (_, i) => {
      const scores = [0, 1, 2].map((c) =>
        [0, 1, 2, 3].reduce((sum, d) => sum + inputs.data[i * 4 + d]! * read.head!.data[c * 4 + d]!, 0),
      );
      return scores.indexOf(Math.max(...scores));
    });
    expect([...read.test!.prediction!]).toEqual(again);
  });

  it('names the layers when it is told one that is not there', async () => {
    const { tf, model } = standIn();
    const logger = await createRunLogger(memoryStore());
    const options = { tf, model, test: { inputs: matrix(1, 4), targets: [0] } };
    expect(() => tfjsRunCallback(logger, { ...options, head: 'fc' })).toThrow(
      'The model has no layer "fc"; it has scores, softmax.',
    );
    expect(() => tfjsRunCallback(logger, { ...options, model: { layers: [], inputs: [], outputs: [] } })).toThrow(
      UsageError,
    );
  });
});
