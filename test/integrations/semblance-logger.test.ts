import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  analyseTraining,
  type EpochRecord,
  measureEpoch,
  memoryStore,
  readRunEpoch,
  readStudyJson,
  readStudyTable,
  SourceError,
  settledRunFolder,
  type TrainingCurves,
} from 'semblance';
import { diskRunFolder } from 'semblance/node';
import { afterAll, describe, expect, it } from 'vitest';
import { findPython } from '../support/python.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const withNumpy = findPython('numpy');
const withTorch = findPython('numpy', 'torch');
const folder = mkdtempSync(join(tmpdir(), 'semblance-logger-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if (!withNumpy)
  console.warn('SKIPPING the tests of the Python logger: no Python with NumPy was found (PYTHON names one).');
else if (!withTorch) console.warn('SKIPPING the test of the PyTorch example: no Python with PyTorch was found.');

describe.skipIf(!withNumpy)('integrations/semblance_logger.py', () => {
  it('passes its own tests, the callbacks against stand-ins among them', () => {
    execFileSync(withNumpy!, [join(root, 'test/integrations/test_semblance_logger.py')], { stdio: 'pipe' });
  });

  it('logs the NumPy example as the instrument reads it', async () => {
    const run = join(folder, 'softmax');
    execFileSync(withNumpy!, [join(root, 'examples/numpy_training.py'), run, '4'], { stdio: 'pipe' });
    const store = memoryStore();
    const { manifest, computed } = await analyseTraining([{ folder: diskRunFolder(run) }], {}, store);
    expect(computed).toBe(5);
    const [entry] = manifest.instruments.training!.runs;
    expect(entry).toMatchObject({ name: 'Softmax regression', epochs: [0, 1, 2, 3, 4], problems: [], skipped: [] });
    const { values } = await readStudyJson<TrainingCurves>(store, manifest, entry!.curves);
    for (const name of [
      'valLoss',
      'loss',
      'lr',
      'accuracy',
      'trainAccuracy',
      'typicality.train.wrong',
      'gap.ncsm_tncsm',
    ])
      expect(
        values[name]!.every((value) => typeof value === 'number'),
        name,
      ).toBe(true);
    expect(values.accuracy![4]!).toBeGreaterThan(values.accuracy![0]!);
    const records = await readStudyTable<EpochRecord>(store, manifest, entry!.records);
    expect(records[0]!.mistakes.test!.uncounted).toBe(0);
  });
});

describe.skipIf(!withTorch)('the PyTorch example', () => {
  it('is followed live, and its network comes to see the classes of a group as similar', async () => {
    const path = join(folder, 'cnn');
    const child = spawn(withTorch!, [join(root, 'examples/pytorch_training.py'), path, '4'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (data) => {
      printed += data;
    });
    let exit: number | null | undefined;
    child.on('exit', (code) => {
      exit = code;
    });
    const live = settledRunFolder(diskRunFolder(path));
    const store = memoryStore();
    const seen: number[] = [];
    let computed = 0;
    while (exit === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      try {
        const found = await analyseTraining([{ folder: live }], {}, store);
        computed += found.computed;
        const [run] = found.manifest.instruments.training!.runs;
        expect(run!.problems).toEqual([]);
        if (found.computed > 0) seen.push(run!.epochs.length);
      } catch (error) {
        // Before the first epoch there is nothing to see.
        if (!(error instanceof SourceError)) throw error;
      }
    }
    expect(exit).toBe(0);
    expect(printed).toMatch(/logging took [\d.]+ ms an epoch, [\d.]+ % of the training time/);
    expect(seen.length).toBeGreaterThan(1);
    await analyseTraining([{ folder: live }], {}, store);
    const last = await analyseTraining([{ folder: live }], {}, store);
    expect(last.computed).toBe(0);
    expect(computed).toBeLessThanOrEqual(5);
    expect(last.manifest.instruments.training!.runs[0]!.epochs).toEqual([0, 1, 2, 3, 4]);

    const epoch = async (number: number) => {
      const checkpoint = `epoch-${String(number).padStart(4, '0')}.safetensors`;
      const { similarity } = measureEpoch(await readRunEpoch(diskRunFolder(path), { epoch: number, checkpoint }));
      const { data } = similarity.tncsm_test as { data: Float32Array };
      let within = 0;
      let between = 0;
      for (let i = 0; i < 12; i++)
        for (let j = 0; j < 12; j++) {
          if (i === j) continue;
          if (Math.floor(i / 3) === Math.floor(j / 3)) within += data[i * 12 + j]! / 24;
          else between += data[i * 12 + j]! / 108;
        }
      return within - between;
    };
    expect(await epoch(4)).toBeGreaterThan((await epoch(0)) + 0.05);
  }, 300_000);
});
