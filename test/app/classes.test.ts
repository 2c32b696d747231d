import { describe, expect, it } from 'vitest';
import type { ClassModel } from '#src/study/classes-section.ts';
import { neighbourColumns, overlap, sharedEntries } from '../../app/src/instruments/classes/class/neighbour-columns.ts';
import { relabelCommand } from '../../app/src/instruments/classes/class-command.ts';
import type { ClassesData } from '../../app/src/instruments/classes/classes-data.ts';
import { listPairs } from '../../app/src/instruments/classes/pairs/pair-list.ts';
import { meeting } from '../../app/src/instruments/classes/wordnet-meeting.ts';
import { definition, pathFromRoot } from '../../app/src/instruments/classes/wordnet-path.ts';
import { findClasses, shortNames } from '../../app/src/kit/data/class-names.ts';
import { shortModelNames } from '../../app/src/kit/data/model-names.ts';
import { csvBlob } from '../../app/src/kit/export/csv.ts';
import { fixed, signed } from '../../app/src/kit/ui/numbers.ts';

const classes = ['crane', 'crane', 'maillot', 'maillot, tank suit', 'tench, Tinca tinca', 'lion'].map(
  (name, index) => ({
    index,
    name,
    synset: `n0000000${index}`,
    how: 'wnid' as const,
    candidates: [],
  }),
);

describe('names', () => {
  it('are short, and made longer only where two would be the same', () => {
    expect(shortNames(classes)).toEqual([
      'crane n00000000',
      'crane n00000001',
      'maillot',
      'maillot, tank suit',
      'tench',
      'lion',
    ]);
  });
  it('are found by part, the nearest first', () => {
    expect(findClasses(classes, 'tinca')[0]).toEqual({ index: 4, matched: 'Tinca tinca' });
    expect(findClasses(classes, 'maillot').map(({ index }) => index)).toEqual([2, 3]);
    expect(findClasses(classes, 'n00000005').map(({ index }) => index)).toEqual([5]);
    expect(findClasses(classes, '  ')).toEqual([]);
  });
  it('of models lose what all have in common', () => {
    expect(shortModelNames(['mobilenet_v1_0.25_128_quant', 'mobilenet_v2_1.0_224_quant'])).toEqual([
      'v1_0.25_128',
      'v2_1.0_224',
    ]);
    expect(shortModelNames(['resnet', 'vit'])).toEqual(['resnet', 'vit']);
    expect(shortModelNames(['one very long model name'])).toEqual(['one very long model name']);
    expect(shortModelNames(['a long name here', 'a long name here and more'])).toEqual(['here', 'here and more']);
  });
});

describe('numbers', () => {
  it('have a true minus, and none before zero', () => {
    expect([
      fixed(-0.123, 2),
      fixed(-0.0004, 3),
      fixed(Number.NaN),
      fixed(null),
      signed(0.2),
      signed(-0.2),
      signed(0.001),
    ]).toEqual(['−0.12', '0.000', '–', '–', '+0.20', '−0.20', '0.00']);
  });
});

describe('the place in WordNet', () => {
  const row = (id: string, hypernyms: string[], depth: number) => ({
    id,
    names: [id],
    gloss: `${id} gloss; "an example"`,
    hypernyms,
    depth,
  });
  const wordnet = new Map(
    [
      row('entity', [], 0),
      row('thing', ['entity'], 1),
      row('pet', ['thing'], 2),
      row('animal', ['thing'], 2),
      row('canine', ['animal'], 3),
      row('dog', ['canine', 'pet'], 4),
      row('cat', ['animal', 'pet'], 3),
    ].map((entry) => [entry.id, entry]),
  );
  it('is a way from the root, and a gloss without its examples', () => {
    expect(pathFromRoot(wordnet, 'dog').map(({ id }) => id)).toEqual(['entity', 'thing', 'pet', 'dog']);
    expect(pathFromRoot(wordnet, 'unicorn')).toEqual([]);
    expect(definition(wordnet.get('dog')!.gloss)).toBe('dog gloss');
  });
  it('of two classes is where they meet after the fewest links', () => {
    const met = meeting(wordnet, 'dog', 'cat')!;
    expect([met.at.id, met.first.map(({ id }) => id), met.second.map(({ id }) => id)]).toEqual([
      'pet',
      ['dog'],
      ['cat'],
    ]);
    expect(meeting(wordnet, 'dog', 'canine')!.at.id).toBe('canine');
    expect(meeting(wordnet, 'dog', 'unicorn')).toBeUndefined();
  });
});

