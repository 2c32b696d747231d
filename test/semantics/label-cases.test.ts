import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { FormatError, UsageError } from '#src/base/errors.ts';
import { parseLabels } from '#src/semantics/label-files/parse-labels.ts';
import { resolveLabels } from '#src/semantics/label-resolver/resolve-labels.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import type { WordNet } from '#src/semantics/wordnet.ts';

const folder = fileURLToPath(new URL('../fixtures/cases/labels', import.meta.url));
const read = (file: string) => parseLabels(readFileSync(`${folder}/${file}`), file).map(({ name }) => name);

const CIFAR = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

describe('ten names in order, however they are written', () => {
  it.each([
    'blank_between.txt',
    'bom.txt',
    'cifar_meta.txt',
    'class_to_idx.json',
    'classes_key.json',
    'comment.txt',
    'cr_only.txt',
    'csv_class_name.csv',
    'folder.txt',
    'index_to_name.json',
    'keras_class_indices.json',
    'label_map.pbtxt',
    'list_of_dicts.json',
    'name_tab_index.txt',
    'nbsp.txt',
    'numbered_paren.txt',
    'numbered_tab.txt',
    'one_based.txt',
    'one_line_space.txt',
    'plain.txt',
    'python_dict.txt',
    'python_list.txt',
    'quoted.txt',
    'semicolon.csv',
    'shuffled_csv.csv',
    'teachable_labels.txt',
    'timm_config.json',
    'tm_metadata.json',
    'trailing_space.txt',
    'utf16.txt',
    'yolo.yaml',
  ])('%s', (file) => {
    expect(read(file)).toEqual(CIFAR);
  });

  it.each<[string, string[]]>([
    ['combining.txt', ['aéroplane', ...CIFAR.slice(1)]],
    ['digits.txt', ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']],
    ['html.txt', ['<b>airplane</b>', 'a&amp;b', '"><script>alert(1)</script>', ...CIFAR.slice(3)]],
    ['nine.txt', CIFAR.slice(0, 9)],
    ['upper.txt', CIFAR.map((name) => name.toUpperCase())],
    ['ansi.txt', ['\u001b[31mred\u001b[0m', ...CIFAR.slice(1)]],
  ])('%s keeps its names', (file, names) => {
    expect(read(file)).toEqual(names);
  });
});

describe('names and WordNet', () => {
  let wordnet: WordNet;
  beforeAll(async () => {
    wordnet = await loadWordNet();
  });
  const synsets = (file: string) =>
    resolveLabels(wordnet, parseLabels(readFileSync(`${folder}/${file}`), file)).labels.map(({ synset }) => synset);

  it('names of synsets as NLTK writes them are these synsets', () => {
    expect(synsets('wordnet_dotted.txt').slice(0, 4)).toEqual(['n02691156', 'n02958343', 'n01503061', 'n02121620']);
    expect(resolveLabels(wordnet, ['dog.n.01', 'cat.n.99']).labels.map(({ synset }) => synset ?? null)).toEqual([
      'n02084071',
      null,
    ]);
  });

  it('ids with names, plurals and capitals are found', () => {
    const plain = synsets('plain.txt');
    expect(synsets('wnid_name.txt')).toHaveLength(10);
    expect(synsets('upper.txt')).toEqual(plain);
    expect(synsets('plural.txt').filter((synset) => synset === undefined)).toEqual([]);
  });

  it('ids that WordNet does not have are refused', () => {
    expect(() => synsets('index_to_pair.json')).toThrow(UsageError);
    expect(() => synsets('index_to_pair.json')).toThrow('Label 0: "n00000000" is not a noun synset of WordNet 3.0.');
  });
});

describe('more ways to write a list', () => {
  it.each<[string, string, string[]]>([
    [
      'COCO categories with gaps',
      '{"categories": [{"id": 1, "name": "cat"}, {"id": 3, "name": "dog"}]}',
      ['N/A', 'cat', 'N/A', 'dog'],
    ],
    ['id2label inside a config with a byte order mark', '\uFEFF{"id2label": {"1": "dog", "0": "cat"}}', ['cat', 'dog']],
    ['label2id', '{"label2id": {"dog": 1, "cat": 0}}', ['cat', 'dog']],
    ['a dict of Python in one line, from name to index', "{'cat': 0, 'dog': 1}", ['cat', 'dog']],
    ['a list in one line between commas', 'cat, hot dog, bird', ['cat', 'hot dog', 'bird']],
    [
      'a label map with display names',
      'item { id: 2 display_name: "Dog" name: "/m/0bt9lr" }\nitem { id: 1 name: "Cat" }',
      ['Cat', 'Dog'],
    ],
    ['numbers with a full stop', '1. cat\n2. dog', ['cat', 'dog']],
    ['names that begin with numbers', '101 dalmatians\n7 dwarfs', ['101 dalmatians', '7 dwarfs']],
    ['a list of YAML', 'names: [cat, dog]', ['cat', 'dog']],
  ])('%s', (_, text, names) => {
    const file = text.startsWith('names')
      ? 'data.yaml'
      : text.startsWith('\uFEFF') || /^\{"/.test(text)
        ? 'a.json'
        : 'a.txt';
    expect(parseLabels(text, file).map(({ name }) => name)).toEqual(names);
  });

  it('Windows-1252 where the bytes are no UTF-8', () => {
    expect(parseLabels(Uint8Array.of(0x63, 0xe9, 0x0a, 0x64, 0x0a), 'a.txt').map(({ name }) => name)).toEqual([
      'cé',
      'd',
    ]);
  });

  it.each([
    ['{"a": {"toString": 1}}', 'a.json', /"a" has an object; an id/],
    [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'a.json', /nested more than 128 deep/],
    [`names: [${','.repeat(200_000)}]`, 'a.yaml', /more than 100 entries between commas are empty/],
    ['item { name: "cat" }', 'a.pbtxt', /item 1 of the label map has no id or no name/],
    ['cat\n\n\ndog', 'a.txt', /line 2 is empty/],
  ])('refuses %.30s', (text, file, message) => {
    expect(() => parseLabels(text, file)).toThrow(message);
    if (!file.endsWith('json') || !text.startsWith('[')) expect(() => parseLabels(text, file)).toThrow(FormatError);
  });
});
