import { expect, it } from 'vitest';
import { matchClassFolders } from '#src/analyses/common/class-folders.ts';

const classes = [
  { name: 'tench, Tinca tinca', synset: 'n01440764' },
  { name: 'crane', synset: 'n02012849' },
  { name: 'crane', synset: 'n03126707' },
  { name: 'sea_lion', synset: null },
  { name: 'great white shark, white shark', synset: 'n01484850' },
];

it('takes folders for classes by id, name, one of its words, or number', () => {
  const folders = ['n01440764_tench', 'n02012849', 'Sea-Lion', 'white shark', '2'];
  const { classOf, unmatched, without } = matchClassFolders(folders, classes);
  expect(Object.fromEntries(classOf)).toEqual({
    n01440764_tench: 0,
    n02012849: 1,
    'Sea-Lion': 3,
    'white shark': 4,
    '2': 2,
  });
  expect(unmatched).toEqual([]);
  expect(without).toEqual([]);
});

it('leaves a folder that no class, or several, are called by, and says why', () => {
  expect(matchClassFolders(['crane', 'shark', '5', 'n09999999'], classes)).toEqual({
    classOf: new Map(),
    unmatched: [
      { folder: 'crane', reason: '2 classes are called so' },
      { folder: 'shark', reason: 'no class is called so' },
      { folder: '5', reason: 'no class is called so' },
      { folder: 'n09999999', reason: 'no class is called so' },
    ],
    without: [0, 1, 2, 3, 4],
  });
});
