import { describe, expect, it } from 'vitest';
import type { AtlasCell, AtlasEntryRow, AtlasSection } from '#src/study/concepts/atlas-section.ts';
import { classesText, filterEntries } from '../../app/src/instruments/concepts/atlas/atlas-data.ts';

const own = (...classes: string[]): AtlasCell => ({
  concepts: classes.map((id) => ({ class: id, concept: 0 })),
  ...{ similarity: 0.9, low: 0.85, high: 0.95 },
  importance: 0.5,
});
const without = (similarity: number | null, half = 0.1): AtlasCell => ({
  concepts: [],
  similarity,
  low: similarity && similarity - half,
  high: similarity && similarity + half,
  importance: null,
});
const entry = (number: number, classes: string[], cells: AtlasCell[]): AtlasEntryRow => ({
  entry: number,
  models: cells.filter(({ concepts }) => concepts.length > 0).length,
  classes,
  agreement: null,
  ceiling: 0.95,
  importance: 0.5,
  cells,
});
const section = { thresholds: { similarity: 0.5, importance: 0.1 } } as AtlasSection;
const entries = [
  entry(0, ['cat'], [own('cat'), own('cat')]),
  entry(1, ['dog', 'cat'], [own('dog', 'cat'), without(0.2)]),
  entry(2, ['dog'], [without(0.7), own('dog')]),
];
const numbers = (...args: [Parameters<typeof filterEntries>[1], string?]) =>
  filterEntries({ entries, section }, args[0], args[1]).map((one) => one.entry);

describe('the list of the atlas', () => {
  it('keeps what a network lacks, what all have, and what a class shows', () => {
    expect(numbers('all')).toEqual([0, 1, 2]);
    expect(numbers('differs')).toEqual([1]);
    expect(numbers('common')).toEqual([0]);
    expect(numbers('all', 'dog')).toEqual([1, 2]);
    expect(numbers('common', 'dog')).toEqual([]);
  });

  it('calls missing only what all of the interval says', () => {
    const differs = (cell: AtlasCell) =>
      filterEntries({ entries: [entry(0, ['cat'], [own('cat'), cell])], section }, 'differs', undefined).length;
    expect([
      differs(without(0.39)),
      differs(without(0.41)),
      differs(without(0.2, 0.4)),
      differs(without(null)),
    ]).toEqual([1, 0, 0, 0]);
  });

  it('names the first classes and counts the others', () => {
    const name = (id: string) => id.toUpperCase();
    expect(classesText(entries[1]!, name)).toBe('DOG, CAT');
    expect(classesText(entries[1]!, name, 1)).toBe('DOG and 1 more');
  });
});
