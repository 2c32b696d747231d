import { describe, expect, it } from 'vitest';
import type { ClassModel } from '#src/study/classes-section.ts';
import { neighbourColumns, overlap, sharedEntries } from '../../app/src/instruments/classes/class/neighbour-columns.ts';
import { classCommand, relabelCommand, withOption } from '../../app/src/instruments/classes/class-command.ts';
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
  const relabel = (command: string, file: string, files: readonly string[] = [file], nth = 0) => {
    const models = files.map((name) => ({ file: name }) as ClassModel);
    const model = models.filter((candidate) => candidate.file === file)[nth]!;
    return relabelCommand({ section: { command, models } } as unknown as ClassesData, model, 'darknet-1k');
  };
  it.each<[string, string, string, string[]]>([
    [
      'names the order behind the model that it is of',
      'semblance classes a/dark.onnx b.onnx --ci 100',
      'semblance classes a/dark.onnx --labels darknet-1k b.onnx --ci 100',
      ['dark.onnx', 'b.onnx'],
    ],
    [
      'puts it in place of the one it had, wherever that stood among the options of the model',
      "semblance classes dark.onnx --name 'the dark one' --labels='my labels.txt' --head fc b.onnx --labels cifar-10",
      "semblance classes dark.onnx --labels darknet-1k --name 'the dark one' --head fc b.onnx --labels cifar-10",
      ['dark.onnx', 'b.onnx'],
    ],
    [
      'keeps words with spaces and quotes together',
      `semblance classes "my nets/it's.onnx" --labels 'my labels.txt' b.onnx`,
      `semblance classes 'my nets/it'\\''s.onnx' --labels darknet-1k b.onnx`,
      ["it's.onnx", 'b.onnx'],
    ],
    [
      'leaves the order of all to the others',
      'semblance classes b.onnx a/dark.onnx --labels imagenet-1k --ci 100',
      'semblance classes --labels imagenet-1k b.onnx a/dark.onnx --labels darknet-1k --ci 100',
      ['b.onnx', 'dark.onnx'],
    ],
    [
      'stands behind the last model where another is said for all',
      'semblance classes --labels imagenet-1k b.onnx dark.onnx',
      'semblance classes --labels imagenet-1k b.onnx dark.onnx --labels darknet-1k',
      ['b.onnx', 'dark.onnx'],
    ],
    [
      'puts the last model first where nothing is said for all',
      'semblance classes --seed 3 b.onnx --weights raw dark.onnx --name D --ci 100',
      'semblance classes --seed 3 dark.onnx --labels darknet-1k --name D b.onnx --weights raw --ci 100',
      ['b.onnx', 'dark.onnx'],
    ],
    [
      'leaves the others away where their options would change',
      'semblance classes b.onnx --weights raw dark.onnx --weights ema',
      'semblance classes dark.onnx --labels darknet-1k --weights ema',
      ['b.onnx', 'dark.onnx'],
    ],
    [
      'stands alone where the command does not name the models',
      'semblance classes models/',
      'semblance classes dark.onnx --labels darknet-1k',
      ['dark.onnx', 'b.onnx'],
    ],
  ])('%s', (_, command, expected, files) => {
    const file = files.find((name) => name !== 'b.onnx')!;
    expect(relabel(command, file, files)).toBe(expected);
  });
  it('tells models of one file name apart', () => {
    const twice = ['dark.onnx', 'dark.onnx'];
    expect(relabel('semblance classes a/dark.onnx b/dark.onnx', 'dark.onnx', twice)).toBe(
      'semblance classes a/dark.onnx --labels darknet-1k b/dark.onnx',
    );
    expect(relabel('semblance classes a/dark.onnx b/dark.onnx', 'dark.onnx', twice, 1)).toBe(
      'semblance classes b/dark.onnx --labels darknet-1k a/dark.onnx',
    );
  });
});

describe('the command of a study', () => {
  it('takes an option in place of the one it had', () => {
    const command = "semblance classes 'my nets/p.yaml' --subtree=n1 --at-accuracy '80 ± 1' --ci";
    expect(withOption(command, '--at-accuracy', '70±2')).toBe(
      "semblance classes 'my nets/p.yaml' --subtree=n1 --ci --at-accuracy '70±2'",
    );
    expect(withOption(command, '--subtree', 'n2')).toContain("--at-accuracy '80 ± 1' --ci --subtree n2");
    expect(withOption("semblance classes --at-accuracy 'it'\\''s' -- -x.onnx", '--at-accuracy', '3')).toBe(
      'semblance classes --at-accuracy 3 -- -x.onnx',
    );
  });
  it('prints a class of all its models, with all that was said of them', () => {
    const data = {
      section: { command: "semblance classes a.onnx --head fc b.onnx --class 'tiger cat' --class boa" },
      classes: [{ name: "carpenter's kit", synset: null }],
    } as unknown as ClassesData;
    expect(classCommand(data, 0)).toBe(`semblance classes a.onnx --head fc b.onnx --class 'carpenter'\\''s kit'`);
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
