import { describe, expect, it } from 'vitest';
import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { labelSet } from '#src/semantics/label-sets/label-sets.ts';
import { createRandom } from '#src/statistics/random.ts';
import { memoryStore } from '#src/study/store.ts';
import { writeOnnx } from '../support/onnx-writer.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';
import { writeTflite } from '../support/tflite-writer.ts';

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** Seeded normal weights; the rows in `zero` are zero. */
function head(rows: number, features: number, zero: readonly number[] = []): { shape: number[]; data: Float32Array } {
  const random = createRandom(7);
  const data = Float32Array.from({ length: rows * features }, () => random.normal());
  for (const row of zero) data.fill(0, row * features, (row + 1) * features);
  return { shape: [rows, features], data };
}

async function classesOf(bytes: Uint8Array, siblings: Record<string, Uint8Array> = {}, options: object = {}) {
  const source = memorySource('net.bin', bytes, new Map(Object.entries(siblings)));
  const { manifest } = await analyseClasses([{ source, ...options }], { draws: 2 }, memoryStore());
  const section = manifest.instruments.classes!;
  return { section, model: section.models[0]! };
}

/** COCO's 91 ids as the DETR family lists them. */
const coco91 = labelSet('coco-91').classes.map(({ name, unused }) => (unused ? 'N/A' : name));
const config = { 'config.json': json({ id2label: Object.fromEntries(coco91.entries()) }) };
const unused = coco91.flatMap((name, row) => (name === 'N/A' ? [row] : []));

describe('the rows of COCO heads', () => {
  it.each([
    ['DETR', 'class_labels_classifier.weight', {}],
    [
      'YOLOS',
      'class_labels_classifier.layers.2.weight',
      {
        'class_labels_classifier.layers.0.weight': head(16, 16),
        'class_labels_classifier.layers.1.weight': head(16, 16),
      },
    ],
    ['MaskFormer', 'class_predictor.weight', {}],
    ['Mask2Former', 'model.transformer_module.decoder.class_predictor.weight', {}],
  ])('%s: drops and names "no object" and the ids without a class', async (_model, tensor, others) => {
    const bytes = writeSafetensors({ ...others, [tensor]: head(92, 16) });
    const { section, model } = await classesOf(bytes, config);
    expect(model.head).toMatchObject({ tensor, classes: 92 });
    expect(model.head.dropped).toEqual([
      ...unused.map((row) => ({ row, reason: 'is labelled "N/A"' })),
      { row: 91, reason: '"no object" row' },
    ]);
    expect(section.labels).toMatchObject({ classes: 80, resolved: 80 });
    expect(model.warnings).toContain(
      'The head has one row more than the 91 labels; row 91 was taken for the one that means "no object".',
    );
  });

  it('takes the shipped labels in place of a config, and ids that a config leaves out', async () => {
    const bytes = writeSafetensors({ 'class_labels_classifier.weight': head(92, 16) });
    const request = { labels: { kind: 'set', id: 'coco-91' } };
    const bySet = await classesOf(bytes, {}, request);
    expect(bySet.model.head.dropped).toHaveLength(unused.length + 1);
    const named = Object.fromEntries([...coco91.entries()].filter(([, name]) => name !== 'N/A'));
    const byConfig = await classesOf(bytes, { 'config.json': json({ id2label: named }) });
    expect(byConfig.model.head.dropped.map(({ row }) => row)).toEqual([...unused, 91]);
    expect(byConfig.model.head.dropped[0]).toEqual({ row: 0, reason: 'has no label' });
  });

  it('refuses an id that is no row', async () => {
    const bytes = writeSafetensors({ 'fc.weight': head(3, 4) });
    await expect(classesOf(bytes, { 'config.json': json({ id2label: { cat: 0 } }) })).rejects.toThrow(
      'config.json: id2label has the id "cat", where a whole number of at least 0 is expected.',
    );
    await expect(classesOf(bytes, { 'config.json': json({ id2label: { 999999999: 'cat' } }) })).rejects.toThrow(
      'config.json: the highest id of id2label is 999999999; at most 200000 are read.',
    );
  });
});

describe('background rows', () => {
  it('are the first of TensorFlow heads, whatever the number of labels', async () => {
    const bytes = writeTflite({
      tensors: [
        { name: 'x', shape: [1, 8] },
        { name: 'w', shape: [11, 8], values: [...head(11, 8).data] },
        { name: 'scores', shape: [1, 11] },
      ],
      operators: [{ code: 9, inputs: [0, 1], outputs: [2] }],
      inputs: [0],
      outputs: [2],
    });
    const { section, model } = await classesOf(bytes, {}, { labels: { kind: 'set', id: 'cifar-10' } });
    expect(model.head.dropped).toEqual([{ row: 0, reason: 'background row' }]);
    expect(section.labels.classes).toBe(10);
    expect(model.warnings).toContain(
      'The head has one row more than the 10 labels; row 0 was taken for the background.',
    );
  });

  it('are not looked for in other frameworks, where a name is missing', async () => {
    const bytes = writeSafetensors({ 'fc.weight': head(11, 8) });
    await expect(classesOf(bytes, {}, { labels: { kind: 'set', id: 'cifar-10' } })).rejects.toThrow(
      'net.bin: the head has 11 rows, but CIFAR-10 has 10 labels.',
    );
  });

  it('are not looked for where the counts differ by more', async () => {
    const bytes = writeSafetensors({ 'fc.weight': head(12, 8) });
    await expect(classesOf(bytes, {}, { labels: { kind: 'set', id: 'cifar-10' } })).rejects.toThrow(
      'net.bin: no classifier head has 10 rows, one for each class; there are fc.weight (12×8).',
    );
  });
});

describe('rows of the stored tensor', () => {
  it('count for what the graph drops, what labels drop and what is zero alike', async () => {
    const { shape, data } = head(6, 8, [3, 5]);
    const slice = { op: 'Slice', inputs: ['all', 'from', 'to', 'axis'], outputs: ['scores'] };
    const int = (name: string, value: number) => ({ name, type: 'i64' as const, shape: [1], values: [value] });
    const bytes = writeOnnx({
      nodes: [{ op: 'Gemm', inputs: ['x', 'w'], outputs: ['all'], attributes: { transB: 1 } }, slice],
      tensors: [{ name: 'w', shape, values: [...data] }, int('from', 1), int('to', 6), int('axis', 1)],
      outputs: ['scores'],
    });
    const labels = { kind: 'names', source: 'mine.txt', labels: ['cat', 'N/A', 'dog', 'horse', 'frog'] };
    const { section, model } = await classesOf(bytes, {}, { labels });
    expect(detectHead(await openModel(memorySource('net.bin', bytes))).droppedRows).toEqual([0]);
    expect(model.head.dropped).toEqual([
      { row: 0, reason: 'removed by the graph itself' },
      { row: 2, reason: 'is labelled "N/A"' },
    ]);
    expect(model.head.zeroRows).toEqual([3, 5]);
    expect(section.labels.classes).toBe(4);
    // Among the study's classes cat, dog, horse and frog.
    expect(model.zeroTemplates).toEqual([1, 3]);
  });
});
