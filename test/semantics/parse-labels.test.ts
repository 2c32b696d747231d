import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, LimitError, SemblanceError } from '#src/base/errors.ts';
import { parseLabels } from '#src/semantics/label-files/parse-labels.ts';

const named = (...names: string[]) => names.map((name) => ({ name }));

describe('text with one class a line', () => {
  it('reads names, with a byte order mark, CRLF and blank lines at the end', () => {
    expect(parseLabels('\uFEFFcat\r\ndog\r\ntench, Tinca tinca\r\n\r\n\r\n', 'a.txt')).toEqual(
      named('cat', 'dog', 'tench, Tinca tinca'),
    );
    expect(parseLabels('cat\rdog', 'a.txt')).toEqual(named('cat', 'dog'));
  });

  it('reads ids, and ids with names', () => {
    expect(parseLabels('n01440764\nn01443537 goldfish, Carassius auratus\n', 'a.txt')).toEqual([
      { name: 'n01440764', synset: 'n01440764' },
      { name: 'goldfish, Carassius auratus', synset: 'n01443537' },
    ]);
  });

  it('reads numbered lines in any order, as Python prints a dict too', () => {
    expect(parseLabels('1: dog\n0: cat\n', 'a.txt')).toEqual(named('cat', 'dog'));
    expect(parseLabels("{0: 'cat',\n 1: \"judge's robe\",\n 2: 'judge\\'s gown'}", 'a.txt')).toEqual(
      named('cat', "judge's robe", "judge's gown"),
    );
  });

  it('takes N/A and a leading background row as unused', () => {
    expect(parseLabels('background\ncat\nN/A\n', 'a.txt')).toEqual([
      { name: 'background', unused: true },
      { name: 'cat' },
      { name: 'N/A', unused: true },
    ]);
    expect(parseLabels('cat\nbackground\n', 'a.txt')).toEqual(named('cat', 'background'));
  });

  it('refuses an empty file, a blank line in the middle and an id given twice', () => {
    expect(() => parseLabels(' \n', 'a.txt')).toThrow('a.txt: the labels file is empty.');
    expect(() => parseLabels('cat\n\ndog', 'a.txt')).toThrow('a.txt: line 2 is empty');
    expect(() => parseLabels('n01440764\nn01443537\nn01440764', 'a.txt')).toThrow(
      'a.txt: the id n01440764 is given to label 0 and again to label 2',
    );
    expect(parseLabels('crane\ncrane', 'a.txt')).toEqual(named('crane', 'crane'));
  });
});

describe('JSON', () => {
  it('reads arrays of names, ids and pairs', () => {
    expect(parseLabels('["cat", "n02084071", {"name": "crane", "synset": "n02012849"}, null]', 'a.json')).toEqual([
      { name: 'cat' },
      { name: 'n02084071', synset: 'n02084071' },
      { name: 'crane', synset: 'n02012849' },
      { name: 'N/A', unused: true },
    ]);
  });

  it('reads id2label, alone or in a config.json, and fills gaps', () => {
    expect(parseLabels('{"0": "cat", "2": "dog"}', 'a.json')).toEqual([
      { name: 'cat' },
      { name: 'N/A', unused: true },
      { name: 'dog' },
    ]);
    expect(parseLabels('{"model_type": "vit", "id2label": {"1": "dog", "0": "cat"}}', 'config.json')).toEqual(
      named('cat', 'dog'),
    );
    expect(parseLabels('{"0": ["n01440764", "tench"]}', 'a.json')).toEqual([{ name: 'tench', synset: 'n01440764' }]);
  });

  it('reads name to index, and name to id', () => {
    expect(parseLabels('{"dog": 1, "cat": 0}', 'a.json')).toEqual(named('cat', 'dog'));
    const corrections = parseLabels('{"crane": "n03126707"}', 'labels.json');
    expect(corrections).toEqual([{ name: 'crane', synset: 'n03126707' }]);
  });

  it('is told from plain text by its content', () => {
    expect(parseLabels('["cat"]', 'labels')).toEqual(named('cat'));
  });

  it.each([
    ['{', /a\.json is not valid JSON/],
    ['3', /an array or an object of labels was expected/],
    ['{}', /no labels/],
    ['[1]', /entry 0 is 1/],
    ['[{"name": 3}]', /entry 0 is/],
    ['[{"name": "cat", "synset": "dog.n.01"}]', /entry 0 is/],
    ['{"cat": "feline"}', /"cat" has "feline"/],
    ['{"cat": 0, "dog": 0}', /index 0 is given twice, to cat and dog/],
    ['{"cat": -1}', /"-1"/],
    ['{"0": {}}', /label 0 is an object/],
  ])('refuses %s', (text, message) => {
    expect(() => parseLabels(text, 'a.json')).toThrow(FormatError);
    expect(() => parseLabels(text, 'a.json')).toThrow(message);
  });

  it('does not let an index make a huge list', () => {
    expect(() => parseLabels('{"4000000000": "cat"}', 'a.json')).toThrow(LimitError);
    expect(() => parseLabels('999999999: cat', 'a.txt')).toThrow(LimitError);
  });
});

describe('CSV and TSV', () => {
  it('reads columns by their header, whatever their order', () => {
    expect(parseLabels('WNID,class_name\nn01440764,"tench, Tinca ""tinca"""\n,cat\n', 'a.csv')).toEqual([
      { name: 'tench, Tinca "tinca"', synset: 'n01440764' },
      { name: 'cat' },
    ]);
    expect(parseLabels('index\tlabel\n1\tdog\n0\tcat\n', 'a.tsv')).toEqual(named('cat', 'dog'));
    expect(parseLabels('synset\nn01440764\n', 'a.csv')).toEqual([{ name: 'n01440764', synset: 'n01440764' }]);
  });

  it.each([
    ['a,b\n1,2', /the header \(a, b\) has no column of class names or ids/],
    ['name,synset\ncat,feline', /row 2 has "feline"/],
    ['name,index\ncat,x', /row 2 has "x"/],
    ['name\n"cat', /quoted cell near row 2 is never closed/],
  ])('refuses %j', (text, message) => {
    expect(() => parseLabels(text, 'a.csv')).toThrow(message);
  });
});

it('either reads a file or says what is wrong with it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.constantFrom('a.txt', 'a.json', 'a.csv'), (text, name) => {
      try {
        for (const label of parseLabels(text, name)) expect(typeof label.name).toBe('string');
      } catch (error) {
        expect(error).toBeInstanceOf(SemblanceError);
        expect((error as Error).message).toContain(name);
      }
    }),
    { numRuns: 1000, seed: 1 },
  );
});
