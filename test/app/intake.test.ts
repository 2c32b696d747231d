import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { encodeSafetensors } from '#src/formats/safetensors/write-safetensors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { withoutExif } from '../../app/src/kit/analyse/decode-picture.ts';
import { chosenFiles, MOST_FILES } from '../../app/src/kit/analyse/dropped-files.ts';
import { takeIn } from '../../app/src/kit/analyse/intake.ts';

const checkpoint = readFileSync(
  fileURLToPath(new URL('../../samples/tiny-imagenet-vit-bad/epoch-0001.safetensors', import.meta.url)),
);
const drop = (files: Record<string, Uint8Array | string>) =>
  Object.entries(files).map(([path, content]) => ({
    path,
    file: new File([content as Uint8Array<ArrayBuffer>], path.split('/').at(-1)!),
  }));
/** A list of class names. */
const names = (count: number, of = 'thing'): string =>
  Array.from({ length: count }, (_, i) => `${of} ${String.fromCharCode(97 + (i % 26))}${i}`).join('\n');
/** What was found, by names. */
async function found(drops: Record<string, Uint8Array | string>[], runs = true, canRun = false) {
  const {
    models,
    runs: folders,
    networks,
    features,
    pictures,
    skipped,
  } = await takeIn(drops.map(drop), { runs, canRun });
  return {
    models: models.map(({ source }) => source.name),
    labels: models.map(({ labels }) => (labels?.kind === 'names' ? labels.labels.length : undefined)),
    from: models.map(({ labels }) => (labels?.kind === 'names' ? labels.source : undefined)),
    runLabels: folders.map(({ labels }) => (labels?.kind === 'names' ? labels.source : undefined)),
    runs: folders.map(({ folder }) => folder.name),
    networks: networks.map(({ source }) => source.name),
    features: features.map(({ name }) => name),
    pictures: pictures.map(({ name, label }) => `${name} ${label ?? '-'}`),
    skipped: skipped.map(({ file, reason }) => `${file} ${reason}`),
  };
}

describe('a JPEG without what browsers turn it by', () => {
  const segment = (marker: number, text: string): number[] => [0xff, marker, 0, text.length + 2, ...Buffer.from(text)];
  const start = [0xff, 0xd8];
  const rest = [...segment(0xdb, 'table'), 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xe1, 3];

  it('keeps everything else as it is', () => {
    const xmp = segment(0xe1, 'http://x');
    const file = Uint8Array.from([...start, ...segment(0xe0, 'JFIF'), ...segment(0xe1, 'Exif\0\0II'), ...xmp, ...rest]);
    expect([...withoutExif(file)]).toEqual([...start, ...segment(0xe0, 'JFIF'), ...xmp, ...rest]);
    const plain = Uint8Array.from([...start, ...rest]);
    expect(withoutExif(plain)).toEqual(plain);
  });

  it('is as it was where it is cut short', () => {
    for (const length of [2, 3, 5, 8]) {
      const file = Uint8Array.from([...start, ...segment(0xe0, 'JFIF')]).subarray(0, length);
      expect([...withoutExif(file)]).toEqual([...file]);
    }
  });
});