describe('neighbours side by side', () => {
  const rowOf = (id: string, values: number[]) => ({
    id,
    title: id,
    kind: 'model' as const,
    values: Float32Array.from(values),
  });
  const columns = neighbourColumns([rowOf('a', [1, 0.9, 0.5, 0.5, 0.1]), rowOf('b', [1, 0.2, 0.9, 0.8, 0.7])], 0, 3);
  it('share ranks where they are tied, and mark what only one has', () => {
    expect(columns[0]!.entries.map((entry) => [entry.class, entry.rank, entry.onlyHere])).toEqual([
      [1, 1, true],
      [2, 2, false],
      [3, 2, false],
    ]);
  });
  it('are joined where both have a class', () => {
    expect(sharedEntries(columns[0]!, columns[1]!)).toEqual([
      { class: 2, from: 2, to: 1 },
      { class: 3, from: 3, to: 2 },
    ]);
    expect(overlap(columns[0]!, columns[1]!)).toBeCloseTo(2 / 3);
  });
});

it('CSV keeps commas and quotes apart, and starts no formula', async () => {
  const text = await csvBlob(
    ['name', 'value'],
    [
      ['a, "b"', 0.5],
      ['=1+1', null],
      ['plain', Number.NaN],
    ],
  ).text();
  expect(text).toBe('name,value\r\n"a, ""b""",0.5\r\n\'=1+1,\r\nplain,\r\n');
});

describe('the command that reads classes in another order', () => {
  const relabel = (command: string, file: string) =>
    relabelCommand({ section: { command } } as ClassesData, { file } as ClassModel, 'darknet-1k');
  it('names the order behind the model that it is of, in place of the one it had', () => {
    expect(relabel('semblance classes a/dark.onnx b.onnx --ci 100', 'dark.onnx')).toBe(
      'semblance classes a/dark.onnx --labels darknet-1k b.onnx --ci 100',
    );
    expect(relabel('semblance classes dark.onnx --labels imagenet-1k b.onnx', 'dark.onnx')).toBe(
      'semblance classes dark.onnx --labels darknet-1k b.onnx',
    );
  });
  it('stands alone where the command of the study does not name the file once', () => {
    expect(relabel('semblance classes models/', 'dark.onnx')).toBe('semblance classes dark.onnx --labels darknet-1k');
  });
});

describe('the places of pairs', () => {
  const row = (index: number, neighbour: number, mutual: boolean) => ({
    class: index,
    neighbour,
    similarity: 1 - index / 10,
    mutual,
    referenceRank: {},
    relations: [],
    explanation: null,
  });
  const data = { classes: ['a', 'b', 'c', 'd'].map((name) => ({ name, synset: null })), names: [] } as never;
  const places = (unique: boolean) =>
    listPairs(data, [row(0, 1, true), row(1, 0, true), row(2, 3, false), row(3, 2, false)] as never, undefined, {
      text: '',
      relation: '',
      minRank: 1,
      unique,
      sort: 'similarity',
      ascending: false,
    }).map(({ place }) => place);
  it('go on without a gap where mutual pairs count once', () => {
    expect(places(true)).toEqual([1, 2, 3]);
    expect(places(false)).toEqual([1, 2, 3, 4]);
  });
});
