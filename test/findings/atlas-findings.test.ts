import { describe, expect, it } from 'vitest';
import { atlasFindings } from '#src/findings/concepts/atlas-findings.ts';
import type { StudyReader } from '#src/findings/study-reader.ts';
import type { AtlasCell, AtlasEntryRow, AtlasSection } from '#src/study/concepts/atlas-section.ts';

const has: AtlasCell = {
  ...{ concepts: [{ class: 'cat', concept: 0 }], importance: 0.8 },
  ...{ similarity: 0.9, low: 0.85, high: 0.95 },
};
const without = (similarity: number | null, high = (similarity ?? 0) + 0.05): AtlasCell => ({
  ...{ concepts: [], importance: null, similarity },
  ...(similarity === null ? { low: null, high: null } : { low: similarity - 0.05, high }),
});

async function said(cells: readonly AtlasCell[][], least: readonly number[] = []) {
  const entries = cells.map((of, entry): AtlasEntryRow => {
    const models = of.filter(({ concepts }) => concepts.length > 0).length;
    return {
      ...{ entry, models, classes: ['cat'], ceiling: 0.95, importance: 0.8, cells: of },
      agreement: models > 1 ? { mean: 0.9, least: least[entry] ?? 0.9 } : null,
    };
  });
  const section = {
    models: ['a', 'b', 'c'].map((name) => ({ name })),
    ...{ classes: [{ id: 'cat', name: 'cat, true cat' }], thresholds: { similarity: 0.5, importance: 0.1 } },
    ...{ level: 0.95, entryCount: entries.length, entries: 'entries.jsonl' },
  } as unknown as AtlasSection;
  const found = await atlasFindings(section, { table: async () => entries } as unknown as StudyReader);
  const text = (rule: string) => found.find((one) => one.rule === rule)?.text;
  return { found, lacking: text('concepts.atlas-lacking'), common: text('concepts.atlas-common')! };
}

describe('findings of an atlas', () => {
  it('say that a network lacks a concept only where all of the interval is below the threshold, and state it', async () => {
    const { lacking, found } = await said([[has, has, without(0.3)]]);
    expect(lacking).toBe(
      'Concept 0 of the atlas (cat) is in a and b and matters there (normalised importance up to 0.80); c lacks it: similarity 0.30 (95 % interval 0.25 to 0.35), ceiling 0.95.',
    );
    expect(found[0]!.evidence[0]!.interval).toEqual({ low: 0.25, high: 0.35, level: 0.95 });
    expect((await said([[has, has, without(0.48, 0.55)]])).lacking).toBeUndefined();
    expect((await said([[has, has, without(null)]])).lacking).toBeUndefined();
  });

  it('tell concepts without a counterpart from those that no other network represents', async () => {
    const { common, found } = await said(
      [
        [has, has, has],
        [has, has, has],
        [has, without(0.8), without(0.7)],
        [without(0.2), has, without(0.3)],
        [without(0.2), has, without(0.6)],
        [has, without(0.45, 0.55), without(0.1)],
      ],
      [0.7, 0.31],
    );
    expect(common).toBe(
      'Of 6 concepts of the atlas 2 are in all 3 networks (least agreement of any two, r 0.31). 4 have a counterpart in no other network; 1 of them no other network represents (similarity below 0.50, with its whole interval).',
    );
    expect(found.at(-1)!.evidence.map(({ value }) => value)).toEqual([2, 0.31, 4, 1]);
    expect((await said([[has, without(0.8), without(0.7)]])).common).toBe(
      'Of 1 concept of the atlas 0 are in all 3 networks. 1 has a counterpart in no other network; of none can it be said that no other network represents it.',
    );
    expect((await said([[has, has, has]])).common).toBe(
      'Of 1 concept of the atlas 1 is in all 3 networks (least agreement of any two, r 0.90). 0 have a counterpart in no other network.',
    );
  });
});
