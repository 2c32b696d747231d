import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atMostOfEach, findNamed } from '../../app/src/kit/search/find-named.ts';

const names = [
  'goldfish',
  'Egyptian cat',
  'German shepherd',
  'café',
  'school bus',
  'cat',
  'catamaran',
  '金魚',
  'bobcat',
];
const find = (text: string, limit?: number) => findNamed(names, (name) => [name], text, limit).map(({ item }) => item);

describe('search by name', () => {
  it('keeps so many of each kind, in their order', () => {
    const found = ['a1', 'a2', 'b1', 'a3', 'c1', 'b2', 'a4', 'b3'];
    expect(atMostOfEach(found, (name) => name[0]!, 2)).toEqual(['a1', 'a2', 'b1', 'c1', 'b2']);
  });

  it('puts the very name first, then beginnings, beginnings of words, and places within', () => {
    expect(find('cat')).toEqual(['cat', 'catamaran', 'Egyptian cat', 'bobcat']);
    expect(find('cat', 2)).toEqual(['cat', 'catamaran']);
    expect(find('金')).toEqual(['金魚']);
  });

  it.each([
    ['golfdish', 'goldfish'],
    ['goldfsh', 'goldfish'],
    ['goldfissh', 'goldfish'],
    ['goldfash', 'goldfish'],
    ['egyptan', 'Egyptian cat'],
    ['sheperd', 'German shepherd'],
    ['CAFÉ', 'café'],
    ['shcool', 'school bus'],
  ])('forgives a slip: %s is %s', (text, name) => {
    expect(find(text)).toContain(name);
  });

  it('finds nothing for nothing, or for what is near nothing', () => {
    expect(find('  ')).toEqual([]);
    expect(find('xylophone')).toEqual([]);
    expect(find('qz')).toEqual([]);
  });

  it('says which of several names matched, and lists an item once', () => {
    const items = [{ names: ['tench', 'Tinca tinca'] }, { names: ['tuna', 'tunny'] }];
    const found = findNamed(items, (item) => item.names, 'tinca');
    expect(found).toEqual([{ item: items[0], matched: 'Tinca tinca' }]);
    expect(findNamed(items, (item) => item.names, 'tun')).toHaveLength(1);
  });

  it('finds every name by any part of it, whatever signs are in it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(), fc.nat(), (name, a, b) => {
        const from = a % name.length;
        const text = name.slice(from, from + 1 + (b % name.length));
        if (text.trim() === '') return;
        expect(findNamed([name], (own) => [own], text)).toHaveLength(1);
      }),
    );
  });
});
