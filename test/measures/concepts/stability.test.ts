import { describe, expect, it } from 'vitest';
import { componentSweep } from '#src/measures/concepts/factor/component-sweep.ts';
import { factorise } from '#src/measures/concepts/factor/factorise.ts';
import { conceptHygiene } from '#src/measures/concepts/factor/hygiene.ts';
import { matchConcepts } from '#src/measures/concepts/factor/match-concepts.ts';
import { nndsvd } from '#src/measures/concepts/factor/nndsvd.ts';
import { conceptStability } from '#src/measures/concepts/factor/stability.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

/** `parts` concepts on channels of their own, each row showing some, and noise. */
function planted(rows: number, parts: number, noise: number, seed = 1): Matrix64 {
  const random = createRandom(seed);
  const cols = 6 * parts;
  const shares = Float64Array.from({ length: rows * parts }, () => Math.max(0, random.normal()));
  const data = Float64Array.from({ length: rows * cols }, (_, at) => {
    const [i, c] = [Math.floor(at / cols), at % cols];
    return shares[i * parts + (c % parts)]! * (1 + (c % 5)) + noise * random.next();
  });
  return { rows, cols, data };
}

describe('matching concepts', () => {
  it('finds a permutation of directions of any length', () => {
    const { directions } = factorise(planted(40, 5, 0.1), { method: 'nmf', nComponents: 5 });
    const order = [3, 0, 4, 1, 2];
    const data = new Float64Array(directions.data.length);
    order.forEach((from, to) => {
      for (let c = 0; c < directions.cols; c++)
        data[to * directions.cols + c] = (to + 1) * directions.data[from * directions.cols + c]!;
    });
    const { partners, cosines } = matchConcepts(directions, { ...directions, data });
    expect([...partners]).toEqual([1, 3, 4, 0, 2]);
    for (const cosine of cosines) expect(cosine).toBeCloseTo(1, 12);
  });

  it('leaves some without a partner where the other has fewer, and refuses other channels', () => {
    const a = { rows: 3, cols: 2, data: Float64Array.of(1, 0, 0, 1, 0, 0) };
    const b = { rows: 2, cols: 2, data: Float64Array.of(0, 2, 1, 0) };
    expect(matchConcepts(a, b)).toEqual({ partners: Int32Array.of(1, 0, -1), cosines: Float64Array.of(1, 1, 0) });
    expect(() => matchConcepts(a, { rows: 1, cols: 3, data: Float64Array.of(1, 1, 1) })).toThrow(
      'Directions of 2 and of 3 channels cannot be matched.',
    );
  });
});

