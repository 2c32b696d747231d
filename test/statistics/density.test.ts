import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pointDensity } from '#src/statistics/density.ts';
import { createRandom } from '#src/statistics/random.ts';

interface Case {
  x: number[];
  y: number[];
  density: number[];
}
const cases: Case[] = JSON.parse(readFileSync(new URL('../golden/density.json', import.meta.url), 'utf8'));

it.each(cases.map((golden) => [golden.x.length, golden] as const))('equals SciPy on %i points', (_, golden) => {
  const found = pointDensity(golden.x, golden.y);
  golden.density.forEach((expected, i) => {
    expect(Math.abs(found[i]! / expected - 1)).toBeLessThan(1e-10);
  });
});

it('does not change when the points are moved, and scales with the inverse of the area', () => {
  const random = createRandom(3);
  const x = Array.from({ length: 50 }, () => random.normal());
  const y = Array.from({ length: 50 }, () => random.normal());
  const plain = pointDensity(x, y);
  const moved = pointDensity(
    x.map((value) => 2 * value + 5),
    y.map((value) => 3 * value - 1),
  );
  plain.forEach((value, i) => {
    expect(moved[i]! * 6).toBeCloseTo(value, 10);
  });
});

it('is 1 everywhere where the points have no area', () => {
  expect([...pointDensity([], [])]).toEqual([]);
  expect([...pointDensity([1], [2])]).toEqual([1]);
  expect([...pointDensity([1, 2, 3], [2, 4, 6])]).toEqual([1, 1, 1]);
  expect([...pointDensity([1, 1, 1], [2, 2, 2])]).toEqual([1, 1, 1]);
});

it('refuses lists of different lengths', () => {
  expect(() => pointDensity([1, 2], [1])).toThrow(
    'The points have 2 values along x and 1 along y; they must be as many.',
  );
});
