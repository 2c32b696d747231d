import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError, SemblanceError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { counting } from '../support/byte-writer.ts';
import { CLASSIFIER_CFG, CLASSIFIER_VALUES, darknetWeights } from '../support/darknet-writer.ts';

const beside = (cfg: string, name = 'net.cfg') => new Map([[name, new TextEncoder().encode(cfg)]]);
const open = (cfg: string, values: readonly number[], version?: [number, number, number]) =>
  openModel(memorySource('net.weights', darknetWeights(values, version), beside(cfg)));

const TAIL = '[avgpool]\n\n[softmax]\ngroups=1\n';

describe('Darknet weights', () => {
  it('takes the order of the numbers from the .cfg beside', async () => {
    const file = await open(CLASSIFIER_CFG, CLASSIFIER_VALUES);
    expect(file).toMatchObject({
      format: 'darknet',
      metadata: { version: '0.2.5', seen: 640, configuration: 'net.cfg' },
    });
    expect([...file.tensors.values()].map(({ name, shape }) => [name, shape])).toEqual([
      ['0.convolutional.bias', [4]],
      ['0.convolutional.scales', [4]],
      ['0.convolutional.running_mean', [4]],
      ['0.convolutional.running_var', [4]],
      ['0.convolutional.weight', [4, 3, 3, 3]],
      ['2.convolutional.bias', [3]],
      ['2.convolutional.weight', [3, 4, 1, 1]],
    ]);
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: '2.convolutional.weight', classes: 3, features: 4 });
    expect(head.reason).toContain('(softmax ← avgpool ← convolutional)');
    expect([...(await head.readTemplates()).data]).toEqual(counting(12));
  });

  it('counts pictures in 32 bits before version 0.2', async () => {
    const file = await open(CLASSIFIER_CFG, CLASSIFIER_VALUES, [0, 1, 0]);
    expect(file.metadata.seen).toBe(640);
    expect([...(await detectHead(file).readTemplates()).data]).toEqual(counting(12));
  });

  it('a softmax before the mean leads to the same layer', async () => {
    const cfg = CLASSIFIER_CFG.replace(TAIL, '[softmax]\n\n[avgpool]\n\n[cost]\ntype=sse\n');
    const head = detectHead(await open(cfg, CLASSIFIER_VALUES));
    expect(head.reason).toContain('(cost ← avgpool ← softmax ← convolutional)');
  });

  it('a connected layer reads all places, and has its weights before its statistics', async () => {
    const cfg = `[net]\nwidth=2\nheight=2\nchannels=2\n[connected]\noutput=3\nbatch_normalize=1\nactivation=relu\n[connected]\noutput=2\nactivation=linear\n[softmax]\n`;
    const file = await open(cfg, [...[1, 1, 1], ...counting(24), ...Array(9).fill(1), ...[5, 6], ...counting(6, 10)]);
    expect([...file.tensors.keys()]).toEqual([
      '0.connected.bias',
      '0.connected.weight',
      '0.connected.scales',
      '0.connected.running_mean',
      '0.connected.running_var',
      '1.connected.bias',
      '1.connected.weight',
    ]);
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: '1.connected.weight', classes: 2, features: 3 });
    expect([...(await head.readTemplates()).data]).toEqual(counting(6, 10));
  });

  it('batch normalisation behind the head multiplies its rows', async () => {
    const cfg = `[net]\nwidth=1\nheight=1\nchannels=2\n[convolutional]\nfilters=2\nbatch_normalize=1\nactivation=linear\n[avgpool]\n[softmax]\n`;
    // Biases, scales, means, variances, weights.
    const head = detectHead(await open(cfg, [0, 0, 2, 3, 0, 0, 4, 9, 1, 2, 3, 4]));
    const templates = await head.readTemplates();
    expect([...templates.data].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([1, 2, 3, 4]);
    expect(head.reason).toContain('which multiplies each row by a number of its own');
  });

  it('keeps groups, routes, shortcuts, upsampling and reorg in mind', async () => {
    const cfg = `[net]\nwidth=4\nheight=4\nchannels=4
[convolutional]\nfilters=4\nsize=3\npad=1\ngroups=2\nactivation=relu
[convolutional]\nfilters=4\nsize=1\nstride=2\nactivation=relu
[upsample]\nstride=2
[shortcut]\nfrom=-3\nactivation=linear
[route]\nlayers=-1,0
[reorg]\nstride=2
[convolutional]\nfilters=2\nsize=1\nactivation=linear
[avgpool]
[softmax]
`;
    const file = await open(cfg, [...Array(4 + 72 + 4 + 16).fill(1), ...Array(2).fill(1), ...counting(64)]);
    expect(file.tensors.get('0.convolutional.weight')!.shape).toEqual([4, 2, 3, 3]);
    expect(detectHead(file)).toMatchObject({ tensor: '6.convolutional.weight', classes: 2, features: 32 });
  });

  it.each([
    ['final', 'yolo_final.weights'],
    ['a number', 'yolo_1000.weights'],
  ])('finds the .cfg of weights that end in %s', async (_, name) => {
    const source = memorySource(name, darknetWeights(CLASSIFIER_VALUES), beside(CLASSIFIER_CFG, 'yolo.cfg'));
    expect((await openModel(source)).metadata.configuration).toBe('yolo.cfg');
  });

  it('asks for the .cfg where there is none', async () => {
    const source = memorySource('yolo_final.weights', darknetWeights(CLASSIFIER_VALUES));
    await expect(openModel(source)).rejects.toThrow(
      'yolo_final.weights: is a file of weights of Darknet, which says nothing of its layers, and there is no yolo_final.cfg or yolo.cfg beside it.',
    );
  });
});

