import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seededOrder, splitImages } from '#src/measures/concepts/data/image-split.ts';

const ids = Array.from({ length: 41 }, (_, i) => `image ${i}`);

it('halves the images of every group, whatever the order they are listed in', () => {
  fc.assert(
    fc.property(fc.integer(), fc.shuffledSubarray(ids, { minLength: 1 }), (seed, some) => {
      const groups = some.map((id) => [Number(id.slice(6)) % 3]);
      const { fit, evaluation } = splitImages(some, { seed, groups });
      expect([...fit, ...evaluation].sort((a, b) => a - b)).toEqual(some.map((_, i) => i));
      for (const group of [0, 1, 2]) {
        const count = (side: number[]): number => side.filter((i) => groups[i]![0] === group).length;
        expect([0, 1]).toContain(count(fit) - count(evaluation));
      }
      const sorted = [...some].sort();
      const again = splitImages(sorted, { seed, groups: sorted.map((id) => [Number(id.slice(6)) % 3]) });
      expect(again.fit.map((i) => sorted[i]).sort()).toEqual(fit.map((i) => some[i]).sort());
    }),
  );
});

it('keeps an image on one side in all of its groups', () => {
  const groups = ids.map((_, i) => (i % 4 === 0 ? ['a', 'b'] : [i % 2 ? 'a' : 'b']));
  const { fit, evaluation } = splitImages(ids, { groups });
  expect(fit.filter((i) => evaluation.includes(i))).toEqual([]);
  for (const group of ['a', 'b']) {
    const count = (side: number[]): number => side.filter((i) => groups[i]!.includes(group)).length;
    expect(Math.abs(count(fit) - count(evaluation))).toBeLessThanOrEqual(3);
  }
});

it('orders by id and seed alone', () => {
  const names = (list: string[], seed: number | string) => seededOrder(list, seed).map((i) => list[i]);
  expect(names([...ids].reverse(), 1)).toEqual(names(ids, 1));
  expect(names(ids, 1)).not.toEqual(names(ids, 2));
  expect(names(ids.slice(0, 20), 'a')).toEqual(names(ids, 'a').filter((id) => ids.indexOf(id!) < 20));
  expect(() => seededOrder(['a', 'b', 'a'], 0)).toThrow('The image a is listed twice; each may be drawn only once.');
});
