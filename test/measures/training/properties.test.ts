import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  classAlignment,
  scaleSimilarity,
  sharedClasses,
  similarityAlignmentIndex,
} from '#src/measures/training/alignment/alignment-index.ts';
import { confusionCounts } from '#src/measures/training/confusion.ts';
import { inverseDissimilarity } from '#src/measures/training/inverse-dissimilarity.ts';
import { weightsSimilarityIndex } from '#src/measures/training/weights-similarity-index.ts';
import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { createRandom } from '#src/statistics/random.ts';
import { type Matrix64, select } from '#src/tensor/matrix.ts';

const seed = fc.integer({ min: 0, max: 1e9 });
const size = fc.integer({ min: 9, max: 16 });

/** Similarities with many ties, as WordNet has them, or without. */
function similarity(n: number, from: number, levels = 0): Matrix64 {
  const random = createRandom(from);
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    data[i * n + i] = 1;
    for (let j = 0; j < i; j++)
      data[i * n + j] = data[j * n + i] = levels > 0 ? random.below(levels) / levels : random.next() * 2 - 1;
  }
  return { rows: n, cols: n, data };
}

/** Predictions of which about half are wrong. */
function predictions(n: number, samples: number, from: number) {
  const random = createRandom(from);
  const target = Array.from({ length: samples }, (_, i) => i % n);
  return { target, prediction: target.map((t) => (random.next() < 0.5 ? t : random.below(n))) };
}

/** Both equal to ten digits, or both without a value. */
const close = (a: number | null, b: number | null) => {
  if (b === null || Number.isNaN(b)) expect(a).toBe(b);
  else expect(a).toBeCloseTo(b, 10);
};

describe('SAI', () => {
  it('of a matrix with itself is 1, its errors 0', () => {
    fc.assert(
      fc.property(size, seed, (n, s) => {
        const a = similarity(n, s);
        const found = similarityAlignmentIndex(a, a);
        expect(found).toMatchObject({ cosine: 1, ssim: 1, mse: 0, mae: 0 });
      }),
    );
  });

  it('does not change under positive affine maps of either matrix', () => {
    const scale = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    const shift = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(size, seed, scale, shift, (n, s, factor, offset) => {
        const a = similarity(n, s);
        const b = similarity(n, s + 1);
        const mapped = { ...a, data: a.data.map((value) => factor * value + offset) };
        const before = similarityAlignmentIndex(a, b);
        for (const after of [similarityAlignmentIndex(mapped, b), similarityAlignmentIndex(b, mapped)])
          for (const measure of ['cosine', 'ssim', 'mse', 'mae'] as const)
            expect(Math.abs(after[measure]! - before[measure]!)).toBeLessThan(1e-8);
      }),
    );
  });

  it('keeps all but SSIM when the classes are put in another order, and moves per-class results along', () => {
    fc.assert(
      fc.property(size, seed, (n, s) => {
        const order = createRandom(s).permutation(n);
        const a = similarity(n, s);
        const { target, prediction } = predictions(n, 10 * n, s);
        const counts = confusionCounts(target, prediction, n);
        const before = similarityAlignmentIndex(a, { counts });
        const after = similarityAlignmentIndex(select(a, order), { counts: select(counts, order) });
        for (const measure of ['cosine', 'mse', 'mae'] as const) close(after[measure], before[measure]);
        close(after.chance!.mean, before.chance!.mean);
        close(after.chance!.sd, before.chance!.sd);
        expect(after.confusions).toEqual(before.confusions);

        const all = sharedClasses(a, { counts });
        const perClass = classAlignment(scaleSimilarity(a, all), scaleSimilarity({ counts }, all), n);
        const moved = classAlignment(
          scaleSimilarity(select(a, order), all),
          scaleSimilarity({ counts: select(counts, order) }, all),
          n,
        );
        order.forEach((from, to) => {
          close(moved[to]!, perClass[from]!);
        });
      }),
    );
  });

  it('with a class dropped equals never having had that class', () => {
    fc.assert(
      fc.property(size, seed, fc.nat(8), (n, s, gone) => {
        const a = similarity(n, s);
        const { target, prediction } = predictions(n, 10 * n, s);
        const counts = confusionCounts(target, prediction, n);
        const kept = Array.from({ length: n }, (_, c) => c).filter((c) => c !== gone);
        const dropped = similarityAlignmentIndex({ ...a, missing: [gone] }, { counts });
        const never = similarityAlignmentIndex(select(a, kept), { counts: select(counts, kept) });
        for (const measure of ['cosine', 'ssim', 'mse', 'mae'] as const) expect(dropped[measure]).toBe(never[measure]);
        expect(dropped).toMatchObject({ classes: n - 1, dropped: [gone] });
        const lost = target.filter((t, i) => t === gone || prediction[i] === gone).length;
        expect(dropped.confusions[0]).toEqual({ ...never.confusions[0], droppedSamples: lost });

        const idm = inverseDissimilarity(counts, a, { missing: [gone] });
        const idmNever = inverseDissimilarity(select(counts, kept), select(a, kept));
        expect(idm).toMatchObject({ all: idmNever.all, errorsOnly: idmNever.errorsOnly, droppedSamples: lost });
        const wsi = weightsSimilarityIndex(a, { missing: [gone] });
        const wsiNever = weightsSimilarityIndex(select(a, kept));
        expect([wsi.mean, wsi.max, wsi.min]).toEqual([wsiNever.mean, wsiNever.max, wsiNever.min]);
      }),
    );
  });
});

