import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { findLabelSet, LABEL_SETS, labelSet } from '#src/semantics/label-sets/label-sets.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { findSynset, lemmasOf, synsetById } from '#src/semantics/wordnet.ts';
import { hasSharedData, sharedData } from '../support/shared-data.ts';

const wordnet = await loadWordNet();
const lines = (name: string): string[] =>
  readFileSync(`${sharedData}/labels/${name}.txt`, 'utf8').trimEnd().split('\n');

/** Classes for which WordNet has nothing of their own. */
const WITHOUT_SYNSET: Record<string, string[]> = {
  'coco-panoptic-133': ['wall-brick', 'wall-tile', 'wall-wood'],
  'quickdraw-345': ['The Mona Lisa', 'ceiling fan', 'smiley face'],
  'doodlenet-345': ['The Mona Lisa', 'ceiling fan', 'smiley face'],
};

describe('the shipped label sets', () => {
  it('have their counts', () => {
    const counts = Object.fromEntries(LABEL_SETS.map(({ id }) => [id, labelSet(id).count]));
    expect(counts).toEqual({
      'imagenet-1k': 1000,
      'darknet-1k': 1000,
      'tiny-imagenet-200': 200,
      'mini-imagenet-100': 100,
      'cifar-10': 10,
      'cifar-100': 100,
      'coco-80': 80,
      'coco-91': 91,
      'coco-panoptic-133': 133,
      'quickdraw-345': 345,
      'doodlenet-345': 345,
      'fashion-mnist': 10,
    });
  });

  it.each(LABEL_SETS.map(({ id }) => id))('%s: every class has a name and a synset of its own', (id) => {
    const all = labelSet(id).classes.filter(({ unused }) => !unused);
    const without = all.filter(({ synset }) => !synset).map(({ name }) => name);
    expect(without.sort()).toEqual(WITHOUT_SYNSET[id] ?? []);
    const used = all.filter(({ synset }) => synset);
    for (const { name, synset } of used) {
      expect(name).not.toBe('');
      expect(findSynset(wordnet, synset!), `${name} ${synset}`).toBeDefined();
    }
    expect(new Set(used.map(({ synset }) => synset)).size).toBe(used.length);
  });

  it("gives COCO-91 the gaps of COCO's numbering and the classes of COCO-80", () => {
    const { classes } = labelSet('coco-91');
    const gaps = [...classes.entries()].filter(([, { unused }]) => unused).map(([row]) => row);
    expect(gaps).toEqual([0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);
    expect(classes.filter(({ unused }) => !unused)).toEqual(labelSet('coco-80').classes);
    expect(classes[90]!.name).toBe('toothbrush');
  });

  it.each(['cifar-10', 'cifar-100', 'coco-80', 'fashion-mnist'])(
    '%s: a class is a word of its synset, but for the choices made by hand',
    (id) => {
      const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
      const others = labelSet(id).classes.filter(({ name, synset }) => {
        const words = lemmasOf(wordnet, synsetById(wordnet, synset!)).map(plain);
        return ![plain(name), plain(name).replace(/tree$|s$/, '')].some((key) => words.includes(key));
      });
      const expected: Record<string, string[]> = {
        'cifar-10': [],
        'cifar-100': ['aquarium_fish'],
        'coco-80': ['stop sign', 'sports ball', 'potted plant', 'keyboard'],
        'fashion-mnist': ['T-shirt/top', 'Ankle boot'],
      };
      expect(others.map(({ name }) => name)).toEqual(expected[id]);
    },
  );

  it('give the panoptic classes of COCO the 80 things first, then the stuff', () => {
    const { classes } = labelSet('coco-panoptic-133');
    expect(classes.slice(0, 80)).toEqual(labelSet('coco-80').classes);
    expect([80, 86, 112, 132].map((row) => classes[row]!.name)).toEqual([
      'banner',
      'door-stuff',
      'wall-wood',
      'rug-merged',
    ]);
  });

  it('have one table of Quick, Draw! in two orders', () => {
    const byName = (id: string) => labelSet(id).classes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName('quickdraw-345')).toEqual(byName('doodlenet-345'));
    const { classes } = labelSet('quickdraw-345');
    expect(classes[0]!.name).toBe('aircraft carrier');
    expect(classes[344]!.name).toBe('zigzag');
    const synsetOf = (name: string) => classes.find((entry) => entry.name === name)!.synset;
    expect(synsetOf('cake')).toBe('n07628870');
    expect(synsetOf('pig')).toBe('n02395406');
    expect(synsetOf('bat')).toBe('n02139199');
  });

  it('take other spellings', () => {
    const ids = [
      'imagenet',
      'ImageNet1k',
      'imagenet_1k',
      'cifar10',
      'CIFAR 100',
      'COCO',
      'FashionMNIST',
      'tiny-imagenet',
    ];
    expect(ids.map((name) => labelSet(name).id)).toEqual([
      'imagenet-1k',
      'imagenet-1k',
      'imagenet-1k',
      'cifar-10',
      'cifar-100',
      'coco-80',
      'fashion-mnist',
      'tiny-imagenet-200',
    ]);
  });

  it('refuse an unknown name with the nearest known one', () => {
    expect(() => labelSet('imagnet')).toThrow(UsageError);
    expect(() => labelSet('imagnet')).toThrow('Did you mean imagenet-1k?');
    expect(() => labelSet('cifra10')).toThrow('Did you mean cifar-10?');
    expect(() => labelSet('something else entirely')).toThrow(/^There is no label set "something else entirely"\.$/);
    expect(findLabelSet('imagnet')).toBeUndefined();
  });
});

describe.skipIf(!hasSharedData)('the lists that data sets publish', () => {
  it.each([
    ['imagenet-1k', 'imagenet-1k-wnids'],
    ['darknet-1k', 'darknet-1k-wnids'],
    ['tiny-imagenet-200', 'tiny-imagenet-200-wnids'],
    ['mini-imagenet-100', 'mini-imagenet-100-wnids'],
    ['cifar-10', 'cifar-10-wnids'],
    ['cifar-100', 'cifar-100-wnids'],
  ])('%s has the ids of %s', (id, file) => {
    expect(labelSet(id).classes.map(({ synset }) => synset)).toEqual(lines(file));
  });

  it('have the names of ImageNet-1k', () => {
    expect(labelSet('imagenet-1k').classes.map(({ name }) => name)).toEqual(lines('imagenet-1k-names'));
  });
});
