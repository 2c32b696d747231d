import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '#src/base/sha256.ts';
import { createRandom } from '#src/statistics/random.ts';
import { folderStore } from '#src/study/folder-store.ts';
import type { StudyManifest } from '#src/study/manifest.ts';
import { readManifest, readStudyTable } from '#src/study/read-study.ts';
import { epochName, madeEpoch } from '../support/made-run.ts';
import { CLI, runCli, temporaryFolder } from '../support/run-cli.ts';
import { hasSharedData, sharedData } from '../support/shared-data.ts';

const samples = fileURLToPath(new URL('../../samples', import.meta.url));
const sampleRuns = ['tiny-imagenet-cnn', 'tiny-imagenet-vit', 'tiny-imagenet-vit-bad'].map((run) => join(samples, run));
const TRUNCATED = /epoch-0003\.safetensors: .*(ends|bytes|size)/;
const OTHER_CLASSES = 'epoch-0007.safetensors: the head head.weight has 9 classes, but the run has 10.';

let folder: ReturnType<typeof temporaryFolder>;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'run'));
});
afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  folder.remove();
});

const epochs = Array.from({ length: 10 }, (_, epoch) => epoch);
const studyFolder = () => join(folder.path, 'study');
const put = (epoch: number, bytes = madeEpoch(epoch)) =>
  writeFileSync(join(folder.path, 'run', epochName(epoch)), bytes);
const training = (...args: string[]) =>
  runCli(['training', 'run', '--out', 'study', '--no-open', ...args], { cwd: folder.path });

