import { expect, it } from 'vitest';
import { belongsTo, kindGroups } from '#src/measures/class-similarity/population/kind-groups.ts';

it('groups networks by kind, hybrids among the ViTs or on their own', () => {
  const kinds = ['cnn', 'hybrid', null, 'vit', 'cnn'];
  expect(kindGroups(kinds, 'vit')).toEqual([
    { name: 'all', at: [0, 1, 2, 3, 4] },
    { name: 'cnn', at: [0, 4] },
    { name: 'vit', at: [1, 3] },
  ]);
  expect(kindGroups(kinds, 'own').slice(2)).toEqual([
    { name: 'vit', at: [3] },
    { name: 'hybrid', at: [1] },
  ]);
  expect(kindGroups([], 'own')).toEqual([{ name: 'all', at: [] }]);
  expect(belongsTo('hybrid', 'hybrid', 'vit')).toBe(false);
});
