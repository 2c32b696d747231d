import { describe, expect, it } from 'vitest';
import { analyseTraining } from '#src/analyses/training/analyse-training.ts';
import type { EpochRecord } from '#src/analyses/training/epoch-record.ts';
import { IncomparableError, SourceError, UsageError } from '#src/base/errors.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import type { TrainingCurves } from '#src/measures/training/curves.ts';
import { measureEpoch } from '#src/measures/training/epoch-measures.ts';
import { readRunEpoch } from '#src/runs/run-epoch.ts';
import { memoryRunFolder } from '#src/runs/run-folder.ts';
import { settledRunFolder } from '#src/runs/run-watch.ts';
import { createRandom } from '#src/statistics/random.ts';
import { readManifest, readStudyFile, readStudyJson, readStudyMatrix, readStudyTable } from '#src/study/read-study.ts';
import { memoryStore, type StudyStore } from '#src/study/store.ts';
import type { TrainingSection } from '#src/study/training-section.ts';
import { epochName, madeEpoch } from '../../support/made-run.ts';

const text = (content: string) => new TextEncoder().encode(content);
const labels = [
  'n01629819',
  'n01641577',
  'n01742172',
  'n02099601',
  'n02106662',
  'n02124075',
  'n02769748',
  'n03085013',
  'n04099969',
  'n07749582',
];
const runJson = text(JSON.stringify({ name: 'made', model: 'cnn', labels }));

async function sectionOf(store: StudyStore): Promise<TrainingSection> {
  return (await readManifest(store)).instruments.training!;
}

/** Every file of the study is there with its hash. */
async function readEverything(store: StudyStore): Promise<void> {
  const manifest = await readManifest(store);
  for (const path of Object.keys(manifest.files)) await readStudyFile(store, manifest, path);
}