/** Epochs in a seeded random order. */
function shuffled(seed: number): number[] {
  const random = createRandom(seed);
  const order = [...epochs];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** The study, read and checked: every file that its manifest lists is there with its hash. */
async function readableStudy(): Promise<StudyManifest> {
  const store = folderStore(studyFolder());
  const manifest = await readManifest(store);
  for (const [path, hash] of Object.entries(manifest.files)) {
    const bytes = await store.read(path);
    expect(bytes && (await sha256Hex(bytes)), path).toBe(hash);
  }
  return manifest;
}

interface Watching {
  stdout(): string;
  stderr(): string;
  /** Waits until the condition holds; fails when the process ends before. */
  until(condition: () => boolean): Promise<void>;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  ended: Promise<number | null>;
}

function watch(...args: string[]): Watching {
  const all = ['training', 'run', '--watch', '--every', '0.05', '--out', 'study', ...args];
  const child = spawn(process.execPath, [CLI, ...all], {
    cwd: folder.path,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    async until(condition) {
      while (!condition()) {
        if (child.exitCode !== null && !condition())
          throw new Error(`It ended with ${child.exitCode}: ${stdout}${stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .filter((line) => /epoch \d+/.test(line))
    .map((line) => Number(/epoch (\d+)/.exec(line)![1]));

describe('semblance training', () => {
  it('reports curves with their chance levels, phases, what is missing and what would turn it on', async () => {
    for (const epoch of epochs) put(epoch);
    const { code, stdout, stderr } = await training('--q', '0.9');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('run  run, 10 epochs (0 … 9), 10 classes, head head.weight');
    expect(stdout).toMatch(/accuracy +[▁-█]{10} +\d\.\d{4} +\d\.\d{4} +@\d +\d\.\d{4}\n/);
    expect(stdout).toMatch(
      /SAI NCSM·CCSM +[▁-█]{10} +\d\.\d{4} +\d\.\d{4} +@\d +\d\.\d{4} +\d\.\d{4} +-?\d+\.\d +\d\.\d{3}\n/,
    );
    expect(stdout).toMatch(
      /phases .*\n +too few epochs: WSI max, .*\n +WSI max\n +end of surge +not reached: 10 epochs are too few to tell phases; 12 are needed\n/,
    );
    expect(stdout).toMatch(/missing sai\.ncsm_scsm.*: needs a WordNet synset for each class \(labels\)\n/);
    expect(stdout).toMatch(/missing .*sai\.ncsm_tncsm_train.*: needs class templates \(mean features\) of the train/);
    expect(stdout).toContain('no SCSM: no class has a WordNet sense (name them with --labels)');
    expect(stdout).toContain('WSI with q = 0.9; IDM with ties by average rank; SSIM with classes by index');
    expect(stdout).toContain(`study   ${studyFolder()}`);

    const again = await training('--q', '0.9');
    expect(again.stderr).toBe('Nothing was computed: the study was already there.\n');
    expect(again.stdout).toBe(stdout);
  });

  it('prints one JSON object with every measure and the counts behind it', async () => {
    for (const epoch of [0, 1, 2]) put(epoch);
    const { stdout } = await training('--json', '--pair', 'ccsm_tncsm_test', '--ties', 'first', '--name', 'mine');
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ schemaVersion: 1, q: 0.95, ties: 'first', reference: null });
    const [run] = result.runs;
    expect(run).toMatchObject({ id: 'mine', name: 'mine', folder: 'run', problems: [] });
    expect(run.curves.epochs).toEqual([0, 1, 2]);
    expect(run.curves.values['sai.ccsm_tncsm_test']).toHaveLength(3);
    expect(run.measures[2].idm.test.network).toMatchObject({ samples: 200 });
    expect(run.measures[2].sai.ncsm_ccsm.chance).toHaveProperty('mean');
  });

  it('measures every pair with meaning by each reference, the first of them the main one', async () => {
    for (const epoch of [0, 1, 2]) put(epoch);
    const names = Array.from({ length: 10 }, (_, c) => `class ${c}`);
    writeFileSync(join(folder.path, 'labels.txt'), names.join('\n'));
    const square = (value: (i: number, j: number) => number) =>
      [['', ...names], ...names.map((name, i) => [name, ...names.map((_, j) => String(i === j ? 1 : value(i, j)))])]
        .map((row) => row.join(','))
        .join('\n');
    writeFileSync(
      join(folder.path, 'near.csv'),
      square((i, j) => 1 / (1 + Math.abs(i - j))),
    );
    writeFileSync(
      join(folder.path, 'far.csv'),
      square((i, j) => Math.abs(i - j) / 20),
    );
    const labelled = (out: string, ...args: string[]) =>
      runCli(['training', 'run', '--out', out, '--no-open', '--labels', 'labels.txt', ...args], { cwd: folder.path });
    const curves = (stdout: string) => JSON.parse(stdout).runs[0].curves.values;
    const both = await labelled('both', '--json', '--reference', 'near.csv', '--reference', 'far.csv');
    const far = curves((await labelled('far', '--json', '--reference', 'far.csv')).stdout);
    expect(JSON.parse(both.stdout)).toMatchObject({
      reference: { id: 'near' },
      furtherReferences: [{ id: 'far', title: 'far.csv' }],
    });
    const found = curves(both.stdout);
    for (const name of ['', '.spearman', '.kendall', '.ssim', '.z'])
      expect(found[`sai.ncsm_scsm/far${name}`], name).toEqual(far[`sai.ncsm_scsm${name}`]);
    expect(found['idm.semantic/far.errorsOnly']).toEqual(far['idm.semantic.errorsOnly']);
    expect(found['sai.ncsm_scsm']).not.toEqual(far['sai.ncsm_scsm']);
    const gate = await labelled(
      'both',
      '--reference',
      'near.csv',
      '--reference',
      'far.csv',
      '--fail-if',
      'sai.ncsm_scsm/far>-1@2',
    );
    expect(gate.code).toBe(6);
    expect(gate.stdout).toContain('SAI NCSM·SCSM by far');
    expect((await labelled('both', '--reference', 'near.csv', '--measure', 'lch')).stderr).toContain(
      '--measure needs WordNet as a reference',
    );
    const plain = await labelled('plain', '--json', '--reference', 'near.csv', '--no-rank-measures');
    expect(Object.keys(curves(plain.stdout)).filter((name) => /spearman|kendall/.test(name))).toEqual([]);
  });

  it('names the default study by the contents of the run', async () => {
    put(0);
    const at = async () => {
      const { stdout } = await runCli(['training', 'run', '--json'], { cwd: folder.path });
      return JSON.parse(stdout).study as string;
    };
    const before = await at();
    expect(before).toMatch(/semblance-studies[/\\]run-[0-9a-f]{8}$/);
    expect(await at()).toBe(before);
    put(1);
    expect(await at()).not.toBe(before);
  });

  it('reads ten checkpoints at once, one of them truncated and one with another class count', async () => {
    for (const epoch of shuffled(1)) put(epoch);
    put(3, madeEpoch(3).subarray(0, 2000));
    put(7, madeEpoch(7, { classes: 9 }));
    const { code, stdout } = await training('--json');
    expect(code).toBe(0);
    const [run] = JSON.parse(stdout).runs;
    expect(run.curves.epochs).toEqual([0, 1, 2, 4, 5, 6, 8, 9]);
    expect(run.problems).toEqual([
      { file: epochName(3), epoch: 3, message: expect.stringMatching(TRUNCATED) },
      { file: epochName(7), epoch: 7, message: OTHER_CLASSES },
    ]);
    put(3);
    const report = await training();
    expect(report.stdout).toContain('9 epochs (0 … 9)');
    expect(report.stdout).toContain(`problem ${OTHER_CLASSES}\n`);
  });

  it('exits 6 with the found value when a condition of --fail-if holds, and tells what is open', async () => {
    for (const epoch of [0, 1, 2, 3]) put(epoch);
    const met = await training('--fail-if', 'accuracy<0.9@2', '--fail-if', 'wsi.max > 0.1 @ 25');
    expect(met.code).toBe(6);
    expect(met.stderr).toMatch(
      /^failed accuracy<0\.9@2: accuracy is 0\.\d+ at epoch 2, so the condition holds\.\nopen {3}wsi\.max > 0\.1 @ 25: epoch 25 is not reached \(the last is 3\)\.\n$/,
    );
    const notMet = await training('--fail-if', 'accuracy<0.01', '--json');
    expect(notMet.code).toBe(0);
    expect(JSON.parse(notMet.stdout).thresholds).toEqual([
      expect.objectContaining({ run: 'run', threshold: 'accuracy<0.01', status: 'not met', epoch: 3 }),
    ]);
    const unknown = await training('--fail-if', 'acuracy<0.9');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('There is no curve "acuracy" in this run.\nhint  Did you mean accuracy?');
    const malformed = await training('--fail-if', 'accuracy=0.9');
    expect(malformed.code).toBe(2);
    expect(malformed.stderr).toContain('"accuracy=0.9" is not of the form CURVE<NUMBER or CURVE<NUMBER@EPOCH.');
  });

  it.each([
    [['--q', '1'], 2, 'It must be a number between 0 and 1.'],
    [['--pair', 'ncsm_xcsm'], 2, 'There is no pair of similarity matrices "ncsm_xcsm".'],
    [['--at-accuracy', '40'], 2, '--at-accuracy 40: it must look like 80±1 or 80+-1.'],
    [['--every', '0'], 2, 'It must be a number from 0.05 to 86400.'],
    [['--class', 'unicorn'], 2, '--class unicorn: no class has that name or id.'],
    [['--reference', 'none.csv'], 2, '--reference none.csv: the file cannot be read.'],
  ])('refuses %j', async (args, code, message) => {
    put(0);
    const result = await training(...args);
    expect(result.stderr).toContain(message);
    expect(result.code).toBe(code);
  });

  it('says what is wrong with a folder that is no run', async () => {
    const empty = await training();
    expect(empty.code).toBe(3);
    expect(empty.stderr).toContain('run: holds no epoch that can be read.');
    const none = await runCli(['training', 'nowhere'], { cwd: folder.path });
    expect(none.code).toBe(3);
    expect(none.stderr).toContain('nowhere: no such folder.');
  });
});

describe('semblance training --watch', { timeout: 120_000 }, () => {
  it('follows checkpoints in random order, one truncated then completed, one with another class count', async () => {
    const run = watch();
    const order = shuffled(2).filter((epoch) => epoch !== 3);
    for (const epoch of order.slice(0, 5)) {
      put(epoch, madeEpoch(epoch, { classes: epoch === 7 ? 9 : 10 }));
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    put(3, madeEpoch(3).subarray(0, 2000));
    await run.until(() => TRUNCATED.test(run.stderr()));
    expect(linesOf(run.stdout())).not.toContain(3);
    for (const epoch of order.slice(5)) put(epoch, madeEpoch(epoch, { classes: epoch === 7 ? 9 : 10 }));
    put(3);
    await run.until(() => linesOf(run.stdout()).length === 9 && run.stderr().includes(OTHER_CLASSES));
    expect(await run.end('SIGINT')).toBe(0);
    expect(linesOf(run.stdout()).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 9]);
    expect(run.stdout()).toMatch(/^run epoch \d {2}accuracy 0\.\d{4} {2}SAI NCSM·CCSM \d\.\d{4} /m);
    // Each problem is told once, however often the file is tried again.
    expect(run.stderr().split(OTHER_CLASSES)).toHaveLength(2);
    expect(run.stderr()).toContain(`the study is ${studyFolder()}.`);

    const manifest = await readableStudy();
    const [entry] = manifest.instruments.training!.runs;
    expect(entry!.epochs).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 9]);
    expect(entry!.problems.map(({ message }) => message)).toEqual([OTHER_CLASSES]);
  });

  it('killed at random moments leaves a study that is readable, and goes on with it', async () => {
    const random = createRandom(5);
    const order = shuffled(3);
    const known = new Set<number>();
    for (const [k, epoch] of order.entries()) {
      put(epoch);
      const run = watch();
      // The moment falls anywhere from the start of the process to the end of the measuring.
      await new Promise((resolve) => setTimeout(resolve, 150 + random.below(700)));
      await run.end('SIGKILL');
      if (k < 2) continue;
      const manifest = await readableStudy().catch((error: Error) => {
        expect(error.message).toContain('study.json');
        return undefined;
      });
      const measured = manifest?.instruments.training?.runs[0]?.epochs ?? [];
      for (const before of known) expect(measured).toContain(before);
      for (const now of measured) known.add(now);
    }
    const run = watch();
    await run.until(() => linesOf(run.stdout()).length === 10 - known.size || run.stderr().includes('already has 10'));
    await run.end('SIGINT');
    const manifest = await readableStudy();
    const [entry] = manifest.instruments.training!.runs;
    expect(entry!.epochs).toEqual(epochs);
    const records = await readStudyTable<{ epoch: number }>(folderStore(studyFolder()), manifest, entry!.records);
    expect(records.map(({ epoch }) => epoch)).toEqual(epochs);
  });

  it('waits for a folder that is not there yet, and prints an object a line with --json', async () => {
    renameSync(join(folder.path, 'run'), join(folder.path, 'later'));
    const run = watch('--json');
    await run.until(() => run.stderr().includes('nothing has been written yet'));
    renameSync(join(folder.path, 'later'), join(folder.path, 'run'));
    put(0);
    await run.until(() => run.stdout().includes('\n'));
    expect(JSON.parse(run.stdout().split('\n')[0]!)).toMatchObject({
      schemaVersion: 1,
      run: 'run',
      epoch: 0,
      values: { accuracy: expect.any(Number) },
    });
    expect(await run.end('SIGTERM')).toBe(0);
  });

  it('ends with 6 as soon as a condition holds', async () => {
    const run = watch('--fail-if', 'accuracy<0.999@2');
    put(0);
    await run.until(() => linesOf(run.stdout()).includes(0));
    put(2);
    expect(await run.ended).toBe(6);
    expect(run.stderr()).toMatch(/failed accuracy<0\.999@2: accuracy is 0\.\d+ at epoch 2, so the condition holds\.\n/);
  });

  const hasScript = spawnSync('script', ['--version']).status === 0;
  it.skipIf(!hasScript)('draws a dashboard on a terminal and ends with 0 on Ctrl+C', async () => {
    for (const epoch of [0, 1, 2]) put(epoch);
    // The shell gives way to the command, else Ctrl+C ends the shell too, and some shells report that as 130.
    const command = `exec '${process.execPath}' '${CLI}' training run --watch --every 0.05 --out study --no-open`;
    const { CI: _, ...env } = process.env;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: folder.path,
      env: { ...env, NO_COLOR: '1', TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    children.push(child);
    let screen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const until = async (pattern: RegExp) => {
      while (!pattern.test(screen)) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await until(/run {2}epoch 2[\s\S]*accuracy +[▁-█]{3,8} +0\.\d{4}[\s\S]*WSI max[\s\S]*Ctrl\+C ends/);
    put(3);
    await until(/run {2}epoch 3[\s\S]*Ctrl\+C ends/);
    child.stdin.write('\x03');
    expect(await ended).toBe(0);
  });
});

describe('the bundled runs', { timeout: 60_000 }, () => {
  it('show how similarity grows: chance at first, the CNN faster, the bad run behind from epoch 5', async () => {
    const out = join(folder.path, 'three');
    const { code, stdout } = await runCli(['training', ...sampleRuns, '--json', '--out', out], { cwd: folder.path });
    expect(code).toBe(0);
    const { runs } = JSON.parse(stdout);
    expect(runs.map((run: { problems: unknown[] }) => run.problems)).toEqual([[], [], []]);
    const at = (r: number, curve: string, epoch: number): number => {
      const { curves } = runs[r];
      return curves.values[curve][curves.epochs.indexOf(epoch)];
    };
    const [cnn, vit, bad] = [0, 1, 2] as const;
    for (const run of [cnn, vit, bad]) {
      expect(Math.abs(at(run, 'sai.ncsm_scsm.z', 0))).toBeLessThan(1.1);
      expect(Math.abs(at(run, 'idm.network.errorsOnly', 0) - 0.5)).toBeLessThan(0.01);
      expect(at(run, 'sai.ncsm_scsm.z', 3)).toBeGreaterThan(14);
    }
    // Three digits of the f32 figures; f16 leaves them within 0.0001, which may turn the last of them.
    const expectNear = (run: number, curve: string, points: Record<number, number>) => {
      for (const [epoch, value] of Object.entries(points))
        expect(Math.abs(at(run, curve, Number(epoch)) - value), `${curve} of ${run} at ${epoch}`).toBeLessThan(6e-4);
    };
    expectNear(cnn, 'sai.ncsm_scsm', { 0: 0.771, 1: 0.809, 3: 0.82, 5: 0.827, 10: 0.831, 40: 0.832 });
    expectNear(vit, 'sai.ncsm_scsm', { 0: 0.77, 1: 0.778, 3: 0.808, 5: 0.82, 10: 0.827, 32: 0.827 });
    expectNear(bad, 'sai.ncsm_scsm', { 0: 0.77, 1: 0.796, 3: 0.809, 5: 0.811, 10: 0.812, 12: 0.814 });
    expectNear(cnn, 'idm.network.errorsOnly', { 0: 0.498, 1: 0.686, 3: 0.743 });
    expectNear(vit, 'idm.network.errorsOnly', { 0: 0.506, 1: 0.539, 3: 0.666 });
    // The CNN is faster, as the paper says; the bad run leads the good ViT at first, which the paper does not.
    expect(runs[cnn].phases['wsi.max'].endOfSurge.epoch).toBe(3);
    expect(runs[vit].phases['wsi.max'].endOfSurge.epoch).toBe(8);
    // The CNN's surge is over by epoch 5, and the interval over classes says how surely.
    const { shape, units, endOfSurge } = runs[cnn].phases['sai.ncsm_scsm'];
    expect([shape, units]).toEqual(['learning', 'deviations above chance']);
    expect(endOfSurge.epoch).toBeLessThanOrEqual(5);
    expect(endOfSurge.interval.low).toBeLessThanOrEqual(endOfSurge.epoch);
    expect(endOfSurge.interval.high).toBeGreaterThanOrEqual(endOfSurge.epoch);
    expect(endOfSurge.interval.share).toBeGreaterThan(0.5);
    expect(Object.keys(runs[cnn].phases).length).toBeGreaterThan(15);
    expect(runs[bad].phases['sai.ncsm_scsm'].endOfSurge.status).toBe('not reached');
    expect(at(bad, 'sai.ncsm_scsm', 3)).toBeGreaterThan(at(vit, 'sai.ncsm_scsm', 3));
    expect(at(bad, 'sai.ncsm_scsm', 5)).toBeLessThan(at(vit, 'sai.ncsm_scsm', 5));
    expect(at(bad, 'accuracy', 10)).toBeLessThan(0.12);
    expect(at(vit, 'accuracy', 10)).toBeGreaterThan(0.22);
    expect(at(bad, 'wsi.max', 2) / at(vit, 'wsi.max', 2)).toBeGreaterThan(2);
    const gap = (run: number) =>
      runs[run].curves.values['gap.ncsm_tncsm'].filter((value: number | null) => value !== null);
    for (const run of [cnn, vit, bad]) expect(Math.max(...gap(run))).toBeLessThan(0.007);

    const ranking = async (...args: string[]) =>
      (await runCli(['training', ...sampleRuns, '--at-accuracy', '27±1', '--out', out, ...args])).stdout;
    const report = await ranking();
    expect(report).toContain('runs at the same epochs');
    expect(report).toMatch(
      /1 \* {2}tiny-imagenet-cnn +11 +0\.2752 +0\.8312 +0\.\d{4} … 0\.\d{4} +29\.\d .*\n +2 \* {2}tiny-imagenet-vit +16 .* 0\.0031 \(-0\.\d{4} … 0\.\d{4}\) .*not told from tiny-imagenet-cnn@11\n/,
    );
    expect(report).toContain('the best-aligned checkpoint of each run; 5 more in the band with --all-checkpoints');
    expect(report).toContain(
      '* none is as good in accuracy, SAI NCSM·SCSM, errors-only WIDM and Max WSI (lower is better)',
    );
    expect(await ranking('--all-checkpoints')).toMatch(
      /2 \* {2}tiny-imagenet-cnn +13 .*not told from tiny-imagenet-cnn@11\n/,
    );
    const { atAccuracy } = JSON.parse(await ranking('--json'));
    expect(atAccuracy).toMatchObject({
      onePerRun: true,
      leftOut: 5,
      criteria: ['accuracy', 'alignment', 'mistakes', 'crowding'],
      templateSplit: 'test',
    });
    expect(atAccuracy.ranking.map(({ behind }: { behind: unknown }) => behind === null)).toEqual([true, false]);
    const cat = await runCli(['training', ...sampleRuns, '--class', 'n02124075', '--out', out]);
    expect(cat.stdout).toMatch(/^Egyptian cat {2}n02124075\n/);
    expect(cat.stdout).toMatch(/Tiny-ImageNet-100, 32 px, CNN, half of its final neighbours from epoch \d+ on\n/);
    expect(cat.stdout).toMatch(/ 0 +\d+\/50 .*\n/);
  });
});

describe('golden figures', () => {
  const golden = JSON.parse(readFileSync(new URL('../golden/training-runs.json', import.meta.url), 'utf8')).runs;

  /** The largest distance of a run's curves from the figures of NumPy, SciPy and scikit-image, by kind of measure. */
  async function distances(path: string, run: string): Promise<Record<string, number>> {
    const { stdout } = await runCli(['training', path, '--json', '--ssim-order', 'index', '--out', studyFolder()]);
    const { epochs: at, values } = JSON.parse(stdout).runs[0].curves;
    const worst: Record<string, number> = {};
    const compare = (kind: string, curve: string, epoch: string, expected: number) => {
      const found = values[curve][at.indexOf(Number(epoch))];
      // The sample keeps templates of some epochs only.
      if (found === null && path.startsWith(samples) && /tncsm|typicality/.test(curve)) return;
      expect(typeof found, `${curve} at ${epoch}`).toBe('number');
      worst[kind] = Math.max(worst[kind] ?? 0, Math.abs(found - expected));
    };
    for (const [epoch, figures] of Object.entries<Record<string, never>>(golden[run])) {
      const { sai, idm, wsi, typicality, accuracy } = figures as unknown as Record<string, never>;
      for (const [pair, measures] of Object.entries<Record<string, number>>(sai!))
        for (const [measure, value] of Object.entries(measures))
          compare(
            pair === 'ccsm_scsm' ? 'predictions' : 'sai',
            `sai.${pair}${measure === 'cosine' ? '' : `.${measure}`}`,
            epoch,
            value,
          );
      for (const [reference, values_] of Object.entries<Record<string, number>>(idm!))
        for (const kind of ['all', 'errorsOnly'])
          compare(reference === 'semantic' ? 'predictions' : 'nidm', `idm.${reference}.${kind}`, epoch, values_[kind]!);
      for (const kind of ['mean', 'max', 'min']) compare('wsi', `wsi.${kind}`, epoch, wsi![kind]);
      for (const split of ['test', 'train'])
        for (const kind of ['correct', 'wrong'])
          compare(
            'typicality',
            `typicality.${split}.${kind}`,
            epoch,
            (typicality![split] as Record<string, { cosine: number }>)[kind]!.cosine,
          );
      compare('predictions', 'accuracy', epoch, accuracy!);
    }
    return worst;
  }

  describe.skipIf(!hasSharedData)('of the full runs', () => {
    it.each(['tiny-imagenet-cnn', 'tiny-imagenet-vit'])('%s to 1e-6', async (run) => {
      const worst = await distances(`${sharedData}/runs/${run}`, run);
      for (const [kind, value] of Object.entries(worst)) expect(value, kind).toBeLessThan(1e-6);
    });
  });

  it.each(['tiny-imagenet-cnn', 'tiny-imagenet-vit'])('of the bundled %s, as far as f16 leaves them', async (run) => {
    const { predictions, nidm, ...others } = await distances(join(samples, run), run);
    expect(predictions).toBeLessThan(1e-12);
    expect(nidm).toBeLessThan(1e-4);
    for (const [kind, value] of Object.entries(others)) expect(value, kind).toBeLessThan(1e-4);
  });
});

describe('semblance PATH', () => {
  it.each([
    ['what a logger writes', ['run.json', 'epoch-0000.safetensors'], true],
    ['checkpoints with epochs in their names', ['resnet_e07.safetensors', 'resnet_e08.safetensors'], true],
    ['numbered models', ['model.1.safetensors', 'model.2.safetensors', 'model.3.safetensors'], true],
    ['networks of several sizes', ['resnet20.safetensors', 'resnet56.safetensors'], false],
    ['networks of several patch sizes', ['vit_b_16.safetensors', 'vit_b_32.safetensors'], false],
  ])('%s: a run or not', async (_, names, isRun) => {
    for (const [epoch, name] of names.entries())
      writeFileSync(join(folder.path, 'run', name), name === 'run.json' ? '{}' : madeEpoch(epoch));
    const child = spawn(process.execPath, [CLI, 'run', '--no-open', '--port', '0'], {
      cwd: folder.path,
      env: { ...process.env, NO_COLOR: '1' },
    });
    children.push(child);
    let stderr = '';
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (text.includes('Ctrl+C ends')) child.kill('SIGINT');
    });
    expect(await ended).toBe(0);
    expect(stderr).toContain(
      isRun ? 'Found 0 models, 1 training run and 0 studies; skipped 0.' : 'Found 2 models and 0 studies; skipped 0.',
    );
    expect(stderr.includes('WSI max')).toBe(isRun);
  });
});
