import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { parseLabels } from '#src/semantics/label-files/parse-labels.ts';
import { memoryStore } from '#src/study/store.ts';
import { headOf, ncsmDifference } from '../support/real-heads.ts';
import { hasSharedData, sharedData } from '../support/shared-data.ts';

const RESNET8 = 'cifar-10/mlperf_resnet8.h5';
const DARKNET = 'imagenet-1k/darknet_tiny_tfjs/model.json';
const DOODLENET = 'quickdraw/doodlenet_tfjs/model.json';

describe.skipIf(!hasSharedData)('the heads of real Keras and TF.js models', () => {
  it.each([
    [RESNET8, 'model_weights/dense/dense/kernel:0', 10, 64, 1, 'softmax Dense'],
    [DARKNET, 'conv2d_16/kernel', 1000, 128, 3, 'GlobalAveragePooling2D Conv2D'],
    [DOODLENET, 'dense_1/kernel', 345, 512, 1, 'softmax Dense'],
  ])('%s', async (path, tensor, classes, features, classAxis, way) => {
    const { head, templates } = await headOf(path);
    expect(head).toMatchObject({ tensor, classes, features, classAxis, rejected: [], droppedRows: [] });
    expect(head.reason).toMatch(new RegExp(`\\(${way.replaceAll(' ', ' ← ')}\\)$`));
    expect(head.backgroundRow).toBeUndefined();
    expect(templates).toMatchObject({ rows: classes, cols: features, zeroRows: [] });
  });

  it('has the Darknet of TF.js and of ONNX agree', async () => {
    const [a, b] = await Promise.all([headOf(DARKNET), headOf('imagenet-1k/darknet_tiny.onnx')]);
    expect(ncsmDifference(a.templates, b.templates)).toBeLessThan(1e-6);
  });

  it('has the ResNet8 of Keras and of TFLite agree to 8 bits', async () => {
    const [a, b] = await Promise.all([headOf(RESNET8), headOf('cifar-10/mlperf_resnet8.tflite')]);
    expect(ncsmDifference(a.templates, b.templates)).toBeLessThan(0.01);
  });

  it('lists the optimizer slots of the ResNet8 and takes none for the head', async () => {
    const source = await fileSource(`${sharedData}/models/${RESNET8}`);
    const file = await openModel(source);
    const slot = 'optimizer_weights/Adam/dense/kernel/m:0';
    expect(file.tensors.get(slot)).toMatchObject({ shape: [64, 10], dtype: 'f32' });
    expect(file.metadata).toEqual({ keras_version: '2.4.0', backend: 'tensorflow', model: 'model' });
    expect(file.graphHeads).toHaveLength(1);
    // Nor without the graph, by names and shapes alone.
    const bare = { ...file, graphHeads: undefined, linearLayers: undefined } as unknown as typeof file;
    expect(detectHead(bare).tensor).toBe('model_weights/dense/dense/kernel:0');
  });

  it('reads the descriptions and the head, not the other weights', async () => {
    const darknet = await headOf(DARKNET);
    expect(darknet.moved).toBeLessThan(1000 * 128 * 4 + 3 * 33_236);
    const doodlenet = await headOf(DOODLENET);
    expect(doodlenet.moved).toBeLessThan(512 * 345 * 4 + 3 * 6_801);
    const resnet8 = await headOf(RESNET8);
    expect(resnet8.moved).toBeLessThan(500_000);
  });

  it('compares the DoodleNet classes with WordNet', async () => {
    const source = await fileSource(`${sharedData}/models/${DOODLENET}`);
    const path = `${sharedData}/labels/quickdraw-345.txt`;
    const labels = { kind: 'names' as const, source: path, labels: parseLabels(readFileSync(path, 'utf8'), path) };
    const { manifest } = await analyseClasses([{ source, labels }], {}, memoryStore());
    const [model] = manifest.instruments.classes!.models;
    expect(model).toMatchObject({ format: 'tfjs', head: { classes: 345, dropped: [] } });
    expect(model!.alignment['wordnet-path']!.spearman).toBeGreaterThan(0.05);
  });
});