describe('Darknet detectors', () => {
  const yolo = (filters: number, mask: string) =>
    `[convolutional]\nfilters=${filters}\nsize=1\nactivation=linear\n[yolo]\nmask=${mask}\nclasses=2\nnum=5\n`;
  const NET = '[net]\nwidth=2\nheight=2\nchannels=3\n';

  it('takes the class rows of [yolo] layers, the mean of their anchors, side by side', async () => {
    const cfg = `${NET}${yolo(14, '0,1')}[route]\nlayers=-4\n[convolutional]\nfilters=4\nsize=1\nactivation=leaky\n${yolo(21, '2,3,4')}`;
    await expect(open(cfg, [0, 0])).rejects.toThrow(/layers of \[route\] in line/);
    const whole = cfg.replace('[route]\nlayers=-4\n', '');
    const file = await open(whole, [
      ...Array(14).fill(0),
      ...counting(42),
      ...Array(4 + 56).fill(0),
      ...Array(21).fill(0),
      ...counting(84),
    ]);
    const head = detectHead(file);
    expect(head).toMatchObject({ classes: 2, features: 3 + 4 });
    expect(head.reason).toContain('a detector, from the [yolo] layers back');
    expect(head.reason).toContain('the mean of 2 to 3 anchors, 2 levels side by side');
    // Of the first level: rows 5 and 12 of class 0, 6 and 13 of class 1.
    const { data } = await head.readTemplates();
    expect([...data.slice(0, 3)]).toEqual([15, 16, 17].map((value) => (value + value + 21) / 16));
    expect([...data.slice(7, 10)]).toEqual([18, 19, 20].map((value) => (value + value + 21) / 16));
    const second = await detectHead(file, { anchor: 2 }).readTemplates();
    expect([...second.data.slice(0, 3)]).toEqual([36, 37, 38].map((value) => value / 8));
  });

  it('takes those of a [region] layer', async () => {
    const cfg = `${NET}[convolutional]\nfilters=16\nsize=1\nactivation=linear\n[region]\nclasses=3\ncoords=4\nnum=2\nsoftmax=1\n`;
    const head = detectHead(await open(cfg, [...Array(16).fill(0), ...counting(48)]));
    expect(head).toMatchObject({ classes: 3, features: 3 });
    expect(head.backgroundRow).toBeUndefined();
    expect(detectHead(await open(cfg, [...Array(16).fill(0), ...counting(48)]), { classCount: 3 }).classes).toBe(3);
  });

  it.each<[string, string, string]>([
    [
      'filters that the anchors do not need',
      `${NET}${yolo(15, '0,1')}`,
      'net.cfg: layer 0 has 15 filters, but the [yolo] behind it needs 14: 2 anchors of 5 + 2 classes.',
    ],
    [
      'a detector without a convolution',
      `${NET}[convolutional]\nfilters=1\nactivation=linear\n[maxpool]\n[yolo]\nclasses=2\n`,
      'net.cfg: layer 2 ([yolo]) does not stand behind a convolution.',
    ],
    [
      'the first version of YOLO',
      `${NET}[connected]\noutput=7\nactivation=linear\n[detection]\nclasses=2\n`,
      'net.cfg: [detection] in line 8 is the detector of YOLO',
    ],
  ])('%s', async (_, cfg, message) => {
    const count = message.includes('15') ? 60 : message.includes('[detection]') ? 91 : 4;
    await expect(open(cfg, Array(count).fill(0))).rejects.toThrow(message);
  });
});

