import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ssad } from '#src/measures/class-similarity/alignment.ts';
import { chanceLevel } from '#src/measures/class-similarity/chance.ts';
import { largeSimilarity } from '#src/measures/class-similarity/large-similarity.ts';
import { neighbours } from '#src/measures/class-similarity/neighbours.ts';
import { prepareSimilarity } from '#src/measures/class-similarity/prepared-similarity.ts';
import { kendallOfTable, spearmanOfTable } from '#src/statistics/contingency.ts';
import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { kendall } from '#src/statistics/kendall.ts';
import { createRandom } from '#src/statistics/random.ts';
import { spearman } from '#src/statistics/spearman.ts';

describe('rank correlation of a table of counts', () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 4 })), {
    minLength: 2,
    maxLength: 80,
  });

  test('is that of the values one by one', () => {
    fc.assert(
      fc.property(pairs, (values) => {
        const counts = new Uint32Array(7 * 5);
        for (const [x, y] of values) counts[x * 5 + y]!++;
        const table = { rows: 7, cols: 5, counts };
        const x = values.map((pair) => pair[0]);
        const y = values.map((pair) => pair[1]);
        for (const [ours, theirs] of [
          [spearmanOfTable(table), spearman(x, y)],
          [kendallOfTable(table), kendall(x, y)],
        ] as const)
          if (theirs === null) expect(ours).toBeNull();
          else expect(ours).toBeCloseTo(theirs, 12);
      }),
    );
  });
});

describe('class similarity in tiles', () => {
  const count = 600;
  const random = createRandom(3);
  const templates = { rows: count, cols: 24, data: Float32Array.from({ length: count * 24 }, () => random.normal()) };
  templates.data.fill(0, 7 * 24, 8 * 24);
  // Levels of a made taxonomy: classes of one block of ten are nearest, of one block of a hundred nearer.
  const levelOf = (i: number, j: number): number =>
    i === j ? 3 : Math.floor(i / 10) === Math.floor(j / 10) ? 2 : Math.floor(i / 100) === Math.floor(j / 100) ? 1 : 0;
  const values = Float64Array.of(0.1, 0.2, 0.4, 1);
  const levels = Uint8Array.from({ length: count * count }, (_, k) => levelOf(Math.floor(k / count), k % count));
  for (let k = 0; k < count; k++) levels[11 * count + k] = levels[k * count + 11] = 255;

  const similarity = cosineSimilarityMatrix(templates);
  const reference = {
    rows: count,
    cols: count,
    data: Float64Array.from(levels, (level) => (level === 255 ? Number.NaN : values[level]!)),
  };
  const large = largeSimilarity(templates, { levels, values }, { neighbours: 5, draws: 5 });

  test('has the neighbours of the whole matrix', () => {
    for (const i of [0, 1, 8, 300, 599])
      expect(large.neighbours[i]!.map((entry) => entry.class)).toEqual(
        neighbours(similarity, i, 5).map((entry) => entry.class),
      );
    expect(large.neighbours[7]).toEqual([]);
    expect(large.missing).toEqual([7]);
  });

  test('has the alignment of the whole matrix', () => {
    const whole = ssad(prepareSimilarity(similarity), prepareSimilarity(reference));
    expect(large.alignment!.classes).toBe(whole.classes);
    expect(large.alignment!.cosine).toBeCloseTo(whole.cosine!, 6);
    expect(large.alignment!.spearman).toBeCloseTo(whole.spearman!, 5);
    expect(large.alignment!.kendall).toBeCloseTo(whole.kendall!, 5);
  });

  test('has the chance level of the whole matrix', () => {
    const whole = chanceLevel(prepareSimilarity(similarity), prepareSimilarity(reference));
    const { cosine, spearman, kendall } = large.alignment!.chance;
    expect(cosine!.mean).toBeCloseTo(whole.cosine!.mean, 6);
    expect(cosine!.sd / whole.cosine!.sd).toBeCloseTo(1, 4);
    expect(spearman!.mean).toBe(0);
    expect(spearman!.sd / whole.spearman!.sd).toBeCloseTo(1, 2);
    expect(kendall!.draws).toBe(5);
    expect(Math.abs(kendall!.sd / whole.kendall!.sd - 1)).toBeLessThan(4 * (kendall!.sdError + whole.kendall!.sdError));
  });

  test('works without a reference', () => {
    expect(largeSimilarity(templates, undefined, { neighbours: 1 }).alignment).toBeNull();
  });
});
