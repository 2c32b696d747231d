import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { labelSet } from '#src/semantics/label-sets/label-sets.ts';
import { loadGlosses, loadWordNet } from '#src/semantics/load-wordnet.ts';
import { explainPair } from '#src/semantics/relations/explain-pair.ts';
import { RELATION_KINDS, type Relation } from '#src/semantics/relations/relation.ts';
import { relationFinder, relationsBetween } from '#src/semantics/relations/relations-between.ts';

const wordnet = await loadWordNet();
const glosses = await loadGlosses();
const imagenet = labelSet('imagenet-1k').classes.map(({ synset }) => synset!);
const golden = JSON.parse(readFileSync(new URL('../golden/relations.json', import.meta.url), 'utf8')) as {
  pairs: { a: string; b: string; names: string[][]; relations: string[] }[];
};
const find = relationFinder(wordnet, { glosses, labelSetSynsets: imagenet });
const kinds = (a: string, b: string): string[] => find(a, b).map(({ kind }) => kind);

/** The five kinds of the golden file, in its words. */
function goldenWords(relations: readonly Relation[]): string[] {
  const said: string[] = [];
  for (const { kind, words, inherited } of relations) {
    if (kind === 'sisters') said.push('sisters');
    if (kind === 'hypernym' || kind === 'hyponym') said.push(kind);
    if (kind === 'near-synonyms' || kind === 'shared-name')
      for (const word of words!) said.push(`shared lemma: ${word.replaceAll(' ', '_')}`);
    const part = { meronym: ['first', 'second'], holonym: ['second', 'first'] }[kind as 'meronym' | 'holonym'];
    if (part)
      said.push(
        inherited ? `${part[0]} is an inherited part of ${part[1]}` : `${part[0]} is part of ${part[1]} (direct)`,
      );
  }
  return said.sort();
}

describe('the pairs named in the paper', () => {
  it.each(golden.pairs.map((pair) => [pair.names[0]![0], pair.names[1]![0], pair] as const))(
    '%s – %s',
    (_, __, { a, b, relations }) => {
      expect(goldenWords(find(a, b))).toEqual([...relations].sort());
    },
  );

  it('are explained beyond these kinds', () => {
    expect(kinds('n03773504', 'n04008634')).toEqual(['near-synonyms', 'sisters']);
    expect(kinds('n04355933', 'n04356056')).toEqual(['inflected-name', 'meronym']);
    expect(kinds('n02129604', 'n02123159')).toEqual(['ambiguous-name', 'cousins', 'compound-name']);
    expect(kinds('n07734744', 'n12998815')).toEqual(['ambiguous-name']);
    expect(kinds('n04228054', 'n04229816')).toEqual(['compound-name', 'mentioned']);
    expect(kinds('n02895154', 'n03146219')).toEqual(['meronym', 'mentioned']);
    expect(kinds('n02504013', 'n01871265')).toEqual([]);
    expect(kinds('n02417914', 'n09193705')).toEqual([]);
  });

  it('hint at labelling problems where the names do', () => {
    const problem = (a: string, b: string): boolean => find(a, b).some(({ labellingProblem }) => labellingProblem);
    expect(problem('n04355933', 'n04356056')).toBe(true);
    expect(problem('n02129604', 'n02123159')).toBe(true);
    expect(problem('n03773504', 'n04008634')).toBe(false);
    expect(problem('n03832673', 'n03642806')).toBe(false);
    // "cat" also names the big cats, which are no nearer to dogs than the cat is.
    expect(find('n02121620', 'n02084071').map(({ kind }) => kind)).toEqual(['cousins']);
    const cranes = find('n02012849', 'n03126707');
    expect(cranes[0]).toEqual({
      kind: 'shared-name',
      text: 'both are called "crane"',
      words: ['crane'],
      labellingProblem: true,
    });
  });
});