describe('IDM', () => {
  it('is 1 for perfect predictions and has no errors-only value then', () => {
    fc.assert(
      fc.property(size, seed, fc.constantFrom('average' as const, 'first' as const), (n, s, ties) => {
        const { target } = predictions(n, 3 * n, s);
        const found = inverseDissimilarity(confusionCounts(target, target, n), similarity(n, s, 4), { ties });
        expect(found).toMatchObject({ all: 1, errorsOnly: null, errors: 0, samples: 3 * n });
      }),
    );
  });

  it('does not depend on the order of the classes, ties or not', () => {
    fc.assert(
      fc.property(size, seed, fc.constantFrom(0, 3), fc.constantFrom(5, 200), (n, s, levels, perClass) => {
        const order = createRandom(s + 9).permutation(n);
        const a = similarity(n, s, levels);
        const { target, prediction } = predictions(n, perClass * n, s);
        const counts = confusionCounts(target, prediction, n);
        const before = inverseDissimilarity(counts, a);
        const after = inverseDissimilarity(select(counts, order), select(a, order));
        close(after.all, before.all);
        close(after.errorsOnly, before.errorsOnly);
        order.forEach((from, to) => {
          close(after.perClass[to]!, before.perClass[from]!);
        });
      }),
    );
  });

  it('ranks as sorting does, for few mistakes a class and for many', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(12, 60),
        seed,
        fc.constantFrom(0, 5),
        fc.constantFrom(4, 100),
        (n, s, levels, perClass) => {
          const a = similarity(n, s, levels);
          const { target, prediction } = predictions(n, perClass * n, s);
          for (const ties of ['average', 'first'] as const) {
            let total = 0;
            target.forEach((t, i) => {
              const p = prediction[i]!;
              if (p === t) return;
              const value = a.data[t * n + p]!;
              const others = Array.from({ length: n }, (_, j) => j).filter((j) => j !== t);
              const ranked = others.sort((x, y) => a.data[t * n + y]! - a.data[t * n + x]! || x - y);
              const same = ranked.flatMap((j, at) => (a.data[t * n + j] === value ? [at + 1] : []));
              total += ties === 'first' ? ranked.indexOf(p) + 1 : (same[0]! + same.at(-1)!) / 2;
            });
            const found = inverseDissimilarity(confusionCounts(target, prediction, n), a, { ties });
            close(found.all, 1 - total / target.length / (n - 1));
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('WSI', () => {
  it('does not change when templates are scaled, each by its own factor', () => {
    fc.assert(
      fc.property(size, seed, (n, s) => {
        const random = createRandom(s);
        const head = { rows: n, cols: 5, data: Float64Array.from({ length: n * 5 }, () => random.normal()) };
        const scaled = { ...head, data: head.data.map((value, k) => value * (1 + (Math.floor(k / 5) % 7))) };
        const a = weightsSimilarityIndex(cosineSimilarityMatrix(head, { precision: 'f64' }));
        const b = weightsSimilarityIndex(cosineSimilarityMatrix(scaled, { precision: 'f64' }));
        close(b.mean, a.mean);
        close(b.max, a.max);
        close(b.min, a.min);
      }),
    );
  });

  it('keeps its totals when the classes are put in another order', () => {
    fc.assert(
      fc.property(size, seed, fc.double({ min: 0, max: 1, noNaN: true }), (n, s, q) => {
        const order = createRandom(s).permutation(n);
        const a = similarity(n, s, 6);
        const before = weightsSimilarityIndex(a, { q });
        const after = weightsSimilarityIndex(select(a, order), { q });
        close(after.mean, before.mean);
        close(after.max, before.max);
        close(after.min, before.min);
        order.forEach((from, to) => {
          close(after.perClass.max[to]!, before.perClass.max[from]!);
        });
      }),
    );
  });
});