describe.each(['nmf', 'semi-nmf'] as const)('stability of %s', (method) => {
  const x = planted(120, 4, 0.05);
  const found = factorise(x, { method, nComponents: 4 });

  it.each(['start', 'images'] as const)('is near 1 where the concepts are planted, varying the %s', (vary) => {
    const stability = conceptStability(x, found, { vary, rowsPerImage: 4, runs: 3 });
    expect(stability.runs.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    expect(stability.mean).toBeGreaterThan(method === 'nmf' ? 0.98 : 0.7);
    expect(stability.concepts.reduce((sum, value) => sum + value, 0) / 4).toBeCloseTo(stability.mean, 12);
    expect(conceptStability(x, found, { vary, rowsPerImage: 4, runs: 3 })).toEqual(stability);
  });
});

describe('stability', () => {
  it('is lower for noise than for planted concepts', () => {
    const random = createRandom(3);
    const noise: Matrix64 = { rows: 80, cols: 24, data: Float64Array.from({ length: 1920 }, () => random.next()) };
    const of = (x: Matrix64): number => conceptStability(x, factorise(x, { method: 'nmf', nComponents: 4 })).mean;
    // Directions of at least 0 are never far apart, so noise still scores high.
    expect(1 - of(noise)).toBeGreaterThan(10 * (1 - of(planted(80, 4, 0.05))));
  });

  it('draws again where too few different images came', () => {
    const random = createRandom(5);
    const few: Matrix64 = { rows: 4, cols: 4, data: Float64Array.from({ length: 16 }, () => random.next()) };
    const found = factorise(few, { method: 'nmf', nComponents: 3 });
    expect(conceptStability(few, found, { vary: 'images', runs: 4 }).runs).toHaveLength(4);
  });

  it('names what it cannot do', () => {
    const x = planted(8, 2, 0.1);
    const found = factorise(x, { method: 'nmf', nComponents: 2 });
    const run = (options: Parameters<typeof conceptStability>[2]) => () => conceptStability(x, found, options);
    expect(run({ runs: 0 })).toThrow('runs must be a whole number above 0; found 0.');
    expect(run({ rowsPerImage: 3 })).toThrow('rowsPerImage must divide the 8 rows; found 3.');
    expect(run({ vary: 'images', rowsPerImage: 8 })).toThrow(
      'Stability over images needs at least two images; found one.',
    );
    expect(run({ vary: 'seeds' as 'start' })).toThrow('vary must be "start" or "images"; found "seeds".');
    expect(run({ signal: AbortSignal.abort(new Error('enough')) })).toThrow('enough');
  });
});

describe('dead and duplicate concepts', () => {
  const directions = { rows: 5, cols: 3, data: Float64Array.of(1, 0, 0, 0, 1, 0, 2, 0.01, 0, 0, 0, 0, 0, 1, 0.5) };
  const coefficients = { rows: 2, cols: 5, data: Float64Array.of(1, 2, 3, 1, 0, 0, 1, 1, 1, 0) };

  it('are told from size and direction', () => {
    const found = conceptHygiene(coefficients, directions);
    expect(found.map(({ dead }) => dead)).toEqual([false, false, false, true, true]);
    expect(found.map(({ duplicateOf }) => duplicateOf)).toEqual([null, null, 0, null, null]);
    expect(found[0]!.closest).toEqual({ concept: 2, cosine: expect.closeTo(1, 4) });
    expect(found[1]!.size).toBeCloseTo(Math.sqrt(5), 12);
    expect(conceptHygiene(coefficients, directions, { duplicateCosine: 1 })[2]!.duplicateOf).toBeNull();
  });

  it('names what does not fit', () => {
    expect(() => conceptHygiene({ ...coefficients, cols: 2 }, directions)).toThrow(
      'Coefficients of 2 concepts do not belong to 5 directions.',
    );
    expect(() => conceptHygiene(coefficients, directions, { duplicateCosine: 0 })).toThrow(
      'deadShare must be in [0, 1) and duplicateCosine in (0, 1]; found 0.000001 and 0.',
    );
  });
});

describe('a sweep over numbers of concepts', () => {
  it('falls to the noise at the number that was planted, where stability is highest', () => {
    const x = planted(120, 5, 0.02);
    const reported: number[] = [];
    const points = componentSweep(x, {
      method: 'nmf',
      components: [2, 5, 8],
      runs: 3,
      onProgress: ({ done }) => reported.push(done),
    });
    expect(points.map(({ nComponents }) => nComponents)).toEqual([2, 5, 8]);
    expect(reported).toEqual([1, 2, 3]);
    const [few, right, many] = points;
    expect(few!.relativeError).toBeGreaterThan(10 * right!.relativeError);
    expect(many!.relativeError).toBeLessThanOrEqual(right!.relativeError);
    expect(right!.stability!.mean).toBeGreaterThan(0.99);
    expect(many!.stability!.mean).toBeLessThan(right!.stability!.mean);
    expect(right).toMatchObject({ dead: 0, duplicates: 0 });
  });

  it('can leave stability out, and refuses nothing to try', () => {
    const x = planted(20, 3, 0.1);
    expect(componentSweep(x, { method: 'nmf', components: [1], runs: 0 })[0]!.stability).toBeNull();
    expect(() => componentSweep(x, { method: 'nmf', components: [] })).toThrow(
      'A sweep needs at least one number of components; found none.',
    );
    expect(() => componentSweep(x, { method: 'nmf', components: [30] })).toThrow(
      'nComponents is 30, above the 18 that 20×18 activations allow.',
    );
  });
});

it('NNDSVD does not need the signs of singular vectors, and refuses what is below 0', () => {
  const x = planted(10, 2, 0.1);
  expect(() => nndsvd({ ...x, data: x.data.map((value) => -value) }, 2)).toThrow(
    /^NNDSVD needs values of at least 0; row 0, column 0 is -/,
  );
  expect(() => nndsvd(x, 11)).toThrow('nComponents is 11, above the 10 that 10×12 activations allow.');
});
