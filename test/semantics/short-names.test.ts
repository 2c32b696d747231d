import { expect, it } from 'vitest';
import { labelSet } from '#src/semantics/label-sets/label-sets.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { shortNames } from '#src/semantics/short-names.ts';

const wordnet = await loadWordNet();

it('gives every class of ImageNet a name of its own', () => {
  const { classes } = labelSet('imagenet-1k');
  const names = shortNames(wordnet, classes);
  expect(new Set(names).size).toBe(1000);
  expect(names[0]).toBe('tench');
  expect([names[134], names[517]]).toEqual(['crane (animal)', 'crane (artifact)']);
  expect([names[638], names[639]]).toEqual(['maillot', 'maillot, tank suit']);
});

it('tells classes apart by id or row where nothing else can', () => {
  const labels = [{ name: 'thing' }, { name: 'thing' }, { name: 'cat', synset: 'n02121620' }, { name: 'maple_tree' }];
  expect(shortNames(wordnet, labels)).toEqual(['thing (0)', 'thing (1)', 'cat', 'maple tree']);
});
