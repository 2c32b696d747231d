import { describe, expect, it } from 'vitest';
import { seenWith } from '#src/measures/class-similarity/co-occurrence.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

const CLASSES = 40;

/** Four groups of ten classes: 0.5 within, 0.1 across. */
const semantic: Matrix64 = {
  rows: CLASSES,
  cols: CLASSES,
  data: Float64Array.from({ length: CLASSES * CLASSES }, (_, k) => {
    const [i, j] = [Math.floor(k / CLASSES), k % CLASSES];
    return i === j ? 1 : Math.floor(i / 10) === Math.floor(j / 10) ? 0.5 : 0.1;
  }),
};

/** 60 pictures of each class; the best five are the class and four others at random, or what `planted` says. */
function pictures(planted: ReadonlyMap<string, number> = new Map(), each = 60) {
  const random = createRandom(3);
  const target: number[] = [];
  const best: number[] = [];
  for (let c = 0; c < CLASSES; c++)
    for (let i = 0; i < each; i++) {
      target.push(c);
      const row = new Set([c]);
      for (const [pair, share] of planted) {
        const [from, to] = pair.split(',').map(Number);
        if (from === c && random.next() < share) row.add(to!);
      }
      while (row.size < 5) row.add(random.below(CLASSES));
      best.push(...row);
    }
  return { target, best, k: 5 };
}

describe('seenWith', () => {
  it('finds what was planted in that direction, and only there', () => {
    const made = pictures(new Map([['0,25', 0.4]]));
    const found = seenWith(0, 25, made, semantic)!;
    expect(found.low).toBeGreaterThan(1);
    expect(found.pictures).toBe(60);
    expect(found.share).toBeGreaterThan(0.3);
    // As near to 25 as 0 is: all classes of the three other groups but 0 itself.
    expect(found.baseClasses).toBe(29);
    expect(found.base).toBeGreaterThan(0.05);
    expect(found.base).toBeLessThan(0.15);
    expect(found.ratio).toBeCloseTo((found.share * 60 + 0.5) / 61 / ((found.base * 29 * 60 + 0.5) / (29 * 60 + 1)), 10);
    const back = seenWith(25, 0, made, semantic)!;
    expect(back.low).toBeLessThan(1);
  });

  it('calls at most what chance lets expect of unplanted pairs seen together', () => {
    const made = pictures();
    let above = 0;
    let pairs = 0;
    for (let a = 0; a < 10; a++)
      for (let b = 10; b < CLASSES; b++, pairs++) if (seenWith(a, b, made, semantic)!.low > 1) above++;
    expect(pairs).toBe(300);
    // 2.5 % lie above their interval, give or take.
    expect(above / pairs).toBeLessThan(0.06);
  });

  it('has an interval that holds the true ratio about as often as it says', () => {
    let held = 0;
    const runs = 200;
    const random = createRandom(9);
    for (let run = 0; run < runs; run++) {
      const target: number[] = [];
      const best: number[] = [];
      for (let c = 0; c < CLASSES; c++)
        for (let i = 0; i < 60; i++) {
          target.push(c);
          best.push(random.next() < (c === 0 ? 0.4 : 0.1) ? 25 : c);
        }
      const { low, high } = seenWith(0, 25, { target, best, k: 1 }, semantic, { seed: run, resamples: 400 })!;
      if (low <= 4 && high >= 4) held++;
    }
    expect(held / runs).toBeGreaterThan(0.88);
  });

  it('matches the base rate by distance: classes near in meaning are compared with one another', () => {
    // All classes of a group see one another; that is no evidence for any pair of them.
    const group = new Map<string, number>();
    for (let a = 0; a < 10; a++) for (let b = 0; b < 10; b++) if (a !== b) group.set(`${a},${b}`, 0.2);
    const found = seenWith(1, 2, pictures(group), semantic)!;
    expect(found.low).toBeLessThan(1);
  });

  it('says nothing of few pictures or of a class that the reference does not know', () => {
    expect(seenWith(0, 25, pictures(new Map(), 4), semantic)).toBeNull();
    const unknown = { ...semantic, data: semantic.data.slice() };
    for (let j = 0; j < CLASSES; j++) unknown.data[j] = unknown.data[j * CLASSES] = Number.NaN;
    expect(seenWith(0, 25, pictures(), unknown)).toBeNull();
    expect(seenWith(1, 25, pictures(), unknown)!.baseClasses).toBe(28);
  });
});