describe('what is dropped on the page', () => {
  it('is a network by its bytes, with the class names beside it; the rest is told', async () => {
    expect(
      await found([
        {
          'a.safetensors': checkpoint,
          'names.txt': names(100),
          'notes.pdf': '%PDF',
          'me.jpg': 'x',
          'config.json': '{}',
        },
      ]),
    ).toEqual({
      models: ['a.safetensors'],
      labels: [100],
      from: ['names.txt'],
      runs: [],
      runLabels: [],
      networks: [],
      features: [],
      pictures: [],
      skipped: ['notes.pdf is no model that is known', 'me.jpg is a picture'],
    });
  });

  it('is a run where a folder counts epochs, with its files as they lie in it', async () => {
    const files = {
      'runs/mine/epoch-1.safetensors': checkpoint,
      'runs/mine/epoch-2.safetensors': checkpoint,
      'runs/mine/run.json': '{}',
    };
    expect(await found([files])).toMatchObject({ models: [], runs: ['mine'], skipped: [] });
    const [{ folder }] = (await takeIn([drop(files)], { runs: true, canRun: false })).runs as [
      { folder: import('#src/runs/run-folder.ts').RunFolder },
    ];
    expect((await folder.list()).map(({ name }) => name).sort()).toEqual([
      'epoch-1.safetensors',
      'epoch-2.safetensors',
      'run.json',
    ]);
    expect((await folder.open('epoch-2.safetensors')).byteLength).toBe(checkpoint.length);
    await expect(folder.open('epoch-3.safetensors')).rejects.toThrow('mine: has no file epoch-3.safetensors.');
  });

  it('is one network where the folder of a SavedModel is dropped', async () => {
    const folder = fileURLToPath(
      new URL('../fixtures/cases/formats/tensorflow-saved-model/keras-export/', import.meta.url),
    );
    const parts = ['saved_model.pb', 'variables/variables.index', 'variables/variables.data-00000-of-00001'];
    const dropped = Object.fromEntries(
      parts.map((part) => [`net/${part}`, new Uint8Array(readFileSync(folder + part))]),
    );
    expect((await found([dropped])).models).toEqual(['saved_model.pb']);
    const { models } = await takeIn([drop(dropped)], { runs: true, canRun: false });
    expect(detectHead(await openModel(models[0]!.source)).tensor).toBe('Logits/kernel');
  });

  it('is a run of checkpoints in folders of their own', async () => {
    const files = {
      'out/checkpoint-10/model.safetensors': checkpoint,
      'out/checkpoint-20/model.safetensors': checkpoint,
    };
    expect(await found([files])).toMatchObject({ models: [], runs: ['out'] });
  });

  it('is networks where two checkpoints are dropped side by side, one after another, or when asked for', async () => {
    const two = { 'epoch-1.safetensors': checkpoint, 'epoch-9.safetensors': checkpoint, 'config.json': '{}' };
    expect(await found([two])).toMatchObject({ models: ['epoch-1.safetensors', 'epoch-9.safetensors'], runs: [] });
    const three = { ...two, 'epoch-10.safetensors': checkpoint };
    expect(await found([three])).toMatchObject({ models: [], runs: ['run'] });
    expect(await found([three], false)).toMatchObject({ runs: [], models: { length: 3 } });
    const one = Object.entries(three).map(([name, content]) => ({ [name]: content }));
    expect(await found([one[0]!, one[1]!, one[3]!])).toMatchObject({ runs: [], models: { length: 3 } });
  });

  it('keeps networks of the same name apart, each with the class names it came with', async () => {
    expect(
      await found([{ 'model.safetensors': checkpoint, 'names.txt': names(100) }, { 'model.safetensors': checkpoint }]),
    ).toMatchObject({ models: ['model.safetensors', 'model.safetensors'], labels: [100, undefined] });
  });

  it('has the class names that fit a network, and says of every other text what it is not', async () => {
    const model = { 'a.safetensors': checkpoint };
    const texts = {
      'LICENSE.txt': names(100, 'clause'),
      'README.txt': 'What this is.\n\nAnd more.\n',
      'about.txt': names(7),
      'broken.txt': 'n01440764 one\nn01440764 two\n',
      'classes.txt': names(100, 'class'),
      'zebra.txt': names(100),
    };
    expect(await found([{ ...model, ...texts }])).toMatchObject({
      from: ['classes.txt'],
      skipped: [
        expect.stringMatching(/^broken\.txt cannot be read as a list of class names: .*n01440764/),
        'LICENSE.txt is no list of class names, by its name',
        'README.txt is no list of class names, by its name',
        'about.txt is no list of class names for what was dropped: it has 7, which no network has',
        'zebra.txt is a list of class names, and another was taken',
      ],
    });
    // Without one that fits there is none; a wrong one never stands in.
    expect(await found([{ ...model, 'names.txt': names(99) }])).toMatchObject({
      from: [undefined],
      skipped: ['names.txt is no list of class names for what was dropped: it has 99, which no network has'],
    });
    expect((await found([{ 'names.txt': names(3), 'me.jpg': 'x' }])).skipped[0]).toBe(
      'names.txt is a list of class names, and no network came with it',
    );
  });

  it('has class names by the place and the name of their list', async () => {
    expect(
      await found([
        {
          'a/x.safetensors': checkpoint,
          'a/names.txt': names(100),
          'b/x.safetensors': checkpoint,
          'b/names.txt': names(100),
          'y.safetensors': checkpoint,
          'labels.txt': names(100),
          'y-list.txt': names(100),
        },
      ]),
    ).toMatchObject({
      from: ['y-list.txt', 'names.txt', 'names.txt'],
      skipped: ['labels.txt is a list of class names, and another was taken'],
    });
  });

  it('takes class names that are dropped after the network, and for those only that have none', async () => {
    const [one, two] = [{ 'one.safetensors': checkpoint }, { 'two.safetensors': checkpoint, 'two.txt': names(100) }];
    expect(await found([one, { 'late.txt': names(100) }])).toMatchObject({ from: ['late.txt'], skipped: [] });
    expect(await found([{ 'early.txt': names(100) }, one, two])).toMatchObject({ from: ['early.txt', 'two.txt'] });
    expect(await found([two, { 'late.txt': names(100) }])).toMatchObject({
      from: ['two.txt'],
      skipped: ['late.txt is a list of class names, and another was taken'],
    });
    const run = { 'run/epoch-1.safetensors': checkpoint, 'run/epoch-2.safetensors': checkpoint };
    expect(await found([run, { 'a.txt': names(5), 'late.txt': names(100) }])).toMatchObject({
      runLabels: ['late.txt'],
      skipped: [expect.stringContaining('a.txt is no list of class names')],
    });
  });

  it('tells of what lay beside networks and was read by none, once they were read', async () => {
    const files = {
      'm/a.safetensors': checkpoint,
      'm/config.json': '{"id2label":{"0":"cat"}}',
      'm/README.md': '#',
      'more.yaml': 'a: 1',
    };
    const dropped = [drop(files), drop({ 'config.json': '{}', 'weights.bin': 'x' })];
    const { models, beside, skipped } = await takeIn(dropped, { runs: true, canRun: false });
    expect(skipped).toEqual([]);
    await models[0]!.source.sibling('nothing.json');
    await (await models[0]!.source.sibling('config.json'))!.read(0, 2);
    const unused = ['m/README.md', 'more.yaml', 'config.json', 'weights.bin'];
    expect(beside.unused.map(({ file }) => file).sort()).toEqual([...unused].sort());
    expect(beside.used).toEqual(['0/m/config.json']);
    // What was read once is not passed over where it need not be read again.
    const again = await takeIn(dropped, { runs: true, canRun: false, used: beside.used });
    expect(again.beside.unused.map(({ file }) => file).sort()).toEqual([...unused].sort());
  });

  it('tells of what a run did not read, and has the class names beside its checkpoints, of which some may be broken', async () => {
    const [log, lines] = ['{"epoch":1}\n', names(100)];
    const inside = { 'run/epoch-1.safetensors': checkpoint, 'run/epoch-2.safetensors': checkpoint };
    const files = { ...inside, 'run/log.txt': lines, 'run/run.json': '{}', 'run/one/metrics.jsonl': log };
    const { runs, beside, skipped } = await takeIn([drop(files)], { runs: true, canRun: false });
    expect(runs[0]!.labels).toBeUndefined();
    expect(skipped).toEqual([]);
    await runs[0]!.folder.open('run.json');
    expect(beside.unused).toEqual(
      ['run/log.txt', 'run/one/metrics.jsonl'].map((file) => ({ file, reason: 'is not read of a training run' })),
    );
    await (await runs[0]!.folder.open('epoch-1.safetensors')).sibling('log.txt');
    expect(beside.unused.map(({ file }) => file)).toEqual(['run/one/metrics.jsonl']);
    const sideBySide = {
      'epoch-1.safetensors': new Uint8Array(9),
      'epoch-2.safetensors': checkpoint,
      'epoch-3.safetensors': checkpoint,
      'names.txt': lines,
    };
    expect(await found([sideBySide])).toMatchObject({ runs: ['run'], runLabels: ['names.txt'], skipped: [] });
  });

  it('is features where arrays are maps of the same pictures, and weights otherwise', async () => {
    const map = (images: number) => ({
      dtype: 'f32' as const,
      shape: [images, 2, 3, 3],
      data: new Float32Array(images * 18),
    });
    const head = { dtype: 'f32' as const, shape: [4, 2], data: new Float32Array(8) };
    expect(
      await found([
        {
          'maps.npy': encodeNpy(new Float32Array(36), [2, 2, 3, 3]),
          'head.npy': encodeNpy(new Float32Array(8), [4, 2]),
          'said.safetensors': encodeSafetensors({ late: { ...head } }, { format: 'semblance-features' }),
          'layers.safetensors': encodeSafetensors({ a: map(4), 'head.weight': head }),
          'conv.safetensors': encodeSafetensors({ 'a.weight': map(4), 'fc.weight': head }),
          'unequal.safetensors': encodeSafetensors({ a: map(4), b: map(5) }),
        },
      ]),
    ).toMatchObject({
      features: ['layers.safetensors', 'maps.npy', 'said.safetensors'],
      models: ['conv.safetensors', 'head.npy', 'unequal.safetensors'],
    });
  });

  it('is pictures with the networks that run on them, named and labelled as on the command line', async () => {
    const onnx = readFileSync(fileURLToPath(new URL('../../samples/emoji/networks/cnn.onnx', import.meta.url)));
    const photos = { 'photos/dog/b.png': 'x', 'photos/cat/deep/a.jpg': 'x', 'photos/Zebra/c.webp': 'x' };
    const pictures = ['Zebra/c.webp Zebra', 'cat/deep/a.jpg cat', 'dog/b.png dog'];
    const one = { 'cnn.onnx': onnx, 'a.safetensors': checkpoint, ...photos };
    expect(await found([one], true, true)).toMatchObject({
      networks: ['cnn.onnx'],
      models: ['a.safetensors'],
      pictures,
      skipped: [],
    });
    // One after the other, and beside one another in a folder.
    expect(await found([{ 'cnn.onnx': onnx }, photos], true, true)).toMatchObject({ networks: ['cnn.onnx'], pictures });
    const within = Object.fromEntries(Object.entries(photos).map(([path, text]) => [`all/${path}`, text]));
    expect(await found([{ 'all/cnn.onnx': onnx, ...within }], true, true)).toMatchObject({ pictures });
    expect(await found([{ 'cnn.onnx': onnx, 'a.png': 'x', 'b.png': 'x' }], true, true)).toMatchObject({
      pictures: ['a.png -', 'b.png -'],
    });
    // Where nothing can be run, weights alone are looked at.
    expect(await found([one])).toMatchObject({ networks: [], models: { length: 2 }, skipped: { length: 3 } });
    expect((await found([photos], true, true)).skipped[0]).toBe(
      'Zebra/c.webp is a picture, and no ONNX network came with it',
    );
  });

  it('is left to its reader when dropped alone, so that what is wrong with it is told', async () => {
    expect(await found([{ 'me.jpg': 'x' }])).toMatchObject({ models: ['me.jpg'], skipped: [] });
  });

  it('is refused where it is too much, and not taken in part', () => {
    const file = new File([''], 'a');
    expect(() => chosenFiles(Array.from({ length: MOST_FILES + 1 }, () => file))).toThrow(/More than 20,000 files/);
  });
});
