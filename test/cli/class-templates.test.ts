import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultPreprocessing } from '#src/activations/images/preprocess.ts';
import { extractFeatures } from '#src/activations/model/extract-features.ts';
import { probeModel, tapModel } from '#src/activations/model/vision-model.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { encodeSafetensors } from '#src/formats/safetensors/write-safetensors.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { createRandom } from '#src/statistics/random.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { readManifest, readStudyMatrix, readStudyTable } from '#src/study/read-study.ts';
import { writePicture } from '../support/made-pictures.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { hasSharedData, sharedData } from '../support/shared-data.ts';
import { madePicture, tinyVisionModel } from '../support/tiny-vision-model.ts';

const NAMES = ['cat', 'dog', 'horse', 'ship', 'truck'];
const EACH = 4;
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const put = (name: string, bytes: Uint8Array | string) => writeFileSync(join(folder.path, name), bytes);
const cli = (...args: string[]) => runCli(['classes', ...args, '--out', 'study', '--no-open'], { cwd: folder.path });
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await cli(...args, '--json');
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(stdout);
};

/** Pictures of the first four classes, and a folder of no class. */
async function writePictures(): Promise<void> {
  for (let c = 0; c < 4; c++)
    for (let i = 0; i < EACH; i++)
      await writePicture(join(folder.path, 'photos'), `${NAMES[c]}/${i}.png`, madePicture(c, i));
  await writePicture(join(folder.path, 'photos'), 'unicorn/0.png', madePicture(9, 0));
}

/** Mean vectors of a layer over the pictures of each class, by the library's parts. */
async function meanFeatures(layer: string, width: number): Promise<Float32Array> {
  const source = memorySource('m.onnx', tinyVisionModel());
  const preprocessing = defaultPreprocessing(16);
  const model = await tapModel(await probeModel({ source, preprocessing }, { runtime: () => loadRuntime() }), [layer]);
  const images = Array.from({ length: 4 * EACH }, (_, i) => ({
    name: String(i),
    load: async () => madePicture(Math.floor(i / EACH), i % EACH),
  }));
  const means = new Float32Array(4 * width);
  await extractFeatures(
    model,
    images,
    ({ indices, outputs }) => {
      const { data } = outputs.get(layer)!;
      const size = data.length / indices.length;
      indices.forEach((index, k) => {
        for (let j = 0; j < size; j++)
          means[Math.floor(index / EACH) * width + Math.floor((j * width) / size)]! +=
            (data[k * size + j]! / EACH / size) * width;
      });
    },
    {},
  );
  await model.session.close();
  return means;
}

/** The scores of the pictures, by the library's parts. */
async function logitsOf(bytes: Uint8Array): Promise<number[][]> {
  const source = memorySource('m.onnx', bytes);
  const model = await tapModel(await probeModel({ source }, { runtime: () => loadRuntime() }), ['logits']);
  const rows: number[][] = [];
  await extractFeatures(
    model,
    Array.from({ length: 4 * EACH }, (_, i) => ({
      name: String(i),
      load: async () => madePicture(Math.floor(i / EACH), i % EACH),
    })),
    ({ indices, outputs }) => {
      const { data } = outputs.get('logits')!;
      indices.forEach((index, k) => {
        rows[index] = [...data.subarray(k * 5, (k + 1) * 5)];
      });
    },
    {},
  );
  await model.session.close();
  return rows;
}

function mostFrequent(values: readonly number[]): number {
  const count = (value: number): number => values.filter((other) => other === value).length;
  return values.reduce((a, b) => (count(b) > count(a) ? b : a));
}

async function studyMatrix(model: number) {
  const store = folderStore(join(folder.path, 'study'));
  const manifest = await readManifest(store);
  return readStudyMatrix(store, manifest, manifest.instruments.classes!.models[model]!.matrix!);
}

