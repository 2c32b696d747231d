import { describe, expect, it } from 'vitest';
import { conceptsFindings } from '#src/findings/concepts/concepts-findings.ts';
import { coveringEffect } from '#src/measures/concepts/importance/covering.ts';
import { holm } from '#src/statistics/holm.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { ConceptsSection } from '#src/study/concepts-section.ts';

type Covered = NonNullable<ConceptsSection['classes'][number]['models'][0]>['concepts'][number]['covered'];

/** What covering a concept of the first model says, from falls beyond random patches in each image. */
function coveredOf(own: readonly number[], other: readonly number[]): Covered {
  const none = own.map(() => 0);
  const [a, b] = [own, other].map((falls) => coveringEffect(falls, none)!);
  const difference = coveringEffect(own, other)!;
  return {
    ...{ images: own.length, patches: 2, models: [a!, b!], difference: difference.effect },
    p: a!.p === null || difference.p === null ? null : Math.max(a!.p, difference.p),
    pCorrected: null,
  };
}

async function said(measured: readonly Covered[]) {
  const known = measured.flatMap((one) => (one && one.p !== null ? [{ one, p: one.p }] : []));
  const corrected = holm(known.map(({ p }) => p));
  const covered = measured.map((one) => {
    const i = known.findIndex((other) => other.one === one);
    return one && { ...one, pCorrected: corrected[i] ?? null };
  });
  const section = {
    models: ['a', 'b'].map((name) => ({ name, head: { kind: 'linear' }, accuracy: null })),
    classes: [
      {
        ...{ id: 'c0-cat', name: 'cat', evaluationImages: Array.from({ length: 30 }, (_, i) => i) },
        models: [
          {
            concepts: covered.map((one, index) => ({
              ...{ index, covered: one, dead: false, importance: null },
              similarity: { cross: { pearson: { value: null } }, self: { pearson: { value: null } } },
            })),
          },
          null,
        ],
      },
    ],
    ...{ skippedClasses: [], performance: null },
    summary: {
      models: [0, 1].map(() => ({
        constantPredictions: 0,
        cross: { mean: { value: null } },
        self: { mean: {} },
        null: {},
      })),
      ...{ thresholds: { similarity: 0.5, importance: 0.1 }, level: 0.95 },
    },
  } as unknown as ConceptsSection;
  return (await conceptsFindings(section)).find(({ rule }) => rule === 'concepts.covered');
}

const about = (mean: number, spread = 0.02, count = 12) =>
  Array.from({ length: count }, (_, i) => mean + spread * (i % 2 === 0 ? 1 : -1));

describe('the finding of covered patches', () => {
  it('tells the fall, that of the other, and their difference, each with its interval', async () => {
    const found = (await said([coveredOf(about(0.3), about(0.01, 0.03)), coveredOf(about(0.1), about(0))]))!;
    expect(found.text).toBe(
      "Covering concept cat 0 lowers a's probability of the class by 0.30 (95 % interval 0.29 to 0.31) more than covering random patches, in 12 images; that of b does not fall measurably (0.01, 95 % interval −0.01 to 0.03). The difference is 0.29 (95 % interval 0.28 to 0.30); p below 0.001, corrected for 2 concepts.",
    );
    expect(found.evidence.map(({ figure, of }) => [figure, of])).toEqual([
      ["fall of the class's probability beyond random patches", 'a'],
      ["fall of the class's probability beyond random patches", 'b'],
      ['own fall minus that of the other network', undefined],
      ['p-value, corrected', undefined],
    ]);
    expect(found.evidence[2]!.interval!.low).toBeCloseTo(0.2836, 2);
    expect(found.view.params).toEqual({ concept: 'c0-cat/0/0' });
  });

  it('never says that a probability falls which does not, whatever the other network does', async () => {
    // The largest difference is that of a concept whose own network does not move, while the other's answer rises.
    const found = (await said([coveredOf(about(-0.02), about(-0.5)), coveredOf(about(0.1), about(0))]))!;
    expect(found.text).toContain('Covering concept cat 1 lowers');
    const none = (await said([coveredOf(about(-0.02), about(-0.5)), coveredOf(about(0, 0.05), about(-0.2))]))!;
    expect(none.kind).toBe('result');
    expect(none.text).toBe(
      'Covering no concept can be told to lower the answer of the network that has it, and that further than the answer of the other: of 2 concepts none is at p < 0.05 after correction for their number.',
    );
  });

  it('is not made of noise: of 200 concepts without an effect one is named in 1 study of 20 at most', async () => {
    const random = createRandom(4);
    const noise = (count: number) => Array.from({ length: count }, () => 0.1 * random.normal());
    let named = 0;
    let uncorrected = 0;
    const studies = 60;
    for (let study = 0; study < studies; study++) {
      const covered = Array.from({ length: 200 }, () => coveredOf(noise(10), noise(10)));
      if (covered.some((one) => (one!.difference.low ?? 0) > 0)) uncorrected++;
      if ((await said(covered))!.text.includes('lowers')) named++;
    }
    // Some interval of 200 lies above 0 nearly always.
    expect(uncorrected).toBeGreaterThan(0.9 * studies);
    expect(named).toBeLessThanOrEqual(studies / 20);
  });

  it('says nothing of concepts that fewer than five images show', async () => {
    expect(await said([null, null])).toBeUndefined();
    const few = (await said([coveredOf([0.5, 0.5, 0.4, 0.6], [0, 0, 0, 0])]))!;
    expect([few.kind, few.text]).toEqual([
      'open',
      'Not to be said: whether a concept causes the answer, since no concept is shown by so many patches in five images.',
    ]);
    const beside = (await said([coveredOf([0.9, 0.9, 0.9], [0, 0, 0]), coveredOf(about(0.1), about(0))]))!;
    expect(beside.text).toContain('Covering concept cat 1 lowers');
    expect(beside.text).toContain('corrected for 1 concept.');
  });
});
