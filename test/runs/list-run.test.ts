import { describe, expect, it } from 'vitest';
import { listRun } from '#src/runs/list-run.ts';
import { settledFiles } from '#src/runs/run-watch.ts';

const list = (...names: string[]) => listRun(names.map((name) => ({ name, byteLength: 1 })));

describe('listRun', () => {
  it('sorts a logged run by epoch, whatever order the files come in', () => {
    const found = list(
      'epoch-0010.safetensors',
      'metrics.jsonl',
      'epoch-0002.safetensors',
      'run.json',
      'samples.jsonl',
    );
    expect(found).toEqual({
      epochs: [
        { epoch: 2, checkpoint: 'epoch-0002.safetensors' },
        { epoch: 10, checkpoint: 'epoch-0010.safetensors' },
      ],
      info: 'run.json',
      metrics: 'metrics.jsonl',
      samples: 'samples.jsonl',
      unnumbered: [],
      skipped: [],
    });
  });

  it('puts predictions and matrices beside their checkpoints', () => {
    const found = list(
      'epoch_3.pth',
      'predictions_3.npz',
      'train_predictions_3.csv',
      'predictions_4.jsonl',
      'confusion_5.npy',
      'ncsm_6.csv',
    );
    expect(found.epochs).toEqual([
      {
        epoch: 3,
        checkpoint: 'epoch_3.pth',
        predictions: { test: 'predictions_3.npz', train: 'train_predictions_3.csv' },
      },
      { epoch: 4, predictions: { test: 'predictions_4.jsonl' } },
      { epoch: 5, confusion: { test: 'confusion_5.npy' } },
      { epoch: 6, similarity: 'ncsm_6.csv' },
    ]);
  });

  it('says what it passes over, and why', () => {
    const found = list(
      'notes.md',
      'model_1.pt',
      'optimizer_1.pt',
      'model-00001-of-00002.safetensors',
      'epoch_1.pt',
      'best.pt',
    );
    expect(found.unnumbered).toEqual(['best.pt']);
    expect(Object.fromEntries(found.skipped.map(({ file, reason }) => [file, reason]))).toEqual({
      'notes.md': 'is no checkpoint by its ending',
      'optimizer_1.pt': 'goes with a checkpoint',
      'model-00001-of-00002.safetensors': 'is a shard, read through its index',
      'model_1.pt': 'is of epoch 1 too, of which epoch_1.pt is read',
    });
  });

  it('takes checkpoints of TensorFlow by their index, and no other .pb, .xml or .bin', () => {
    const found = list(
      ...['ckpt-1.index', 'ckpt-1.data-00000-of-00001', 'ckpt-2.index', 'ckpt-2.data-00000-of-00001', 'checkpoint'],
      ...['graph.pb', 'keras_metadata.pb', 'ckpt-1.xml'],
    );
    expect(found.epochs).toEqual([
      { epoch: 1, checkpoint: 'ckpt-1.index' },
      { epoch: 2, checkpoint: 'ckpt-2.index' },
    ]);
    expect(found.unnumbered).toEqual([]);
    expect(found.skipped).toContainEqual({
      file: 'ckpt-2.data-00000-of-00001',
      reason: 'is a shard, read through its index',
    });
    expect(found.skipped).toContainEqual({ file: 'ckpt-1.xml', reason: 'is no checkpoint by its ending' });
  });
});

describe('settledFiles', () => {
  it('lets a file through when a second look finds it unchanged', () => {
    const files = settledFiles();
    expect(files.observe([{ name: 'a', byteLength: 10 }])).toEqual([]);
    expect(
      files.observe([
        { name: 'a', byteLength: 20 },
        { name: 'b', byteLength: 1 },
      ]),
    ).toEqual([]);
    expect(
      files.observe([
        { name: 'a', byteLength: 20 },
        { name: 'b', byteLength: 1, modified: 5 },
      ]),
    ).toEqual([{ name: 'a', byteLength: 20 }]);
    expect(files.observe([{ name: 'b', byteLength: 1, modified: 5 }])).toHaveLength(1);
  });
});
