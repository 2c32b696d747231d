import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { analyseTraining } from '#src/analyses/training/analyse-training.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { typicality } from '#src/measures/training/typicality.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { diskRunFolder } from '#src/runs/disk-run-folder.ts';
import { listRun } from '#src/runs/list-run.ts';
import { readRunEpoch } from '#src/runs/run-epoch.ts';
import { readMetrics, readRunInfo, readSamples } from '#src/runs/run-log.ts';
import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { memoryStore } from '#src/study/store.ts';
import { python } from '../support/python.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const examples = fileURLToPath(new URL('../../examples/training/', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'semblance-logger-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' };

/** Runs a Python script; the text is what it said on stderr. */
function run(script: string, ...args: string[]): string {
  const { status, stderr } = spawnSync(python!.command, [script, ...args], {
    encoding: 'utf8',
    env: environment,
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`${script} failed:\n${stderr}`);
  return stderr;
}

const metricsOf = async (run: string) => {
  const path = join(run, 'metrics.jsonl');
  return readMetrics(memorySource(path, readFileSync(path)));
};

const frameworks = [
  ['numpy', python !== undefined],
  ['torch', python?.hasTorch === true],
] as const;

describe.each(frameworks)('SemblanceLogger with %s', (framework, there) => {
  it.skipIf(!there).each([
    { flags: [], floats: 'f32', tolerance: 2e-6 },
    { flags: ['float16', 'shuffle'], floats: 'f16', tolerance: 2e-3 },
    { flags: ['small-memory'], floats: 'f32', tolerance: 2e-6 },
  ])('writes what NumPy computes sample by sample ($flags)', async ({ flags, floats, tolerance }) => {
    run(join(here, 'expected_epoch.py'), folder, framework, ...flags);
    const file = await openModel(await fileSource(join(folder, 'epoch-0004.safetensors')));
    const expected = await openModel(await fileSource(join(folder, 'expected.npz')));
    expect(file.metadata).toEqual({ epoch: '4' });
    const drawn = ['Correct', 'Wrong'].map((kind) => `split.test.templateRandom${kind}`);
    expect([...file.tensors.keys()].sort()).toEqual([...expected.tensors.keys(), ...drawn].sort());
    for (const [name, entry] of file.tensors) {
      if (drawn.includes(name)) continue;
      const wanted = expected.tensors.get(name)!;
      expect(entry.shape, name).toEqual(wanted.shape);
      const found = (await entry.read()).data;
      const values = (await wanted.read()).data;
      const exact = /target|prediction|count/.test(name);
      const limit = exact ? 0 : name.endsWith('templateCosine') ? 1e-3 : tolerance;
      for (let i = 0; i < values.length; i++) {
        if (Number.isNaN(values[i]!)) expect(found[i]).toBeNaN();
        else if (!(Math.abs(found[i]! - values[i]!) <= limit * Math.max(1, Math.abs(values[i]!))))
          expect.fail(`${name}[${i}] is ${found[i]}, expected ${values[i]}`);
      }
      const dtype = exact ? (name.includes('count') ? 'i32' : 'u8') : name.endsWith('Cosine') ? 'f16' : floats;
      expect(entry.dtype, name).toBe(dtype);
    }
    const disk = diskRunFolder(folder);
    const info = await readRunInfo(await disk.open('run.json'));
    expect(info.labels).toHaveLength(7);
    expect(info.createdBy).toMatch(framework === 'torch' ? /PyTorch/ : /NumPy/);
    expect((await readSamples(await disk.open('samples.jsonl'))).test?.[229]).toBe('229.png');
    expect((await metricsOf(folder))[0]).toMatchObject({ epoch: 4, values: { loss: 1.5, valLoss: null } });
  });
});

describe('the random split of SemblanceLogger', () => {
  it.skipIf(!python).each([{ memory: 2 ** 28 }, { memory: 400 * 16 * 4 }])(
    'shows no typicality in random features, and what was planted (memory $memory)',
    async ({ memory }) => {
      run(join(here, 'random_features.py'), folder, String(memory));
      const [none, planted] = await readRun(folder);
      const { all, correct, wrong, random } = none!.test!.templates!;
      // The two parts make up the whole, and are not the right and the wrong samples.
      for (let c = 0; c < 20; c++) {
        const at = c * 16;
        const together =
          (correct!.counts[c]! * random!.correct.templates.data[at]! +
            wrong!.counts[c]! * random!.wrong.templates.data[at]!) /
          all.counts[c]!;
        expect(together).toBeCloseTo(all.templates.data[at]!, 5);
        expect(random!.correct.templates.data[at]).not.toBeCloseTo(correct!.templates.data[at]!, 4);
      }
      const without = typicality(none!.test!.templates!);
      // The raw cosines differ by the share of errors alone.
      expect(without.wrong.cosine! - without.correct.cosine!).toBeGreaterThan(0.02);
      for (const kind of ['correct', 'wrong'] as const) {
        const { difference, interval } = without.excess![kind]!;
        expect(interval!.low).toBeLessThan(0);
        expect(interval!.high).toBeGreaterThan(0);
        expect(Math.abs(difference)).toBeLessThan(0.02);
      }
      const found = typicality(planted!.test!.templates!).excess!;
      expect(found.wrong!.interval!.high).toBeLessThan(0);
    },
  );
});

describe('the examples', () => {
  it.skipIf(!python)('NumPy: softmax regression is logged and read', async () => {
    const said = run(join(examples, 'numpy_example.py'), join(folder, 'run'), '--epochs', '4', '--images', '2000');
    expect(said.match(/semblance_vision: epoch \d: logging cost [\d.]+ s of [\d.]+ s \([\d.]+%\)/g)).toHaveLength(5);
    const epochs = await readRun(join(folder, 'run'));
    expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    const metrics = await metricsOf(join(folder, 'run'));
    expect(metrics.at(-1)!.values.accuracy).toBeGreaterThan(metrics[0]!.values.accuracy! + 0.03);
    for (const [i, { test, train }] of epochs.entries()) {
      const right = test!.target!.filter((t, k) => t === test!.prediction![k]).length;
      expect(right / test!.target!.length).toBeCloseTo(metrics[i]!.values.accuracy!, 12);
      expect(train!.templates!.wrong!.counts.reduce((a, b) => a + b)).toBe(
        train!.target!.filter((t, k) => t !== train!.prediction![k]).length,
      );
    }
  });

  it.skipIf(!python?.hasTorch)(
    'PyTorch: a small CNN is logged, interrupted, resumed, read',
    { timeout: 240_000 },
    async () => {
      const place = join(folder, 'run');
      const script = join(examples, 'pytorch_example.py');
      run(script, place, '--epochs', '1', '--images', '200');
      // Interrupted between the file of an epoch and its line.
      const lines = readFileSync(join(place, 'metrics.jsonl'), 'utf8');
      rmSync(join(place, 'epoch-0001.safetensors'));
      expect(lines.trim().split('\n')).toHaveLength(2);
      run(script, place, '--epochs', '2', '--images', '200');
      expect((await metricsOf(place)).map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
      expect(readFileSync(join(place, 'metrics.jsonl'), 'utf8').trim().split('\n')).toHaveLength(3);
      const epochs = await readRun(place);
      expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
      const last = epochs[2]!;
      expect(last.train!.target).toHaveLength(200);
      expect(last.test!.target).toHaveLength(50);
      expect(last.test!.templates!.all.counts.reduce((a, b) => a + b)).toBe(50);
      expect(last.test!.templateCosine!.every((cosine) => cosine > 0 && cosine <= 1)).toBe(true);
      // The head moves: class similarity at the end is not that of the untrained network.
      const [first, end] = [epochs[0]!, last].map(({ head }) => cosineSimilarityMatrix(head!).data);
      expect(end!.some((value, i) => Math.abs(value - first![i]!) > 0.01)).toBe(true);
      expect(readdirSync(place).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      // The training instrument follows the run as it grows.
      const store = memoryStore();
      const runs = [{ folder: diskRunFolder(place) }];
      expect((await analyseTraining(runs, {}, store)).computed).toBe(3);
      run(script, place, '--epochs', '3', '--images', '200');
      const { computed, manifest } = await analyseTraining(runs, {}, store);
      expect(computed).toBe(1);
      const [studied] = manifest.instruments.training!.runs;
      expect(studied!.epochs.at(-1)).toBe(3);
      expect(studied!.problems).toEqual([]);
    },
  );
});

describe('the Python tests', () => {
  it.skipIf(!python).each(['test_logger', 'test_callbacks'])('%s passes', (name) => {
    expect(existsSync(join(here, `${name}.py`))).toBe(true);
    const { stderr } = spawnSync(python!.command, ['-m', 'unittest', name], {
      cwd: here,
      encoding: 'utf8',
      env: environment,
      timeout: 120_000,
    });
    expect(stderr).toMatch(/Ran [1-9]\d* tests? in [\s\S]*\nOK/);
  });

  it.skipIf(!python)('the logger needs nothing but NumPy', () => {
    const code = 'import sys, semblance_vision.logger; print("torch" in sys.modules)';
    const out = execFileSync(python!.command, ['-c', code], {
      cwd: fileURLToPath(new URL('../../integrations/python', import.meta.url)),
      encoding: 'utf8',
      env: environment,
    });
    expect(out.trim()).toBe('False');
  });
});

async function readRun(place: string) {
  const disk = diskRunFolder(place);
  const { epochs } = listRun(await disk.list());
  const info = await readRunInfo(await disk.open('run.json'));
  return Promise.all(epochs.map((files) => readRunEpoch(disk, files, { labels: info.labels! })));
}
