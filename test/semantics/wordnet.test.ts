import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { ancestorsOf, depthOf, pathsToRoot } from '#src/semantics/ancestors.ts';
import { loadGlosses, loadWordNet } from '#src/semantics/load-wordnet.ts';
import { synsetName } from '#src/semantics/synset-name.ts';
import {
  hypernymsOf,
  hyponymsOf,
  LEXICOGRAPHER_FILES,
  lemmasOf,
  sensesOf,
  synsetById,
  wnidOf,
} from '#src/semantics/wordnet.ts';

const wordnet = await loadWordNet();

describe('the noun graph of WordNet 3.0', () => {
  it('has the counts of the database', () => {
    expect(wordnet.synsetCount).toBe(82_115);
    expect(wordnet.lemmaCount).toBe(117_798);
    expect(wordnet.senses.length).toBe(146_312);
    expect(wordnet.hypernyms.length).toBe(75_850 + 8_577);
    expect(wordnet.hyponyms.length).toBe(75_850 + 8_577);
    expect([...wordnet.meronymKinds].filter((kind) => kind === 0).length).toBe(12_293);
    expect([...wordnet.meronymKinds].filter((kind) => kind === 1).length).toBe(797);
    expect([...wordnet.meronymKinds].filter((kind) => kind === 2).length).toBe(9_097);
  });

  it('is loaded once', async () => {
    expect(await loadWordNet()).toBe(wordnet);
  });

  it('finds a synset by its id and gives its words and place', () => {
    const dog = synsetById(wordnet, 'n02084071');
    expect(lemmasOf(wordnet, dog)).toEqual(['dog', 'domestic_dog', 'Canis_familiaris']);
    expect(hypernymsOf(wordnet, dog).length).toBe(2);
    expect([...hypernymsOf(wordnet, dog)].map((above) => lemmasOf(wordnet, above)[0])).toEqual([
      'canine',
      'domestic_animal',
    ]);
    expect(synsetName(wordnet, dog)).toBe('dog.n.01');
    expect(LEXICOGRAPHER_FILES[wordnet.lexFiles[dog]!]).toBe('animal');
    expect(depthOf(wordnet, dog)).toEqual({ min: 8, max: 13 });
  });

  it('keeps capitals as the database writes them', () => {
    const words = (id: string): string[] => lemmasOf(wordnet, synsetById(wordnet, id));
    expect(words('n02085620')).toEqual(['Chihuahua']);
    expect(words('n03595614')).toEqual(['jersey', 'T-shirt', 'tee_shirt']);
    expect(words('n02669723')).toEqual(['academic_gown', 'academic_robe', "judge's_robe"]);
    expect(words('n04152593')).toEqual(['screen', 'CRT_screen']);
  });

  it('lists senses from the most frequent on, whatever the spelling of the word', () => {
    const ids = (word: string): string[] => [...sensesOf(wordnet, word)].map((sense) => wnidOf(wordnet, sense));
    expect(ids('crane')).toEqual(['n10914447', 'n10914331', 'n09295455', 'n03126707', 'n02012849']);
    expect(ids('Fire Hydrant')).toEqual(['n03346898']);
    expect(ids('no such noun')).toEqual([]);
    expect(ids('')).toEqual([]);
    expect(ids("'hood")).toHaveLength(1);
    expect(ids('zymurgy')).toHaveLength(1);
  });

  it('refuses ids that are not noun synsets, naming them', () => {
    for (const id of ['n02084072', 'n2084071', 'v02084071', '', 'dog'])
      expect(() => synsetById(wordnet, id)).toThrow(UsageError);
    expect(() => synsetById(wordnet, 'n99999999')).toThrow(/n99999999/);
  });

  it('gives the glosses of the same synsets', async () => {
    const glosses = await loadGlosses();
    expect(glosses.of(synsetById(wordnet, 'n01514859'))).toBe('adult female bird');
    expect(glosses.of(synsetById(wordnet, 'n00001740'))).toMatch(/^that which is perceived/);
    expect(glosses.of(wordnet.synsetCount - 1)).not.toBe('');
  });

  it('leads every synset up to entity, and its hyponyms are the reverse of its hypernyms', () => {
    const root = synsetById(wordnet, 'n00001740');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: wordnet.synsetCount - 1 }), (synset) => {
        const above = ancestorsOf(wordnet, synset);
        expect(above.synsets).toContain(root);
        expect(above.distances[0]).toBe(0);
        const paths = pathsToRoot(wordnet, synset);
        for (const path of paths) expect([path[0], path.at(-1)]).toEqual([synset, root]);
        const lengths = paths.map((path) => path.length - 1);
        expect(depthOf(wordnet, synset)).toEqual({ min: Math.min(...lengths), max: Math.max(...lengths) });
        expect(above.distances[above.synsets.indexOf(root)]).toBe(Math.min(...lengths));
        for (const hypernym of hypernymsOf(wordnet, synset)) expect(hyponymsOf(wordnet, hypernym)).toContain(synset);
        for (const lemma of lemmasOf(wordnet, synset)) expect(sensesOf(wordnet, lemma)).toContain(synset);
        expect(synsetById(wordnet, wnidOf(wordnet, synset))).toBe(synset);
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});
