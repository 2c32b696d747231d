import { describe, expect, it } from 'vitest';
import { PAPERS } from '#src/explanations/papers.ts';
import { TERMS, type Term } from '#src/explanations/terms.ts';

const terms = Object.entries<Term>(TERMS);

describe('the glossary', () => {
  it('explains each term in a sentence or two, and names each once', () => {
    const names = terms.map(([, { name }]) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const [key, { meaning }] of terms) {
      expect(meaning, key).toMatch(/^[A-Z].*[.)?]$/);
      expect(meaning.length, key).toBeLessThan(340);
    }
  });

  it('says of every measure with a chance level where its values lie', () => {
    for (const [key, { chance, range }] of terms) if (chance !== undefined) expect(range, key).toBeDefined();
  });

  it('cites every paper that it lists', () => {
    const cited = new Set(terms.flatMap(([, { paper }]) => paper ?? []));
    expect([...cited].sort()).toEqual(Object.keys(PAPERS).sort());
  });
});
