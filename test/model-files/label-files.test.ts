import { describe, expect, it } from 'vitest';
import { loadClassModel } from '#src/analyses/classes/load-class-model.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { findLabelFile } from '#src/model-files/label-files.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';
import { table, u8, writeTflite } from '../support/tflite-writer.ts';
import { zipArchive } from '../support/zip-writer.ts';

const ROWS = 4;
const NAMES = ['cat', 'dog', 'horse', 'ship'];
const text = (value: string) => new TextEncoder().encode(value);
const values = (n: number) => Array.from({ length: n }, (_, i) => Math.sin(i + 1));
const model = (rows = ROWS) =>
  writeSafetensors({ 'fc.weight': { shape: [rows, 3], data: Float32Array.from(values(rows * 3)) } });
const tfliteModel = (rows = ROWS) =>
  writeTflite({
    tensors: [
      { name: 'x', shape: [1, 3] },
      { name: 'w', shape: [rows, 3], values: values(rows * 3) },
      { name: 'y', shape: [1, rows] },
    ],
    operators: [{ code: 9, inputs: [0, 1], outputs: [2], options: table(u8(0)) }],
    inputs: [0],
    outputs: [2],
  });
/** A TFLite file with a text behind it, as the metadata writer appends it. */
function withAppended(bytes: Uint8Array, name: string, content: Uint8Array): Uint8Array {
  const directoryOffset = bytes.length + 30 + name.length + content.length;
  const archive = zipArchive([{ name, bytes: content, claim: { offset: bytes.length } }], {
    claim: { directoryOffset },
  });
  return Uint8Array.from([...bytes, ...archive]);
}

const load = async (name: string, bytes: Uint8Array, beside: Record<string, Uint8Array> = {}, more = {}) => {
  const source = memorySource(name, bytes, new Map(Object.entries(beside)));
  const { rows, droppedRows } = await loadClassModel({ source, ...more }, loadWordNet);
  return { names: rows.classes.map((one) => one.name), notes: rows.notes.join('\n'), droppedRows };
};

describe('class names beside a model', () => {
  it.each<[string, string]>([
    ['labels.txt', NAMES.join('\n')],
    ['classes.txt', NAMES.join('\r\n')],
    ['net.txt', NAMES.join('\n')],
    ['net_labels.txt', NAMES.join('\n')],
    ['imagenet_classes.txt', NAMES.join('\n')],
    ['coco.names', NAMES.join('\n')],
    ['label_map.pbtxt', NAMES.map((name, i) => `item { id: ${i} name: '${name}' }`).join('\n')],
    ['class_indices.json', JSON.stringify(Object.fromEntries(NAMES.map((name, i) => [name, i])))],
    ['data.yaml', `nc: 4\nnames: [${NAMES.join(', ')}]`],
  ])('%s is taken, and said so', async (file, content) => {
    const { names, notes } = await load('net.safetensors', model(), { [file]: text(content) });
    expect(names).toEqual(NAMES);
    expect(notes).toContain(`Class names are taken from ${file}. Others are given with --labels.`);
  });

  it('of several the surest is taken and the others are named', async () => {
    const beside = { 'labels.txt': text(NAMES.join('\n')), 'classes.txt': text('a\nb\nc\nd') };
    const { names, notes } = await load('net.safetensors', model(), beside);
    expect(names).toEqual(NAMES);
    expect(notes).toContain('taken from labels.txt; classes.txt would do as well');
  });

  it('with another count are not used, and said so', async () => {
    const { names, notes } = await load('net.safetensors', model(), { 'labels.txt': text('a\nb') });
    expect(names).toEqual(['class 0', 'class 1', 'class 2', 'class 3']);
    expect(notes).toContain('labels.txt has 2 names, which do not fit the rows of the head: not used.');
    // One name too few is a slip where the head has no row of background.
    expect((await load('net.safetensors', model(), { 'labels.txt': text('a\nb\nc') })).notes).toContain('has 3 names');
  });

  it('that cannot be read do no harm', async () => {
    const { notes } = await load('net.safetensors', model(), { 'labels.json': text('{'), 'data.yaml': text('a: [') });
    expect(notes).toMatch(/labels\.json is not used as labels: .*\n.*data\.yaml is not used as labels/);
  });

  it('give way to what the model says itself, and to --labels', async () => {
    const beside = {
      'labels.txt': text('a\nb\nc\nd'),
      'config.json': text(JSON.stringify({ id2label: Object.fromEntries(NAMES.entries()) })),
    };
    expect((await load('net.safetensors', model(), beside)).names).toEqual(NAMES);
    const labels = { kind: 'names', source: 'mine.txt', labels: ['w', 'x', 'y', 'z'] };
    const given = await load('net.safetensors', model(), beside, { labels });
    expect(given.names).toEqual(['w', 'x', 'y', 'z']);
    expect(given.notes).not.toContain('labels.txt');
  });

  it('are not asked for one by one over HTTP', async () => {
    const asked: string[] = [];
    const source = {
      ...memorySource('net.safetensors', model()),
      siblingsCost: true as const,
      sibling: async (name: string) => {
        asked.push(name);
        return undefined;
      },
    };
    await findLabelFile(source, await openModel(source), () => true);
    expect(asked).toEqual([]);
  });
});

describe('class names within a TFLite model', () => {
  it('are taken from the archive at its end, before any beside it', async () => {
    const bytes = withAppended(tfliteModel(), 'labelmap.txt', text(NAMES.join('\n')));
    const { names, notes } = await load('net.tflite', bytes, { 'labels.txt': text('a\nb\nc\nd') });
    expect(names).toEqual(NAMES);
    expect(notes).toContain('taken from net.tflite/labelmap.txt; labels.txt would do as well');
  });

  it('may leave out the row of background', async () => {
    const bytes = withAppended(tfliteModel(ROWS + 1), 'labels.txt', text(NAMES.join('\n')));
    const { names, droppedRows } = await load('net.tflite', bytes);
    expect(names).toEqual(NAMES);
    expect(droppedRows.map(({ row }) => row)).toEqual([0]);
  });

  it('of another count, or in a broken archive, are told of', async () => {
    const other = withAppended(tfliteModel(), 'labelmap.txt', text('a\nb'));
    expect((await load('net.tflite', other)).notes).toContain('net.tflite/labelmap.txt has 2 names, which do not fit');
  });
});