describe('broken Darknet files', () => {
  it.each<[string, string, string]>([
    ['no [net]', '[softmax]\n', 'net.cfg: the configuration must begin with [net].'],
    ['no layers', '[net]\nwidth=8\n', 'net.cfg: the configuration has no layers.'],
    ['a line that is none', '[net]\nwidth\n', 'net.cfg: line 2 is "width", where [section] or key=value is expected.'],
    [
      'a number that is none',
      CLASSIFIER_CFG.replace('filters=4', 'filters=many'),
      'net.cfg: filters of [convolutional] in line 6 is "many", where a whole number from 1 is expected.',
    ],
    [
      'a layer that is not known',
      CLASSIFIER_CFG.replace('[maxpool]', '[lstm]'),
      'net.cfg: the layer [lstm] in line 14 is not read; how many weights it has in the file is not known.',
    ],
    [
      'weights that are shared',
      CLASSIFIER_CFG.replace('filters=3', 'filters=3\nshare_index=0\n#'),
      'net.cfg: the layer [convolutional] with share_index in line 18 is not read',
    ],
    [
      'scales that are left out',
      CLASSIFIER_CFG.replace('batch_normalize=1', 'batch_normalize=1\ndontloadscales=1'),
      'net.cfg: the layer [convolutional] with dontloadscales in line 6 is not read',
    ],
    [
      'a shortcut with weights',
      CLASSIFIER_CFG.replace('[avgpool]', '[shortcut]\nfrom=-1\nweights_type=per_feature\n[avgpool]'),
      'net.cfg: the layer [shortcut] with weights_type in line 25 is not read',
    ],
    [
      'another network, larger',
      CLASSIFIER_CFG.replace('filters=3', 'filters=30'),
      'net.weights: 2.convolutional.bias (30) of net.cfg lies at bytes 516 to 636, but the file has 576 bytes.',
    ],
    [
      'another network, smaller',
      CLASSIFIER_CFG.replace('filters=3', 'filters=2'),
      'net.weights: the layers of net.cfg end at byte 556, but the file has 576 bytes.',
    ],
    [
      'a kernel larger than its input',
      CLASSIFIER_CFG.replace('size=3', 'size=20').replace('pad=1', 'pad=0'),
      'net.cfg: [convolutional] in line 6 makes 4×-11×-11 of its input; sides from 1 to 1000000 are read.',
    ],
    [
      'layers beyond any memory',
      CLASSIFIER_CFG.replace('filters=4', 'filters=999999').replace('size=3', 'size=999'),
      'net.cfg',
    ],
  ])('%s', async (_, cfg, message) => {
    await expect(open(cfg, CLASSIFIER_VALUES)).rejects.toThrow(message);
    await expect(open(cfg, CLASSIFIER_VALUES)).rejects.toThrow(SemblanceError);
  });

  it('is refused wherever it is cut off', async () => {
    const whole = darknetWeights(CLASSIFIER_VALUES);
    for (let length = 24; length < whole.length; length++)
      await expect(
        openModel(memorySource('net.weights', whole.slice(0, length), beside(CLASSIFIER_CFG))),
      ).rejects.toThrow(FormatError);
  });
});
