import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { UsageError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import type { DetectHeadOptions } from '#src/model-files/head/head-choice.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { message, writeOnnx } from '../support/onnx-writer.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';
import { i32, table, u8, writeTflite } from '../support/tflite-writer.ts';

/** A tensor whose value in row r of feature f is known: 100·anchor + class, plus f thousandths, as `rowOf` says. */
function tensor(shape: readonly number[], rowOf: (row: number) => number = (row) => row) {
  const features = shape.slice(1).reduce((a, b) => a * b, 1);
  const data = Float32Array.from(
    { length: shape[0]! * features },
    (_, i) => rowOf(Math.floor(i / features)) + (i % features) / 1000,
  );
  return { shape: [...shape], data };
}
const byAnchor =
  (perAnchor: number, before = 0) =>
  (row: number) =>
    100 * Math.floor(row / perAnchor) + (row % perAnchor) - before;

async function headOf(tensors: Parameters<typeof writeSafetensors>[0], options: DetectHeadOptions = {}) {
  const head = detectHead(await openModel(memorySource('x.safetensors', writeSafetensors(tensors))), options);
  return { head, templates: await head.readTemplates() };
}

const ssd = {
  'head.classification_head.module_list.0.weight': tensor([4 * 6, 5, 3, 3], byAnchor(6)),
  'head.classification_head.module_list.10.weight': tensor([2 * 6, 3, 3, 3], byAnchor(6)),
  'head.regression_head.module_list.0.weight': tensor([4 * 4, 5, 3, 3]),
  'head.regression_head.module_list.10.weight': tensor([2 * 4, 3, 3, 3]),
  'backbone.conv.weight': tensor([8, 3, 3, 3]),
};

describe('detectors by the names of their layers', () => {
  it('SSD: the mean of the anchors, levels side by side, background first', async () => {
    const { head, templates } = await headOf(ssd);
    expect(head).toMatchObject({
      tensor: 'head.classification_head.module_list.*.weight',
      classes: 6,
      features: 5 * 9 + 3 * 9,
      backgroundRow: 0,
    });
    expect(head.reason).toMatch(
      /^the class scores of SSD; class rows of .*, the mean of 2 to 4 anchors, 2 levels side by/,
    );
    // Class 2: anchors give 2, 102, 202, 302 at the first level and 2, 102 at the second.
    expect(templates.data[2 * templates.cols]).toBeCloseTo(152, 4);
    expect(templates.data[2 * templates.cols + 45]).toBeCloseTo(52, 4);
  });

  it('of a level that is named, all anchors or the one asked for; of another layer none', async () => {
    const head = 'classification_head.module_list.10.weight';
    const { head: found, templates } = await headOf(ssd, { head, anchor: 2 });
    expect(found).toMatchObject({ tensor: `head.${head}`, classes: 6, features: 27 });
    expect(found.reason).toMatch(/^the class scores of SSD, the level that --head names; class rows of .*, anchor 2/);
    expect(templates.data[2 * 27]).toBe(102);
    await expect(headOf(ssd, { head, anchor: 3 })).rejects.toThrow(/--anchor 3 is asked for, but each place has 2/);
    await expect(headOf(ssd, { head: 'backbone.conv.weight', anchor: 1 })).rejects.toThrow(/--anchor is for detectors/);
    const all = await headOf(ssd, { head });
    expect(all.head).toMatchObject({ classes: 6, features: 27 });
    expect(all.templates.data[2 * 27]).toBe(52);
    const matrices = { 'model.24.m.0.weight': tensor([24, 5]), 'model.24.m.1.weight': tensor([24, 5]) };
    const named = { head: 'model.24.m.1.weight' };
    expect((await headOf(matrices, named)).head).toMatchObject({ classes: 24, reason: 'named by --head' });
    expect((await headOf(matrices, { ...named, anchor: 3 })).head).toMatchObject({ classes: 3, features: 5 });
  });

  it('one anchor where it is asked for, and no other than there are', async () => {
    const { head, templates } = await headOf(ssd, { anchor: 2 });
    expect(head.reason).toContain(', anchor 2, 2 levels');
    expect(templates.data[3 * templates.cols]).toBeCloseTo(103, 4);
    await expect(headOf(ssd, { anchor: 3 })).rejects.toThrow(/--anchor 3 is asked for, but each place has 2 anchors/);
    await expect(headOf({ 'fc.weight': tensor([4, 3]) }, { anchor: 1 })).rejects.toThrow(/--anchor is for detectors/);
  });

  it('SSDlite, whose levels are two layers each', async () => {
    const { head } = await headOf({
      'head.classification_head.module_list.0.0.0.weight': tensor([12, 1, 3, 3]),
      'head.classification_head.module_list.0.1.weight': tensor([6 * 4, 12, 1, 1]),
      'head.regression_head.module_list.0.1.weight': tensor([6 * 4, 12, 1, 1]),
    });
    expect(head).toMatchObject({ classes: 4, features: 12, backgroundRow: 0 });
    expect(head.reason).toContain('the mean of 6 anchors');
  });

  it.each<[string, Parameters<typeof writeSafetensors>[0], object]>([
    [
      'RetinaNet',
      {
        'module.head.classification_head.cls_logits.weight': tensor([9 * 7, 16, 3, 3]),
        'module.head.regression_head.bbox_reg.weight': tensor([36, 16, 3, 3]),
      },
      { classes: 7, features: 144 },
    ],
    [
      'Faster R-CNN',
      {
        'roi_heads.box_head.fc7.weight': tensor([32, 64]),
        'roi_heads.box_predictor.cls_score.weight': tensor([5, 32]),
        'roi_heads.box_predictor.bbox_pred.weight': tensor([20, 32]),
      },
      { tensor: 'roi_heads.box_predictor.cls_score.weight', classes: 5, features: 32, backgroundRow: 0 },
    ],
    [
      'YOLO with a branch for classes',
      {
        'model.22.cv2.0.2.weight': tensor([64, 16, 1, 1]),
        'model.22.cv2.1.2.weight': tensor([64, 16, 1, 1]),
        'model.22.cv3.0.2.weight': tensor([8, 10, 1, 1]),
        'model.22.cv3.1.2.weight': tensor([8, 10, 1, 1]),
      },
      { tensor: 'model.22.cv3.*.2.weight', classes: 8, features: 20 },
    ],
    [
      'LR-ASPP',
      {
        'classifier.low_classifier.weight': tensor([5, 4, 1, 1]),
        'classifier.high_classifier.weight': tensor([5, 12, 1, 1]),
      },
      { classes: 5, features: 16, backgroundRow: 0 },
    ],
    [
      'DeepLab',
      {
        'classifier.4.weight': tensor([5, 12, 1, 1]),
        'aux_classifier.4.weight': tensor([5, 6, 1, 1]),
        'classifier.0.project.0.weight': tensor([12, 60, 1, 1]),
      },
      { tensor: 'classifier.4.weight', classes: 5, features: 12 },
    ],
    [
      'DETR',
      { 'class_embed.weight': tensor([5, 12]), 'bbox_embed.layers.2.weight': tensor([4, 12]) },
      { tensor: 'class_embed.weight', classes: 5 },
    ],
  ])('%s', async (_, tensors, expected) => {
    const { head } = await headOf(tensors);
    expect(head).toMatchObject(expected);
  });

  it('YOLO with anchors: the rows of box and objectness are no classes', async () => {
    const { head, templates } = await headOf({
      'model.24.m.0.weight': tensor([3 * 9, 8, 1, 1], byAnchor(9, 5)),
      'model.24.m.1.weight': tensor([3 * 9, 16, 1, 1], byAnchor(9, 5)),
    });
    expect(head).toMatchObject({ classes: 4, features: 24 });
    expect(head.backgroundRow).toBeUndefined();
    expect(Array.from({ length: 4 }, (_, k) => Math.round(templates.data[k * 24]!))).toEqual([100, 101, 102, 103]);
  });

  it('without the layer of boxes the labels tell how many anchors there are; without labels it is a question', async () => {
    const alone = { 'head.classification_head.cls_logits.weight': tensor([9 * 7, 16, 3, 3]) };
    await expect(headOf(alone)).rejects.toThrow(UsageError);
    const { head } = await headOf(alone, { classCount: 7 });
    expect(head).toMatchObject({ classes: 7 });
    expect((await headOf(alone, { classCount: 6 })).head).toMatchObject({ classes: 7, backgroundRow: 0 });
  });

  it('background stays where the labels name it', async () => {
    expect((await headOf(ssd, { classCount: 6 })).head.backgroundRow).toBeUndefined();
    expect((await headOf(ssd, { classCount: 5 })).head.backgroundRow).toBe(0);
  });

  it('by the graph alone: levels that are joined behind a change of shape', async () => {
    const level = (name: string, rows: number, width: number, end: string) => ({
      tensors: [
        { name, shape: [rows, 4, 3, 3], values: Array.from({ length: rows * 36 }, (_, i) => Math.floor(i / 36)) },
        { name: `${name} shape`, type: 'i64' as const, shape: [3], values: [1, -1, width] },
      ],
      nodes: [
        { op: 'Conv', inputs: ['x', name], outputs: [`${name} map`] },
        { op: 'Transpose', inputs: [`${name} map`], outputs: [`${name} turned`], attributes: { perm: [0, 2, 3, 1] } },
        { op: 'Reshape', inputs: [`${name} turned`, `${name} shape`], outputs: [end] },
      ],
    });
    const parts = [
      level('a', 15, 5, 'scores 0'),
      level('b', 10, 5, 'scores 1'),
      level('c', 12, 4, 'boxes 0'),
      level('d', 8, 4, 'boxes 1'),
    ];
    const model = (behind: Parameters<typeof writeOnnx>[0]['nodes'], axis = 1) =>
      writeOnnx({
        inputs: [message([1, 'x'])],
        outputs: ['boxes', 'y'],
        tensors: parts.flatMap(({ tensors }) => tensors),
        nodes: [
          ...parts.flatMap(({ nodes }) => nodes),
          { op: 'Concat', inputs: ['scores 0', 'scores 1'], outputs: ['scores'], attributes: { axis } },
          { op: 'Concat', inputs: ['boxes 0', 'boxes 1'], outputs: ['boxes'], attributes: { axis } },
          ...behind!,
        ],
      });
    const find = async (bytes: Uint8Array, options = {}) =>
      detectHead(await openModel(memorySource('x.onnx', bytes)), options);
    const softmax = await find(model([{ op: 'Softmax', inputs: ['scores'], outputs: ['y'] }]));
    expect(softmax).toMatchObject({ tensor: '*', classes: 5, features: 72, backgroundRow: 0 });
    expect(softmax.reason).toContain('(Softmax ← Concat ← Reshape ← Transpose ← Conv)');
    const templates = await softmax.readTemplates();
    // Class 3 of three anchors is row 3, 8 and 13 of one level, of two anchors row 3 and 8 of the other.
    expect([templates.data[3 * 72], templates.data[3 * 72 + 36]]).toEqual([8, 5.5]);
    const sigmoid = await find(model([{ op: 'Sigmoid', inputs: ['scores'], outputs: ['y'] }]), { anchor: 2 });
    expect(sigmoid.backgroundRow).toBeUndefined();
    expect((await sigmoid.readTemplates()).data[3 * 72]).toBe(8);
    const named = await find(model([{ op: 'Softmax', inputs: ['scores'], outputs: ['y'] }]), { head: 'b', anchor: 2 });
    expect(named).toMatchObject({ tensor: 'b', classes: 5, features: 36, backgroundRow: 0 });
    expect((await named.readTemplates()).data[3 * 36]).toBe(8);
    const suppressed = model([{ op: 'NonMaxSuppression', inputs: ['boxes', 'scores'], outputs: ['y'] }]);
    expect(await find(suppressed)).toMatchObject({ classes: 5, features: 72 });
    await expect(find(model([{ op: 'Softmax', inputs: ['scores'], outputs: ['y'] }], 2))).rejects.toThrow(
      /no classifier head/,
    );

    const names = ['x', 'a', 'b', 'scores 0', 'scores 1', 'flat 0', 'flat 1', 'all', 'boxes', 'anchors', 'y'];
    const map = (rows: number) => [1, 2, 2, rows];
    const weights = [
      [15, 1, 1, 4],
      [10, 1, 1, 4],
    ];
    const flat = [
      [1, 12, 5],
      [1, 8, 5],
      [1, 20, 5],
      [1, 20, 4],
      [20, 4],
      [1, 10],
    ];
    const shapes = [map(4), ...weights, map(15), map(10), ...flat];
    const tflite = writeTflite({
      tensors: names.map((name, i) => ({
        name,
        shape: shapes[i]!,
        ...(/^[ab]$/.test(name) && { values: Array.from({ length: shapes[i]![0]! * 4 }, (_, k) => Math.floor(k / 4)) }),
      })),
      operators: [
        { code: 3, inputs: [0, 1], outputs: [3], options: table(u8(0)) },
        { code: 3, inputs: [0, 2], outputs: [4], options: table(u8(0)) },
        { code: 22, inputs: [3], outputs: [5] },
        { code: 22, inputs: [4], outputs: [6] },
        { code: 2, inputs: [5, 6], outputs: [7], options: table(i32(1)) },
        { code: 32, inputs: [8, 7, 9], outputs: [10] },
      ],
      custom: { 32: 'TFLite_Detection_PostProcess' },
      inputs: [0],
      outputs: [10],
    });
    const found = detectHead(await openModel(memorySource('x.tflite', tflite)));
    expect(found).toMatchObject({ classes: 5, features: 8, backgroundRow: 0 });
    expect((await found.readTemplates()).data[3 * 8]).toBe(8);
  });

  it('in ONNX and TFLite files, whatever stands behind them', async () => {
    const conv = (name: string, rows: number) => ({
      tensor: { name, shape: [rows, 4, 1, 1], values: Array.from({ length: rows * 4 }, (_, i) => i) },
      node: { op: 'Conv', inputs: ['x', name], outputs: [`${name} out`] },
    });
    const layers = [0, 1].flatMap((i) => [
      conv(`head.classification_head.module_list.${i}.weight`, 15),
      conv(`head.regression_head.module_list.${i}.weight`, 12),
    ]);
    const onnx = writeOnnx({
      inputs: [message([1, 'x'])],
      outputs: ['y'],
      tensors: layers.map((layer) => layer.tensor),
      nodes: [
        ...layers.map((layer) => layer.node),
        { op: 'Concat', inputs: layers.map(({ node }) => node.outputs[0]!), outputs: ['y'], attributes: { axis: 1 } },
      ],
    });
    const head = detectHead(await openModel(memorySource('x.onnx', onnx)));
    expect(head).toMatchObject({ classes: 5, features: 8, backgroundRow: 0 });

    const shape = (rows: number) => ({ shape: [rows, 1, 1, 4], values: Array.from({ length: rows * 4 }, (_, i) => i) });
    const tflite = writeTflite({
      tensors: [
        { name: 'x', shape: [1, 2, 2, 4] },
        { name: 'BoxPredictor_0/ClassPredictor/Conv2D', ...shape(15) },
        { name: 'BoxPredictor_0/BoxEncodingPredictor/Conv2D', ...shape(12) },
        { name: 'scores', shape: [1, 2, 2, 15] },
        { name: 'boxes', shape: [1, 2, 2, 12] },
      ],
      operators: [
        { code: 3, inputs: [0, 1], outputs: [3], options: table(u8(0)) },
        { code: 3, inputs: [0, 2], outputs: [4], options: table(u8(0)) },
      ],
      inputs: [0],
      outputs: [3, 4],
    });
    expect(detectHead(await openModel(memorySource('x.tflite', tflite)))).toMatchObject({ classes: 5, features: 4 });
  });
});
