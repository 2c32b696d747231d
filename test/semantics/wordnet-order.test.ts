import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { labelSet } from '#src/semantics/label-sets/label-sets.ts';
import { loadGlosses, loadWordNet } from '#src/semantics/load-wordnet.ts';
import { findSynset } from '#src/semantics/wordnet.ts';
import { wordnetExcerpt } from '#src/semantics/wordnet-excerpt.ts';
import { groupsAtLevel, type WordNetGroup, wordnetOrder } from '#src/semantics/wordnet-order.ts';

const wordnet = await loadWordNet();
const imagenet = labelSet('imagenet-1k').classes.map(({ synset }) => synset!);

/** Every group lies within its parent, holds two classes or more, and is not the same as its parent. */
function checkGroups(groups: readonly WordNetGroup[], start: number, end: number): void {
  let at = start;
  for (const group of groups) {
    expect(group.start).toBeGreaterThanOrEqual(at);
    expect(group.end - group.start).toBeGreaterThanOrEqual(2);
    expect(group.end).toBeLessThanOrEqual(end);
    for (const child of group.children) {
      expect(child.end - child.start).toBeLessThan(group.end - group.start);
      expect(child.depth).toBeGreaterThan(group.depth);
    }
    checkGroups(group.children, group.start, group.end);
    at = group.end;
  }
}

describe('the order by WordNet', () => {
  it('puts small lists in the order one would draw the tree', () => {
    const names = ['tabby', 'car', 'dog', 'zebra', 'poodle', 'car again', 'unknown', 'cat'];
    const { order, groups, unresolvedStart } = wordnetOrder(wordnet, [
      'n02123045',
      'n02958343',
      'n02084071',
      'n02391049',
      'n02113335',
      'n02958343',
      undefined,
      'n02121620',
    ]);
    const shown = [...order].map((c) => names[c]);
    expect(shown).toEqual(['car', 'car again', 'dog', 'poodle', 'cat', 'tabby', 'zebra', 'unknown']);
    expect(unresolvedStart).toBe(7);
    const outline = (list: readonly WordNetGroup[]): unknown[] =>
      list.map(({ name, start, end, children }) => [name, start, end, ...outline(children)]);
    expect(outline(groups)).toEqual([
      ['whole', 0, 7, ['car', 0, 2], ['placental', 2, 7, ['carnivore', 2, 6, ['dog', 2, 4], ['cat', 4, 6]]]],
    ]);
  });

  it('makes one block of the animals of ImageNet and one of nearly all its artefacts', () => {
    const { order, groups } = wordnetOrder(wordnet, imagenet);
    expect([...order].sort((a, b) => a - b)).toEqual([...imagenet.keys()]);
    checkGroups(groups, 0, 1000);
    const find = (name: string, list: readonly WordNetGroup[] = groups): WordNetGroup | undefined => {
      for (const group of list) {
        const found = group.name === name ? group : find(name, group.children);
        if (found) return found;
      }
      return undefined;
    };
    const animals = find('animal')!;
    expect([...order.subarray(animals.start, animals.end)].sort((a, b) => a - b)).toEqual([...Array(398).keys()]);
    const artefacts = find('artifact')!;
    expect(artefacts.end - artefacts.start).toBeGreaterThan(500);
    expect(find('dog')!.end - find('dog')!.start).toBeGreaterThan(100);
  });

  it('does not depend on the order of the input but for classes of one synset', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(imagenet, { minLength: 1, maxLength: 60 }), (synsets) => {
        const sorted = [...synsets].sort();
        const ordered = (ids: string[]): string[] => [...wordnetOrder(wordnet, ids).order].map((c) => ids[c]!);
        expect(ordered(synsets)).toEqual(ordered(sorted));
        checkGroups(wordnetOrder(wordnet, synsets).groups, 0, synsets.length);
      }),
      { numRuns: 50, seed: 2 },
    );
  });

  it('cuts the groups at a level without losing a class that a group covers', () => {
    const { groups } = wordnetOrder(wordnet, imagenet);
    expect(groupsAtLevel(groups, 0)).toEqual(groups);
    const bars = groupsAtLevel(groups, 2);
    expect(bars.map(({ name }) => name)).toEqual(['communication', 'matter', 'object']);
    for (let i = 1; i < bars.length; i++) expect(bars[i]!.start).toBeGreaterThanOrEqual(bars[i - 1]!.end);
  });

  it('refuses an unknown id and takes lists without any synset', () => {
    expect(() => wordnetOrder(wordnet, ['n00000000'])).toThrow(UsageError);
    expect(wordnetOrder(wordnet, [undefined, undefined])).toEqual({
      order: Uint32Array.of(0, 1),
      groups: [],
      unresolvedStart: 0,
    });
  });
});

describe('the excerpt of WordNet that a study carries', () => {
  it('has the classes and all above them, and every hypernym it names', async () => {
    const glosses = await loadGlosses();
    const excerpt = wordnetExcerpt(wordnet, glosses, [...imagenet, undefined]);
    const ids = new Set(excerpt.map(({ id }) => id));
    expect(excerpt).toHaveLength(1860);
    for (const id of imagenet) expect(ids).toContain(id);
    for (const { hypernyms } of excerpt) for (const id of hypernyms) expect(ids).toContain(id);
    expect(excerpt.filter(({ hypernyms }) => hypernyms.length === 0).map(({ id }) => id)).toEqual(['n00001740']);
    expect(excerpt.map(({ id }) => findSynset(wordnet, id)!)).toEqual(
      excerpt.map(({ id }) => findSynset(wordnet, id)!).sort((a, b) => a - b),
    );
    const dog = wordnetExcerpt(wordnet, glosses, ['n02084071']).find(({ id }) => id === 'n02084071');
    expect(dog).toEqual({
      id: 'n02084071',
      names: ['dog', 'domestic dog', 'Canis familiaris'],
      gloss: expect.stringMatching(/^a member of the genus Canis/),
      hypernyms: ['n02083346', 'n01317541'],
      depth: 8,
    });
    expect(JSON.parse(JSON.stringify(excerpt))).toEqual(excerpt);
  });
});
