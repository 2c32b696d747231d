/**
 * All measures of one training epoch from head and predictions: three alignments by four measures with their exact
 * chance levels, Spearman's ρ, NIDM and WIDM, WSI; then with the class templates of two splits as well: four more
 * alignments, typicality and the histogram of mistakes. Against the same in NumPy, SciPy and scikit-image (without the
 * chance levels) on the same arrays in the same minute, with the figures compared: written class by class as the
 * formulas read, and vectorised, where what is left is mostly a matrix product. Both sides in processor time, the least
 * of several runs, with one BLAS thread: other work on the machine hardly changes it.
 *
 * Run `node bench/training-epoch.bench.mjs` after a build; PYTHON names an interpreter that has the three.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeNpy } from '../dist/formats/npy/write-npy.js';
import { epochMeasurer } from '../dist/measures/training/epoch-measures.js';
import { splitTemplates, templateCosines } from '../dist/measures/training/split-templates.js';
import { createRandom } from '../dist/statistics/random.js';
import { processorTime, threadLimit } from './support/measure.mjs';

const peer = fileURLToPath(new URL('peers/training_epoch.py', import.meta.url));

/** A made epoch: classes in groups of five, features around their class, predictions half of them wrong. */
function makeEpoch(classes, dimensions, samples) {
  const random = createRandom(1);
  const normals = (n) => Float32Array.from({ length: n }, () => random.normal());
  const groups = normals(Math.ceil(classes / 5) * dimensions);
  const own = normals(classes * dimensions);
  const head = {
    rows: classes,
    cols: dimensions,
    data: own.map((value, k) => value + groups[Math.floor(k / dimensions / 5) * dimensions + (k % dimensions)]),
  };
  const scsm = { rows: classes, cols: classes, data: new Float64Array(classes * classes) };
  for (let i = 0; i < classes; i++)
    for (let j = 0; j < classes; j++)
      scsm.data[i * classes + j] =
        1 / (1 + Math.ceil(2 * Math.log2(1 + Math.abs(Math.floor(i / 5) - Math.floor(j / 5)) * 5 + (i === j ? 0 : 1))));
  const split = (n) => {
    const target = Uint16Array.from({ length: n }, (_, i) => i % classes);
    const prediction = target.map((t) =>
      random.next() < 0.5
        ? t
        : random.next() < 0.5
          ? Math.min(classes - 1, t - (t % 5) + random.below(5))
          : random.below(classes),
    );
    const noise = normals(8192);
    const data = new Float32Array(n * dimensions);
    for (let i = 0; i < n; i++)
      for (let d = 0; d < dimensions; d++)
        data[i * dimensions + d] = head.data[target[i] * dimensions + d] + 2 * noise[(i * 977 + d * 131) & 8191];
    const features = { rows: n, cols: dimensions, data };
    const templates = splitTemplates(features, target, classes, prediction);
    return {
      target,
      prediction,
      templates,
      templateCosine: templateCosines(features, target, templates.all.templates),
    };
  };
  return {
    input: { epoch: 1, classes, head, test: split(samples), train: split(Math.min(samples, 5 * classes)) },
    scsm,
  };
}

function writeArrays(folder, { input, scsm }) {
  const write = (name, shape, data) => writeFileSync(join(folder, `${name}.npy`), encodeNpy(data, shape));
  const matrix = (name, m) => write(name, [m.rows, m.cols], m.data);
  matrix('head', input.head);
  matrix('scsm', scsm);
  for (const split of ['test', 'train'])
    for (const kind of ['all', 'correct', 'wrong']) {
      matrix(`${split}_${kind}`, input[split].templates[kind].templates);
      write(`${split}_${kind}_count`, [input.classes], Float32Array.from(input[split].templates[kind].counts));
    }
  write('target', [input.test.target.length], Float32Array.from(input.test.target));
  write('prediction', [input.test.prediction.length], Float32Array.from(input.test.prediction));
  write('cosine', [input.test.target.length], input.test.templateCosine);
}

/** The peer's figures, or undefined where no Python has its packages. */
function runPeer(folder, repeats, scope) {
  for (const python of [process.env.PYTHON, 'python3', '/usr/bin/python3'])
    if (python)
      try {
        execFileSync(python, ['-c', 'import numpy, scipy, skimage'], { stdio: 'ignore' });
        return JSON.parse(
          execFileSync(python, [peer, folder, String(repeats), ...scope], {
            encoding: 'utf8',
            maxBuffer: 2 ** 28,
            env: { ...process.env, ...threadLimit(1) },
          }),
        );
      } catch {}
  return undefined;
}

/** The largest difference between our figures and the peer's. */
function largestDifference(ours, theirs) {
  const differences = [];
  for (const [pair, measures] of Object.entries(theirs.sai))
    for (const [name, value] of Object.entries(measures)) differences.push(ours.sai[pair][name] - value);
  for (const reference of ['network', 'semantic'])
    for (const kind of ['all', 'errorsOnly'])
      differences.push(ours.idm.test[reference][kind] - theirs.idm[reference][kind]);
  for (const name of ['mean', 'max', 'min']) differences.push(ours.wsi[name] - theirs.wsi[name]);
  for (const [split, kinds] of Object.entries(theirs.typicality ?? {}))
    for (const kind of Object.keys(kinds))
      differences.push(ours.typicality[split][kind].cosine - theirs.typicality[split][kind]);
  differences.push(ours.spearman.ncsm_scsm - theirs.spearman);
  theirs.mistakes?.forEach((count, k) => {
    differences.push(count - ours.mistakes.test.counts[k]);
  });
  return Math.max(...differences.map(Math.abs));
}

const base = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
try {
  for (const [classes, dimensions, samples, repeats] of [
    [100, 1280, 10_000, 100],
    [1000, 1280, 50_000, 5],
  ]) {
    const made = makeEpoch(classes, dimensions, samples);
    const folder = join(base, String(classes));
    mkdirSync(folder);
    writeArrays(folder, made);
    const { head, test, train, ...rest } = made.input;
    const bare = { ...rest, head, test: { target: test.target, prediction: test.prediction } };
    console.log(
      `C = ${classes}, D = ${dimensions}, ${samples.toLocaleString('en')} predictions, load ${loadavg()[0].toFixed(1)}`,
    );
    for (const [what, input, scope] of [
      ['head and predictions', bare, []],
      ['with class templates', made.input, ['templates']],
    ]) {
      const measure = epochMeasurer({ semantic: made.scsm });
      const run = () => measure(input);
      const plain = runPeer(folder, Math.ceil(repeats / 5), [...scope, 'plain']);
      // The clock of processor time may tick slowly, so runs are timed by the score where one is short.
      const batch = Math.ceil(repeats / 5);
      const ours = () =>
        processorTime(() => {
          for (let i = 0; i < batch; i++) run();
        }, 12) / batch;
      const first = ours();
      const vectorised = runPeer(folder, Math.ceil(repeats / 5), scope);
      const ms = Math.min(first, ours());
      console.log(`  ${what}: ${ms.toFixed(2)} ms`);
      if (!plain || !vectorised) {
        console.log('    no Python with NumPy, SciPy and scikit-image found (PYTHON names one)');
        continue;
      }
      for (const [style, theirs] of [
        ['class by class', plain],
        ['vectorised', vectorised],
      ]) {
        const difference = largestDifference(run(), theirs.result).toExponential(1);
        console.log(
          `    ${style}: ${theirs.ms.toFixed(1)} ms, ${(theirs.ms / ms).toFixed(1)}×; figures differ by ${difference}`,
        );
      }
    }
  }
} finally {
  rmSync(base, { recursive: true, force: true });
}