describe('semblance classes --templates', () => {
  it('gives a model by its weights and by its mean features, and how far the two agree', async () => {
    put('tiny.onnx', tinyVisionModel());
    put('names.txt', NAMES.join('\n'));
    await writePictures();
    const args = ['tiny.onnx', '--labels', 'names.txt', '--templates', 'photos'];
    const result = await json(...args);
    expect(result.models.map(({ id }: { id: string }) => id)).toEqual(['tiny', 'tiny-templates']);
    expect(result.models[0].templates).toBeUndefined();
    const { templates, head, zeroTemplates, warnings, ssad } = result.models[1];
    expect(templates).toMatchObject({
      source: 'photos',
      layer: 'vector',
      pooling: 'none',
      counts: [4, 4, 4, 4, 0],
      weights: 'tiny',
      agreement: { classes: 4, cosine: expect.any(Number) },
    });
    expect(head).toMatchObject({
      tensor: 'vector',
      classes: 5,
      features: 12,
      reason: 'mean over the pictures of each class',
    });
    expect(zeroTemplates).toEqual([4]);
    expect(warnings).toEqual([
      'Not from classifier weights: class templates are the mean of vector over 16 pictures of photos, 4 of each of 4 classes.',
      'Classes without pictures are in no measure: truck.',
      'Folders that stand for no class: unicorn (no class is called so).',
      "Assumed of the model's input: the mean and deviation of ImageNet.",
    ]);
    expect(ssad.classes).toBe(4);
    expect(result.nsad.spearman[0][1]).toEqual(expect.any(Number));

    const expected = cosineSimilarityMatrix({ rows: 4, cols: 12, data: await meanFeatures('vector', 12) });
    const found = await studyMatrix(1);
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) expect(found.data[i * 5 + j]).toBeCloseTo(expected.data[i * 4 + j]!, 5);
    expect(found.data[4]).toBeNaN();

    const { stdout, stderr } = await cli(...args);
    expect(stdout).toContain('tiny (templates)');
    expect(stdout).toMatch(/layer {3}vector, 5 classes × 12 features/);
    expect(stdout).toMatch(/agrees {2}with the weights: SAI\(NCSM, TNCSM\) 0\.\d{4} \(by chance .*4 classes/);
    expect(stderr).toContain('Nothing was computed');
  });

  it('says what the network takes the pictures for, as a second run of it does', async () => {
    put('tiny.onnx', tinyVisionModel());
    put('names.txt', NAMES.join('\n'));
    await writePictures();
    const { models, findings } = await json('tiny.onnx', '--labels', 'names.txt', '--templates', 'photos');
    const { predictions } = models[1].templates;
    const scores = await logitsOf(tinyVisionModel());
    const best = scores.map((row) => row.indexOf(Math.max(...row)));
    const right = best.filter((c, i) => c === Math.floor(i / EACH)).length;
    expect(predictions).toMatchObject({
      output: 'logits',
      samples: 16,
      accuracy: right / 16,
      predictedClasses: new Set(best).size,
      beyondStudy: 0,
      // All five classes are among the first five.
      top5: null,
    });
    expect(models[0].templates).toBeUndefined();
    const store = folderStore(join(folder.path, 'study'));
    const manifest = await readManifest(store);
    const confusion = await readStudyMatrix(store, manifest, predictions.confusion);
    const expected = new Float32Array(25);
    best.forEach((c, i) => {
      expected[Math.floor(i / EACH) * 5 + c]!++;
    });
    expect([...confusion.data]).toEqual([...expected]);
    const ccsm = await readStudyMatrix(store, manifest, predictions.ccsm);
    expect(ccsm.data[0]).toBe(1);
    expect(ccsm.data[24]).toBeNaN();
    const rows = await readStudyTable<{ picture: string; class: number; best: number[] }>(
      store,
      manifest,
      predictions.table,
    );
    expect(rows.map((row) => row.best[0])).toEqual(best);
    expect(rows[0]).toMatchObject({ picture: 'cat/0.png', class: 0 });
    // From best to worst.
    scores.forEach((row, i) => {
      expect(rows[i]!.best).toEqual([0, 1, 2, 3, 4].sort((a, b) => row[b]! - row[a]!));
    });
    expect(findings.map(({ rule }: { rule: string }) => rule)).toContain('classes.predictions');
  });

  it('counts pictures that are taken for classes which are not compared as wrong, in no matrix', async () => {
    put('tiny.onnx', tinyVisionModel());
    put('names.txt', NAMES.join('\n'));
    // A second model without the class that the first one sees most.
    const scores = await logitsOf(tinyVisionModel());
    const best = scores.map((row) => row.indexOf(Math.max(...row)));
    const gone = mostFrequent(best);
    put(
      'four.safetensors',
      encodeSafetensors({ 'head.weight': { dtype: 'f32', shape: [4, 3], data: [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0] } }),
    );
    const samples = NAMES.filter((_, c) => c !== gone).map((label, i) => ({ id: `${i}`, label }));
    put(
      'own.safetensors',
      encodeSafetensors(
        { features: { dtype: 'f32', shape: [4, 3], data: [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0] } },
        { samples: JSON.stringify(samples) },
      ),
    );
    put('four.txt', NAMES.filter((_, c) => c !== gone).join('\n'));
    await writePictures();
    const { models } = await json(
      ...['tiny.onnx', '--labels', 'names.txt', '--templates', 'photos'],
      ...['--shared', 'four.safetensors', '--labels', 'four.txt', '--templates', 'own.safetensors'],
    );
    const { predictions } = models[1].templates;
    const kept = best.flatMap((c, i) => (Math.floor(i / EACH) === gone ? [] : [[Math.floor(i / EACH), c]]));
    expect(predictions.samples).toBe(kept.length);
    expect(predictions.beyondStudy).toBe(kept.filter(([, c]) => c === gone).length);
    expect(predictions.beyondStudy).toBeGreaterThan(0);
    expect(predictions.accuracy).toBeCloseTo(kept.filter(([t, c]) => t === c).length / kept.length, 12);
  });

  it('takes the place of weights where there is no classifier, with folders as classes and any layer', async () => {
    put('tiny.onnx', tinyVisionModel());
    await writePictures();
    const result = await json('tiny.onnx', '--head', 'none', '--templates', 'photos', '--template-layer', 'late');
    expect(result.models).toHaveLength(1);
    expect(result.models[0]).toMatchObject({
      id: 'tiny-templates',
      labels: { set: 'photos' },
      templates: { layer: 'late', pooling: 'mean', weights: null, agreement: null },
      ranking: expect.arrayContaining([expect.objectContaining({ class: 'n02121620' })]),
    });
    const expected = cosineSimilarityMatrix({ rows: 4, cols: 12, data: await meanFeatures('late', 12) });
    const found = await studyMatrix(0);
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) expect(found.data[i * 5 + j]).toBeCloseTo(expected.data[i * 4 + j]!, 5);
    // A head whose classes nobody named is not compared with folders of names.
    const { models } = await json('tiny.onnx', '--templates', 'photos');
    expect(models).toHaveLength(1);
    expect(models[0].warnings.at(-1)).toMatch(/What looks like a classifier, head with 5 rows, is not compared/);
  });

  it('takes features that were computed elsewhere, for models that do not run', async () => {
    const random = createRandom(5);
    const draw = (length: number) => Float32Array.from({ length }, () => random.normal());
    const samples = Array.from({ length: 10 }, (_, i) => ({ id: `${i}`, name: `${i}.png`, label: NAMES[i % 5] }));
    const features = draw(10 * 12);
    put('model.safetensors', encodeSafetensors({ 'fc.weight': { dtype: 'f32', shape: [5, 12], data: draw(60) } }));
    put(
      'features.safetensors',
      encodeSafetensors(
        {
          pooled: { dtype: 'f32', shape: [10, 12], data: features },
          logits: { dtype: 'f32', shape: [10, 5], data: draw(50) },
        },
        { samples: JSON.stringify(samples) },
      ),
    );
    put('names.txt', NAMES.join('\n'));
    const both = await json('model.safetensors', '--labels', 'names.txt', '--templates', 'features.safetensors');
    expect(both.models[1].templates).toMatchObject({ layer: 'pooled', counts: [2, 2, 2, 2, 2], weights: 'model' });
    const means = Float32Array.from({ length: 60 }, (_, k) => (features[k]! + features[k + 60]!) / 2);
    const expected = cosineSimilarityMatrix({ rows: 5, cols: 12, data: means });
    (await studyMatrix(1)).data.forEach((value, k) => {
      expect(value).toBeCloseTo(expected.data[k]!, 5);
    });
    const alone = await json('features.safetensors', '--templates', 'features.safetensors');
    expect(alone.models).toMatchObject([{ name: 'features (templates)', templates: { layer: 'pooled' } }]);
    put('unlabelled.safetensors', encodeSafetensors({ pooled: { dtype: 'f32', shape: [10, 12], data: features } }));
    const without = await cli('model.safetensors', '--labels', 'names.txt', '--templates', 'unlabelled.safetensors');
    expect([without.code, without.stderr]).toEqual([3, expect.stringContaining('does not say of which class')]);
  });

  it('says what is wrong', async () => {
    put('tiny.onnx', tinyVisionModel());
    put('names.txt', NAMES.join('\n'));
    put('others.txt', 'tench\ngoldfish\nstork\ncrane\nhen');
    put(
      'weights.safetensors',
      encodeSafetensors({ 'fc.weight': { dtype: 'f32', shape: [5, 2], data: new Float32Array(10).fill(1) } }),
    );
    put('population.yaml', 'models: []');
    await writePictures();
    const fails = async (...args: string[]) => {
      const { code, stderr } = await cli(...args, '--templates', 'photos');
      return [code, stderr];
    };
    expect(await fails('weights.safetensors', '--labels', 'names.txt')).toEqual([
      3,
      expect.stringContaining('only ONNX models run; this is safetensors'),
    ]);
    expect(await fails('tiny.onnx', '--labels', 'names.txt', '--template-layer', 'lat')).toEqual([
      2,
      expect.stringContaining('Did you mean "late"?'),
    ]);
    expect(await fails('tiny.onnx', '--labels', 'others.txt')).toEqual([
      4,
      expect.stringContaining('0 of its 5 folders or labels stand for a class of tiny.onnx'),
    ]);
    expect(await fails('population.yaml')).toEqual([2, expect.stringContaining('population.yaml is a population')]);
  });
});

describe.skipIf(!hasSharedData)('real models', () => {
  it('have the templates that PyTorch made of the same pictures', async () => {
    const run = `${sharedData}/runs/tiny-imagenet-cnn`;
    const { labels } = JSON.parse(readFileSync(`${run}/run.json`, 'utf8')) as { labels: string[] };
    put('wnids.txt', labels.join('\n'));
    const result = await json(
      `${sharedData}/models/tiny-imagenet-100/cnn.onnx`,
      ...['--labels', 'wnids.txt', '--templates', `${sharedData}/images/tiny-imagenet-100-val`],
      ...['--mean', '.48,.448,.398', '--std', '.277,.269,.282'],
    );
    expect(result.models[1].templates.counts).toEqual(new Array(100).fill(50));
    const epoch = await openModel(await fileSource(`${run}/epoch-0040.safetensors`));
    const { shape, data } = await epoch.tensors.get('split.test.template')!.read();
    const expected = cosineSimilarityMatrix({ rows: shape[0]!, cols: shape[1]!, data: Float32Array.from(data) });
    const found = await studyMatrix(1);
    const differences = found.data.map((value, k) => Math.abs(value - expected.data[k]!));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });
});