describe('analyseTraining', () => {
  it('writes a study with everything that the measures give', async () => {
    const files = new Map([
      ['run.json', runJson],
      ['metrics.jsonl', text('{"epoch": 0, "lr": 0.1, "valLoss": 2.5}\n{"epoch": 2, "lr": 0.01, "valLoss": 1}\n')],
      ['samples.jsonl', text('{"split": "test", "index": 0, "path": "a.png"}\n')],
      ['notes.txt', text('…')],
      ...[0, 1, 2].map((epoch) => [epochName(epoch), madeEpoch(epoch)] as const),
    ]);
    const folder = memoryRunFolder('made-run', files);
    const store = memoryStore();
    const { manifest, computed } = await analyseTraining(
      [{ folder }],
      { command: 'semblance training made-run' },
      store,
    );
    expect(computed).toBe(3);
    const section = manifest.instruments.training!;
    expect(section).toMatchObject({
      command: 'semblance training made-run',
      labels: { classes: 10, resolved: 10 },
      semantic: { id: 'wordnet-path' },
      q: 0.95,
      ties: 'average',
      matricesKept: null,
    });
    const [run] = section.runs;
    expect(run).toMatchObject({
      id: 'made-run',
      name: 'made',
      model: 'cnn',
      head: 'head.weight',
      epochs: [0, 1, 2],
      learningRateChanges: [{ epoch: 2, from: 0.1, to: 0.01 }],
      problems: [],
      skipped: [{ file: 'notes.txt', reason: 'is no checkpoint by its ending' }],
    });
    expect(run!.missing['sai.ncsm_tncsm_train']).toBe('needs class templates (mean features) of the train split');

    const curves = await readStudyJson<TrainingCurves>(store, manifest, run!.curves);
    const records = await readStudyTable<EpochRecord>(store, manifest, run!.records);
    const direct = measureEpoch(await readRunEpoch(folder, { epoch: 2, checkpoint: epochName(2) }));
    expect(curves.epochs).toEqual([0, 1, 2]);
    expect(curves.values['wsi.max']![2]).toBe(direct.wsi!.max);
    expect(curves.values.valLoss).toEqual([2.5, null, 1]);
    expect(records[2]!.values['wsi.max']).toBe(direct.wsi!.max);
    expect(records[2]!.sai.ncsm_scsm!.cosine).toBe(curves.values['sai.ncsm_scsm']![2]);
    expect(records[1]!.idm.test!.network).not.toHaveProperty('perClass');

    const at = run!.matrices[2]!;
    expect((await readStudyMatrix(store, manifest, at.ncsm!)).data[1]).toBeCloseTo(
      (direct.similarity.ncsm as { data: Float32Array }).data[1]!,
      6,
    );
    expect(at.ccsm_train).toBeNull();
    expect((await readStudyMatrix(store, manifest, at.perClass)).cols).toBe(section.perClassColumns.length);
    const mistakes = await readStudyMatrix(store, manifest, at.mistakes!);
    expect(mistakes).toMatchObject({ rows: direct.accuracy.test!.errors, cols: section.mistakeColumns.length });
    expect(await readStudyTable(store, manifest, run!.samples!)).toEqual([{ split: 'test', index: 0, path: 'a.png' }]);
    await readEverything(store);
  });

  it('measures only what is new, and gives the same as at once', async () => {
    const files = new Map<string, Uint8Array>([['run.json', runJson]]);
    const folder = memoryRunFolder('r', files);
    const order = createRandom(3).permutation(10);
    const store = memoryStore();
    for (const epoch of order) {
      files.set(epochName(epoch), madeEpoch(epoch));
      expect((await analyseTraining([{ folder }], {}, store)).computed).toBe(1);
      await readEverything(store);
    }
    expect((await analyseTraining([{ folder }], {}, store)).computed).toBe(0);
    const once = memoryStore();
    expect((await analyseTraining([{ folder }], {}, once)).computed).toBe(10);
    expect(await store.list()).toEqual(await once.list());
    for (const path of await store.list()) expect(await store.read(path), path).toEqual(await once.read(path));
    expect((await sectionOf(store)).runs[0]!.epochs).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

    expect((await analyseTraining([{ folder }], { q: 0.9 }, store)).computed).toBe(10);
    files.set(epochName(4), madeEpoch(4, { seed: 2 }));
    expect((await analyseTraining([{ folder }], { q: 0.9 }, store)).computed).toBe(1);
  });

  it('reports a truncated epoch and one of other classes, and takes the first in once it is whole', async () => {
    const whole = madeEpoch(4);
    const files = new Map([
      ...[1, 2, 3, 5].map((epoch) => [epochName(epoch), madeEpoch(epoch)] as const),
      [epochName(4), whole.slice(0, 900)],
      [epochName(0), madeEpoch(0, { classes: 9 })],
    ]);
    const folder = memoryRunFolder('r', files);
    const store = memoryStore();
    await analyseTraining([{ folder }], {}, store);
    const run = async () => (await sectionOf(store)).runs[0]!;
    expect((await run()).epochs).toEqual([1, 2, 3, 5]);
    const other = {
      file: 'epoch-0000.safetensors',
      epoch: 0,
      message: 'epoch-0000.safetensors: the head head.weight has 9 classes, but the run has 10.',
    };
    expect((await run()).problems[0]).toEqual(other);
    expect((await run()).problems[1]).toMatchObject({ file: 'epoch-0004.safetensors', epoch: 4 });
    expect((await run()).problems[1]!.message).toBe(
      'epoch-0004.safetensors: tensor head.weight lies at bytes 848 to 1488, but the file has 900 bytes.',
    );

    files.set(epochName(4), whole);
    expect((await analyseTraining([{ folder }], {}, store)).computed).toBe(1);
    expect((await run()).epochs).toEqual([1, 2, 3, 4, 5]);
    expect((await run()).problems).toEqual([other]);
  });

  it('leaves a file alone until its size has settled', async () => {
    const whole = madeEpoch(1);
    const files = new Map([[epochName(0), madeEpoch(0)]]);
    const folder = settledRunFolder(memoryRunFolder('r', files));
    const store = memoryStore();
    await expect(analyseTraining([{ folder }], {}, store)).rejects.toThrow(SourceError);
    files.set(epochName(1), whole.slice(0, 4000));
    expect((await analyseTraining([{ folder }], {}, store)).computed).toBe(1);
    files.set(epochName(1), whole);
    expect((await analyseTraining([{ folder }], {}, store)).computed).toBe(0);
    expect((await sectionOf(store)).runs[0]!.problems).toEqual([]);
    expect((await analyseTraining([{ folder }], {}, store)).computed).toBe(1);
  });

  it('stays readable when it is killed at any moment, and goes on from there', async () => {
    const files = new Map([0, 1].map((epoch) => [epochName(epoch), madeEpoch(epoch, { samples: 60 })] as const));
    const folder = memoryRunFolder('r', files);
    const written = new Map<string, Uint8Array>();
    const plain = memoryStore(written);
    await analyseTraining([{ folder }], {}, plain);
    files.set(epochName(2), madeEpoch(2, { samples: 60 }));
    const done = memoryStore(new Map(written));
    await analyseTraining([{ folder }], {}, done);
    for (let allowed = 0; ; allowed++) {
      const disk = new Map(written);
      const store = memoryStore(disk);
      let left = allowed;
      const die = () => {
        if (left-- === 0) throw new Error('killed');
      };
      const mortal: StudyStore = {
        ...store,
        write: async (path, bytes) => {
          die();
          await store.write(path, bytes);
        },
        remove: async (path) => {
          die();
          await store.remove(path);
        },
      };
      const finished = await analyseTraining([{ folder }], {}, mortal).then(
        () => true,
        () => false,
      );
      await readEverything(store);
      await analyseTraining([{ folder }], {}, store);
      expect(await store.list()).toEqual(await done.list());
      if (finished) break;
    }
  });

  it('compares runs of the same classes only', async () => {
    const run = (name: string, classes: number, info?: Uint8Array) => ({
      folder: memoryRunFolder(
        name,
        new Map([[epochName(1), madeEpoch(1, { classes })], ...(info ? [['run.json', info] as const] : [])]),
      ),
    });
    const store = memoryStore();
    await analyseTraining([run('a', 10, runJson), run('b', 10)], {}, store);
    const section = await sectionOf(store);
    expect(section.runs.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(section.labels.resolved).toBe(10);
    await expect(analyseTraining([run('a', 10), run('b', 9)], {}, memoryStore())).rejects.toThrow(
      'a has 10 classes and b has 9; runs of the same classes can be compared.',
    );
    const swapped = text(JSON.stringify({ labels: [labels[1], labels[0], ...labels.slice(2)] }));
    await expect(analyseTraining([run('a', 10, runJson), run('b', 10, swapped)], {}, memoryStore())).rejects.toThrow(
      IncomparableError,
    );
  });

  it('reads bare confusion matrices, and says what is missing for the rest', async () => {
    const matrix = (seed: number) => {
      const random = createRandom(seed);
      return encodeNpy(
        Float32Array.from({ length: 100 }, (_, k) => random.below(9) + (k % 11 === 0 ? 20 : 0)),
        [10, 10],
      );
    };
    const folder = memoryRunFolder(
      'r',
      new Map([1, 2].map((epoch) => [`confusion_${epoch}.npy`, matrix(epoch)] as const)),
    );
    const store = memoryStore();
    const { manifest } = await analyseTraining([{ folder, labels: { kind: 'set', id: 'cifar-10' } }], {}, store);
    const [run] = manifest.instruments.training!.runs;
    const { values } = await readStudyJson<TrainingCurves>(store, manifest, run!.curves);
    expect(values['sai.ccsm_scsm']!.every((value) => typeof value === 'number')).toBe(true);
    expect(values['idm.semantic.errorsOnly']!.every((value) => typeof value === 'number')).toBe(true);
    expect(values['sai.ncsm_scsm']).toBeUndefined();
    expect(run!.missing['sai.ncsm_scsm']).toBe('needs the weights of the classifier');
    expect(run).toMatchObject({ neighbours: null, head: null });
  });

  it('thins the matrices of a run that would fill the disk, and says so', async () => {
    const folder = memoryRunFolder('r', new Map([0, 1, 2, 3, 4, 5].map((e) => [epochName(e), madeEpoch(e)] as const)));
    const store = memoryStore();
    const options = { matrixBytes: 3 * 10 * 10 * 4 * 5 };
    const { manifest } = await analyseTraining([{ folder }], options, store);
    const section = manifest.instruments.training!;
    expect(section.runs[0]!.matrices.map(({ epoch }) => epoch)).toEqual([0, 2, 4, 5]);
    expect(section.matricesKept).toMatch(/^The matrices of every 2nd epoch and of the last are kept/);
    expect(section.runs[0]!.epochs).toHaveLength(6);
    await readEverything(store);
  });

  it('refuses calls that make no sense', async () => {
    const folder = memoryRunFolder('r', new Map([[epochName(1), madeEpoch(1)]]));
    await expect(analyseTraining([], {}, memoryStore())).rejects.toThrow(UsageError);
    await expect(analyseTraining([{ folder }], { pairs: ['ncsm'] }, memoryStore())).rejects.toThrow(UsageError);
    await expect(analyseTraining([{ folder }], { referenceRun: 1 }, memoryStore())).rejects.toThrow(UsageError);
    const abort = AbortSignal.abort();
    await expect(analyseTraining([{ folder }], {}, memoryStore(), { signal: abort })).rejects.toThrow('abort');
  });
});
