import { describe, expect, it } from 'vitest';
import { summariseAgreement } from '#src/analyses/concepts/naming/agreement-summary.ts';
import { namingPrompt } from '#src/analyses/concepts/naming/prompt.ts';
import { drawNaming } from '#src/analyses/concepts/naming/shuffled-control.ts';
import { nameAgreement } from '#src/study/concepts/name-agreement.ts';
import type { CollageRow } from '#src/study/concepts-section.ts';

const patchAt = (row: number) => ({ row, image: row, patch: 0, real: 1, predicted: 0 });

/** Concepts with 4, 3 and 2 patches in their rows, all different but for one that two concepts share. */
const rows: CollageRow[] = [0, 1, 2].flatMap((concept) =>
  (['top', 'under', 'over'] as const).map((kind, r) => ({
    concept,
    kind,
    patches: Array.from({ length: 4 - r }, (_, i) =>
      patchAt(concept === 2 && r + i === 0 ? 0 : 100 * concept + 10 * r + i),
    ),
  })),
);
const draws = Array.from({ length: 300 }, (_, seed) => drawNaming(rows, 1, 'cat/0/1', seed));

describe('the draw of a concept that is asked about', () => {
  it('deals patches of all concepts into rows as long as its own, each once', () => {
    const pool = new Set(rows.flatMap(({ patches }) => patches.map(({ row }) => row)));
    const seen = new Set<number>();
    for (const { control } of draws) {
      expect(control.map(({ concept, kind, patches }) => [concept, kind, patches.length])).toEqual([
        [1, 'top', 4],
        [1, 'under', 3],
        [1, 'over', 2],
      ]);
      const dealt = control.flatMap(({ patches }) => patches.map(({ row }) => row));
      expect(new Set(dealt).size).toBe(9);
      for (const row of dealt) seen.add(row);
    }
    expect(seen).toEqual(pool);
    const own = draws
      .flatMap(({ control }) => control.flatMap(({ patches }) => patches))
      .filter(({ row }) => row >= 100 && row < 200);
    // 9 of the 26 different patches are its own.
    expect(own.length / (300 * 9)).toBeCloseTo(9 / 26, 1);
  });

  it('has every order of the rows, the control first in half of them, and is the same for the same seed and concept', () => {
    expect(new Set(draws.map(({ order }) => order.join())).size).toBe(6);
    const first = draws.filter(({ controlFirst }) => controlFirst).length;
    expect(first).toBeGreaterThan(120);
    expect(first).toBeLessThan(180);
    expect(drawNaming(rows, 1, 'cat/0/1', 7)).toEqual(draws[7]);
    expect(drawNaming(rows, 1, 'dog/0/1', 7)).not.toEqual(draws[7]);
  });

  it('is what the question says of the rows', () => {
    const lines = namingPrompt({
      className: 'cat',
      owner: 'A',
      other: 'B',
      similarity: 0.5,
      order: ['over', 'top', 'under'],
    }).split('\n');
    expect(lines.filter((line) => / row, /.test(line)).map((line) => line.split(' frames')[0])).toEqual([
      'Top row, vermilion',
      'Middle row, green',
      'Bottom row, blue',
    ]);
  });
});

describe('the agreement of two names', () => {
  const named = (name: string): string => JSON.stringify({ name });

  it('is shared words over all words, without case, order and function words', () => {
    expect(nameAgreement(named('The tip of a nose'), named('nose tip'))).toBe(1);
    expect(nameAgreement(named('dark nose'), named('Nose, pale'))).toBeCloseTo(1 / 3, 12);
    expect(nameAgreement(named('grass'), named('sky'))).toBe(0);
    expect(nameAgreement(named('Schnauze größer'), `Yes: ${named('GRÖSSER schnauze')}`)).toBeCloseTo(1 / 3, 12);
  });

  it('is null where an answer has no name', () => {
    expect(nameAgreement('no idea', named('sky'))).toBeNull();
    expect(nameAgreement(named('of the'), named('sky'))).toBeNull();
  });

  it('is averaged over the concepts that have it, with an interval of five or more', () => {
    expect(summariseAgreement([{ agreement: null }])).toEqual({ compared: 0, mean: null, low: null, high: null });
    expect(summariseAgreement([{ agreement: 0 }, { agreement: 1 }, { agreement: null }])).toEqual({
      compared: 2,
      mean: 0.5,
      low: null,
      high: null,
    });
    const five = summariseAgreement([0, 0, 0.5, 1, 1].map((agreement) => ({ agreement })));
    // 0.5 ± 2.776 × 0.5 / √5, cut.
    expect(five).toEqual({ compared: 5, mean: 0.5, low: 0, high: 1 });
    const near = summariseAgreement([0.4, 0.45, 0.5, 0.55, 0.6].map((agreement) => ({ agreement })));
    expect(near.low).toBeCloseTo(0.5 - (2.7764 * Math.sqrt(0.00625)) / Math.sqrt(5), 4);
  });
});
