import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { listRun } from '#src/runs/list-run.ts';
import {
  type LoggingCost,
  type Tfjs,
  type TfjsModel,
  type TfjsTensor,
  tfjsCallback,
} from '#src/runs/logging/tfjs-callback.ts';
import { readRunEpoch } from '#src/runs/run-epoch.ts';
import { memoryRunFolder } from '#src/runs/run-folder.ts';
import { readMetrics } from '#src/runs/run-log.ts';
import { createRandom } from '#src/statistics/random.ts';
import { memoryStore } from '#src/study/store.ts';

const tensor = (shape: number[], data: ArrayLike<number>): TfjsTensor => ({ shape, data: async () => data });

/** A stand-in for TF.js: two dense layers whose weights move with each epoch; `train` calls the hooks as `fit` of TF.js does. */
function standIn(positions = 1) {
  const random = createRandom(3);
  const draw = (n: number) => Float32Array.from({ length: n }, () => random.normal());
  const [inputs, width, classes] = [5, 4, 3];
  const body = draw(inputs * width);
  const kernel = draw(width * classes);
  const bias = draw(classes);
  const layer = (name: string, weights: TfjsTensor[]) => ({
    name,
    input: `input of ${name}`,
    getWeights: () => weights,
  });
  const shape = positions === 1 ? [width, classes] : [1, 1, width, classes];
  const model: TfjsModel & { optimizer: { learningRate: number } } = {
    name: 'small',
    inputs: ['x'],
    layers: [
      layer('hidden', [tensor([inputs, width], body)]),
      layer('logits', [tensor(shape, kernel), tensor([classes], bias)]),
      layer('softmax', []),
    ],
    optimizer: { learningRate: 0.01 },
  };
  const disposed: number[] = [];
  const features = (x: Float32Array) =>
    Float32Array.from({ length: (x.length / inputs) * width }, (_, k) => {
      const [i, d] = [Math.floor(k / width), k % width];
      let sum = 0;
      for (let j = 0; j < inputs; j++) sum += x[i * inputs + j]! * body[j * width + d]!;
      return Math.max(0, sum);
    });
  const tf: Tfjs = {
    model({ outputs }) {
      expect(outputs).toBe('input of logits');
      return {
        predict(x) {
          const flat = features(x as Float32Array);
          const n = flat.length / width;
          // With positions, each map holds the features plus offsets that cancel out.
          const data =
            positions === 1
              ? flat
              : Float32Array.from({ length: n * positions * width }, (_, k) => {
                  const [i, p, d] = [Math.floor(k / width / positions), Math.floor(k / width) % positions, k % width];
                  return flat[i * width + d]! + (p % 2 ? 0.5 : -0.5);
                });
          const out = tensor(positions === 1 ? [n, width] : [n, positions / 2, 2, width], data);
          return { ...out, dispose: () => void disposed.push(n) };
        },
      };
    },
  };
  const train = async (callback: ReturnType<typeof tfjsCallback>, epochs: number, initialEpoch = 0) => {
    await callback.onTrainBegin();
    for (let epoch = initialEpoch; epoch < epochs; epoch++) {
      await callback.onEpochBegin(epoch);
      kernel.forEach((value, k) => {
        kernel[k] = value * 1.1 + 0.1;
      });
      await callback.onEpochEnd(epoch, { loss: 1 / (epoch + 1), val_loss: 2 });
    }
  };
  return { tf, model, train, kernel, bias, features, disposed, draw, width, classes };
}

describe('tfjsCallback', () => {
  it.each([1, 4])('logs each epoch of fit from the untrained network on (%i positions)', async (positions) => {
    const { tf, model, train, kernel, bias, features, disposed, draw, width, classes } = standIn(positions);
    const x = draw(12 * 5);
    const target = Array.from({ length: 12 }, (_, i) => i % 3);
    const files = new Map<string, Uint8Array>();
    const costs: LoggingCost[] = [];
    const options = {
      test: { inputs: x, target },
      train: { inputs: x.slice(0, 30), target: target.slice(0, 6) },
      labels: ['a', 'b', 'c'],
      onLogged: (cost: LoggingCost) => void costs.push(cost),
    };
    await train(tfjsCallback(tf, model, memoryStore(files), options), 2);
    // A second call of fit continues where the first one stopped.
    await train(tfjsCallback(tf, model, memoryStore(files), { ...options, resume: true }), 3, 2);
    const folder = memoryRunFolder('run', files);
    const metrics = await readMetrics(await folder.open('metrics.jsonl'));
    expect(metrics.map(({ epoch, values }) => [epoch, values.loss, values.valLoss, values.lr])).toEqual([
      [0, null, null, 0.01],
      [1, 1, 2, 0.01],
      [2, 0.5, 2, 0.01],
      [3, 1 / 3, 2, 0.01],
    ]);
    const last = await readRunEpoch(folder, listRun(await folder.list()).epochs[3]!);
    const flat = features(x);
    for (let i = 0; i < 12; i++) {
      const scores = Array.from({ length: classes }, (_, c) => {
        let sum = bias[c]!;
        for (let d = 0; d < width; d++) sum += flat[i * width + d]! * kernel[d * classes + c]!;
        return sum;
      });
      expect(last.test!.prediction![i]).toBe(scores.indexOf(Math.max(...scores)));
    }
    for (let c = 0; c < classes; c++)
      for (let d = 0; d < width; d++) {
        expect(last.head!.data[c * width + d]).toBe(kernel[d * classes + c]);
        const mean = [0, 1, 2, 3].reduce((sum, k) => sum + flat[(c + 3 * k) * width + d]!, 0) / 4;
        expect(last.test!.templates!.all.templates.data[c * width + d]).toBeCloseTo(mean, 5);
      }
    expect([...last.train!.target!]).toEqual([0, 1, 2, 0, 1, 2]);
    expect(disposed).toEqual([12, 6, 12, 6, 12, 6, 12, 6]);
    expect(costs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
    for (const { loggingSeconds, evaluationSeconds } of costs) {
      expect(loggingSeconds).toBeGreaterThan(0);
      expect(evaluationSeconds).toBeGreaterThan(0);
    }
  });

  it('names the layers when none can be the head', async () => {
    const { tf, model } = standIn();
    const begin = (options: object) => tfjsCallback(tf, model, memoryStore(), options).onTrainBegin();
    await expect(begin({ labels: ['a', 'b'] })).rejects.toMatchObject({
      message: 'small: has no dense layer with 2 outputs that could be its classifier.',
      hint: 'Its dense layers: hidden (4), logits (3).',
    });
    await expect(begin({ head: 'fc' })).rejects.toThrow(UsageError);
  });
});