describe('witnesses', () => {
  it('give the way from hyponym to hypernym, in both directions', () => {
    const down = find('n02084071', 'n02099601')[0]!;
    expect(down).toMatchObject({ kind: 'hypernym', steps: 4 });
    expect(down.synsets![0]).toBe('n02099601');
    expect(down.synsets!.at(-1)).toBe('n02084071');
    expect(down.text).toBe('golden retriever is a kind of dog, through retriever, sporting dog, hunting dog');
    expect(find('n02099601', 'n02084071')[0]).toEqual({ ...down, kind: 'hyponym' });
  });

  it('name the common hypernym of sisters and cousins', () => {
    expect(find('n01514859', 'n01514668')[0]).toMatchObject({ kind: 'sisters', synsets: ['n01503061'] });
    expect(find('n02129604', 'n02123159')[1]).toMatchObject({ kind: 'cousins', synsets: ['n02120997'], steps: 3 });
    const near = relationsBetween(wordnet, 'n02129604', 'n02123159', { cousinSteps: 2 });
    expect(near.map(({ kind }) => kind)).not.toContain('cousins');
  });

  it('show the pointer of a part as WordNet has it', () => {
    expect(find('n04264628', 'n04505470')[0]).toEqual({
      kind: 'meronym',
      text: 'space bar is part of typewriter keyboard',
      synsets: ['n04505470', 'n04264628'],
      steps: 0,
      part: 'part',
      inherited: false,
    });
    expect(find('n02791270', 'n02791124')[0]).toMatchObject({ kind: 'holonym', inherited: false });
    const lens = find('n04355933', 'n04356056')[1]!;
    expect(lens.inherited).toBe(true);
    expect(lens.text).toBe('sunglass is part of sunglasses, since lens is part of optical instrument');
  });

  it('do not let everything be part of everything through "whole"', () => {
    expect(kinds('n02110341', 'n03485794')).toEqual([]);
  });

  it('name the other sense of an ambiguous name', () => {
    const [relation] = find('n02129604', 'n02123159');
    expect(relation).toMatchObject({ words: ['tiger cat'], synsets: ['n02126465'], inLabelSet: false });
    // The other crane, a machine, is a class itself.
    expect(find('n02012849', 'n02787622')[0]).toMatchObject({ synsets: ['n03126707'], inLabelSet: true });
  });

  it('find a stemmed word in a gloss only with glosses', () => {
    const mentioned = find('n04228054', 'n04229816').at(-1)!;
    expect(mentioned).toMatchObject({ kind: 'mentioned', words: ['ski'] });
    const without = relationsBetween(wordnet, 'n04228054', 'n04229816');
    expect(without.map(({ kind }) => kind)).toEqual(['compound-name']);
  });
});

describe('all neighbouring pairs of ImageNet', () => {
  it('are told the same from either side, in order of specificity', () => {
    const mirrored: Record<string, string> = {
      hypernym: 'hyponym',
      hyponym: 'hypernym',
      meronym: 'holonym',
      holonym: 'meronym',
    };
    for (let i = 0; i + 1 < 1000; i += 3) {
      const forth = find(imagenet[i]!, imagenet[i + 1]!);
      const back = find(imagenet[i + 1]!, imagenet[i]!);
      expect(back.map(({ kind }) => mirrored[kind] ?? kind).sort()).toEqual(forth.map(({ kind }) => kind).sort());
      const order = forth.map(({ kind }) => RELATION_KINDS.indexOf(kind));
      expect(order).toEqual([...order].sort((x, y) => x - y));
      for (const { text } of forth) expect(text).not.toMatch(/undefined|_/);
    }
  });

  it('a class has no relation to itself, and an unknown id is named', () => {
    expect(find('n02084071', 'n02084071')).toEqual([]);
    expect(() => find('n02084071', 'n12345678')).toThrow(/n12345678/);
  });
});

describe('what explains a pair', () => {
  const ranks = { networkRank: 1, semanticRank: 400, classCount: 1000 };

  it('is its most specific relation, else the ranks', () => {
    const relations = find('n03773504', 'n04008634');
    expect(explainPair({ relations, ...ranks })).toEqual({ kind: 'near-synonyms', gap: 399, labellingProblem: false });
    expect(explainPair({ relations: [], ...ranks }).kind).toBe('unexplained');
    expect(explainPair({ relations: [], ...ranks, semanticRank: 90 }).kind).toBe('alike-in-rank');
    expect(explainPair({ relations: [], ...ranks, semanticRank: 90, minGap: 0.05 }).kind).toBe('unexplained');
    expect(explainPair({ relations: [], networkRank: 1, semanticRank: 3, classCount: 10 }).kind).toBe('alike-in-rank');
    expect(explainPair({ relations: [], networkRank: 1, semanticRank: 4, classCount: 10 }).kind).toBe('unexplained');
    const sunglasses = find('n04355933', 'n04356056');
    expect(explainPair({ relations: sunglasses, ...ranks })).toMatchObject({ labellingProblem: true });
  });

  it('needs ranks that exist', () => {
    expect(() => explainPair({ relations: [], ...ranks, networkRank: 0 })).toThrow(UsageError);
    expect(() => explainPair({ relations: [], ...ranks, semanticRank: 1000 })).toThrow(/semanticRank is 1000/);
    expect(() => explainPair({ relations: [], ...ranks, semanticRank: Number.NaN })).toThrow(UsageError);
  });
});
