import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { ssad } from '#src/measures/class-similarity/alignment.ts';
import { alignmentInterval, bootstrapAlignment, pairedDifference } from '#src/measures/class-similarity/bootstrap.ts';
import { mantelTest } from '#src/measures/class-similarity/mantel.ts';
import { type PreparedSimilarity, prepareSimilarity } from '#src/measures/class-similarity/prepared-similarity.ts';
import { kendall } from '#src/statistics/kendall.ts';
import { createRandom } from '#src/statistics/random.ts';
import { spearman } from '#src/statistics/spearman.ts';
import { select } from '#src/tensor/matrix.ts';
import { randomSimilarity, relatedSimilarities, stepped } from '../../support/similarities.ts';

/** Cosine after taking off `offsets`. */
function cosine(a: number[], b: number[], offsets: [number, number]): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (const [k, value] of a.entries()) {
    const x = value - offsets[0];
    const y = b[k]! - offsets[1];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

/** A resample written out: every pair of different classes as often as it was drawn. */
function writtenOut(drawn: number[], a: PreparedSimilarity, b: PreparedSimilarity): [number[], number[]] {
  const x: number[] = [];
  const y: number[] = [];
  const n = a.matrix.cols;
  for (let p = 0; p < drawn.length; p++) {
    for (let q = p + 1; q < drawn.length; q++) {
      if (drawn[p] === drawn[q]) continue;
      const [i, j] = [Math.min(drawn[p]!, drawn[q]!), Math.max(drawn[p]!, drawn[q]!)];
      x.push(a.matrix.data[i * n + j]!);
      y.push(b.matrix.data[i * n + j]!);
    }
  }
  return [x, y];
}

describe('bootstrapAlignment', () => {
  const [smoothA, smoothB] = relatedSimilarities(14, createRandom(1), 0.5);
  const sides: [string, PreparedSimilarity, PreparedSimilarity][] = [
    ['a reference with ties', prepareSimilarity(smoothA), prepareSimilarity(stepped(smoothB))],
    ['a model with ties', prepareSimilarity(stepped(smoothA)), prepareSimilarity(smoothB)],
    ['ties in both', prepareSimilarity(stepped(smoothA)), prepareSimilarity(stepped(smoothB))],
  ];

  it.each(sides)('equals measures of resamples written out: %s', (_, model, reference) => {
    for (const kind of ['ssad', 'nsad'] as const) {
      const { models } = bootstrapAlignment([model], reference, { kind, resamples: 12, seed: 5 });
      const random = createRandom(5);
      for (let r = 0; r < 12; r++) {
        const drawn = Array.from({ length: 14 }, () => random.below(14));
        const [x, y] = writtenOut(drawn, model, reference);
        expect(models[0]!.spearman.draws[r]).toBeCloseTo(spearman(x, y)!, 10);
        expect(models[0]!.kendall.draws[r]).toBeCloseTo(kendall(x, y)!, 10);
        // The scaling is that of all classes, not of those drawn.
        const offsets: [number, number] = kind === 'ssad' ? [model.min, reference.min] : [0, 0];
        expect(models[0]!.cosine.draws[r]).toBeCloseTo(cosine(x, y, offsets), 10);
      }
    }
  });

  it('observes what ssad gives, is seeded, and sees the same resamples for every model', () => {
    const [, model, reference] = sides[0]!;
    const first = bootstrapAlignment([model, model], reference, { resamples: 20, seed: 2 });
    const expected = ssad(model, reference);
    for (const measure of ['cosine', 'spearman', 'kendall'] as const) {
      expect(first.models[0]![measure].observed).toBeCloseTo(expected[measure]!, 12);
      expect(first.models[0]![measure].draws).toEqual(first.models[1]![measure].draws);
    }
    expect(bootstrapAlignment([model, model], reference, { resamples: 20, seed: 2 })).toEqual(first);
    const other = bootstrapAlignment([model], reference, { resamples: 20, seed: 3, measures: ['spearman'] });
    expect(other.models[0]!.spearman.draws).not.toEqual(first.models[0]!.spearman.draws);
    expect(other.models[0]!.kendall).toEqual({ observed: null, draws: new Float64Array(0) });
  });

  it('leaves out the classes that any model lacks', () => {
    const [, model, reference] = sides[0]!;
    const lacking = prepareSimilarity(smoothA, { exclude: [3] });
    const { classes, models } = bootstrapAlignment([model, lacking], reference, { resamples: 2 });
    expect(classes).toBe(13);
    expect(models[0]).toEqual(models[1]);
  });

  it('marks undefined draws and reports progress; stops when it is told to', () => {
    const flat = prepareSimilarity({ rows: 5, cols: 5, data: new Float64Array(25).fill(0.5) });
    const five = prepareSimilarity(randomSimilarity(5, 1));
    const { models } = bootstrapAlignment([five], flat, { resamples: 4 });
    expect(models[0]!.spearman.observed).toBeNull();
    expect(alignmentInterval(models[0]!.spearman)).toBeNull();
    const done: number[] = [];
    bootstrapAlignment([five], five, { resamples: 3, onProgress: (progress) => done.push(progress.done) });
    expect(done).toEqual([1, 2, 3]);
    expect(() => bootstrapAlignment([five], five, { signal: AbortSignal.abort() })).toThrow(/abort/i);
    expect(() => bootstrapAlignment([], five)).toThrow(UsageError);
    expect(() => bootstrapAlignment([five], five, { resamples: 0 })).toThrow(/found 0/);
  });

  // Measured: 96 %. A class bootstrap is conservative.
  it('covers the value of the population in at least 90 % of 400 draws of 60 classes', () => {
    const population = 1200;
    const [a, b] = relatedSimilarities(population, createRandom(11), 0.6);
    const value = ssad(prepareSimilarity(a), prepareSimilarity(b)).spearman!;
    const random = createRandom(12);
    let covered = 0;
    for (let draw = 0; draw < 400; draw++) {
      const classes = random.permutation(population).subarray(0, 60);
      const { models } = bootstrapAlignment(
        [prepareSimilarity(select(a, classes))],
        prepareSimilarity(select(b, classes)),
        { resamples: 200, seed: draw, measures: ['spearman'] },
      );
      const { low, high } = alignmentInterval(models[0]!.spearman)!;
      if (low <= value && value <= high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(360);
  });
});

describe('pairedDifference', () => {
  const random = createRandom(21);
  const [near, reference] = relatedSimilarities(60, random, 0.7);
  const far = randomSimilarity(60, 22);
  const side = prepareSimilarity(reference);

  it('tells a clear difference and calls a model the equal of itself', () => {
    const { models } = bootstrapAlignment([prepareSimilarity(near), prepareSimilarity(far)], side, { resamples: 200 });
    const [a, b] = models.map((model) => model.spearman) as [(typeof models)[0]['spearman'], never];
    const clear = pairedDifference(a, b)!;
    expect(clear.distinguishable).toBe(true);
    expect(clear.difference).toBeCloseTo(a.observed! - (b as typeof a).observed!, 12);
    expect(clear.low).toBeGreaterThan(0);
    expect(clear.signShare).toBe(1);
    const back = pairedDifference(b, a)!;
    expect([back.low, back.high]).toEqual([-clear.high, -clear.low].map((x) => expect.closeTo(x, 12)));
    expect(pairedDifference(a, a)).toMatchObject({ difference: 0, low: 0, high: 0, distinguishable: false });
  });

  it('refuses draws that are not paired, and is null where a measure is undefined', () => {
    const draws = { observed: 0.1, draws: new Float64Array(3) };
    expect(() => pairedDifference(draws, { observed: 0.1, draws: new Float64Array(2) })).toThrow(/3 and 2/);
    expect(pairedDifference(draws, { observed: null, draws: new Float64Array(3) })).toBeNull();
  });
});

describe('mantelTest', () => {
  it('finds agreement, and is seeded', () => {
    const [a, b] = relatedSimilarities(30, createRandom(31), 0.7);
    const sides = [prepareSimilarity(a), prepareSimilarity(stepped(b))] as const;
    expect(mantelTest(...sides, { permutations: 199 })).toMatchObject({
      cosine: 1 / 200,
      spearman: 1 / 200,
      kendall: 1 / 200,
    });
    const [c, d] = [prepareSimilarity(randomSimilarity(9, 1)), prepareSimilarity(randomSimilarity(9, 2))];
    expect(mantelTest(c, d, { seed: 1 })).toEqual(mantelTest(c, d, { seed: 1 }));
    expect(mantelTest(c, d, { seed: 1 })).not.toEqual(mantelTest(c, d, { seed: 2 }));
  });

  it('has uniform p-values on independent matrices', () => {
    const runs = 400;
    const permutations = 99;
    const random = createRandom(41);
    const histogram = new Array<number>(10).fill(0);
    for (let run = 0; run < runs; run++) {
      const [a, b] = relatedSimilarities(12, random, 0);
      const { spearman: p } = mantelTest(prepareSimilarity(a), prepareSimilarity(b), {
        permutations,
        seed: run,
        measures: ['spearman'],
      });
      histogram[Math.ceil(p! * 10) - 1]!++;
    }
    const expected = runs / 10;
    const chiSquare = histogram.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // The 0.999 quantile of χ² with 9 degrees of freedom.
    expect(chiSquare).toBeLessThan(27.88);
  });

  it('is 1 where every permutation aligns as well, and null where the measure is undefined', () => {
    const three = prepareSimilarity({
      rows: 3,
      cols: 3,
      data: Float64Array.from([1, 0.5, 0.5, 0.5, 1, 0.5, 0.5, 0.5, 1]),
    });
    expect(mantelTest(three, three)).toMatchObject({ cosine: null, spearman: null, kendall: null });
    const a = prepareSimilarity(randomSimilarity(8, 1));
    const opposite = prepareSimilarity({ ...a.matrix, data: a.matrix.data.map((x) => -x) });
    expect(mantelTest(a, opposite, { measures: ['spearman'] })).toMatchObject({ spearman: 1, cosine: null });
    expect(() => mantelTest(a, a, { permutations: 0 })).toThrow(UsageError);
    expect(() => mantelTest(a, a, { signal: AbortSignal.abort() })).toThrow(/abort/i);
  });
});
