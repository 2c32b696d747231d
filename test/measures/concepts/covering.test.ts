import { describe, expect, it } from 'vitest';
import { pictureCoverer } from '#src/activations/images/cover-patches.ts';
import { coveringEffect, patchesOfConcept } from '#src/measures/concepts/importance/covering.ts';
import type { RgbImage } from '#src/tensor/rgb-image.ts';

const matrix = (rows: number[][]) => ({
  rows: rows.length,
  cols: rows[0]!.length,
  data: Float64Array.from(rows.flat()),
});

describe('where a concept is covered', () => {
  // Three images of three patches, two concepts.
  const coefficients = matrix([
    ...[
      [0, 1],
      [4, 0],
      [2, 0],
    ],
    ...[
      [1.9, 0],
      [1, 0],
      [0, 0],
    ],
    ...[
      [2, 0],
      [0, 0],
      [3, 0],
    ],
  ]);

  it('is in the strongest patches of the images that show it by half of its largest coefficient', () => {
    expect(patchesOfConcept(coefficients, 0, { perImage: 3, count: 2 })).toEqual([
      { image: 0, patches: [1, 2] },
      { image: 2, patches: [2, 0] },
    ]);
    expect(patchesOfConcept(coefficients, 1, { perImage: 3, count: 1 })).toEqual([{ image: 0, patches: [0] }]);
    expect(patchesOfConcept(coefficients, 1, { perImage: 3, count: 2 })).toEqual([]);
    expect(() => patchesOfConcept(coefficients, 0, { perImage: 3, count: 4 })).toThrow('from 1 to 3; found 4');
    expect(() => patchesOfConcept(coefficients, 0, { perImage: 2, count: 1 })).toThrow('9 rows are not 2');
  });

  it('has an effect beyond random patches, with an interval over images', () => {
    const effect = coveringEffect([0.5, 0.7, 0.6, 0.4, 0.8], [0.1, 0.1, 0.1, 0.1, 0.1])!;
    expect(effect.concept).toBeCloseTo(0.6, 12);
    expect(effect.random).toBeCloseTo(0.1, 12);
    // t of 0.975 with 4 degrees of freedom is 2.7764, the standard error √(0.1 / 4 / 5).
    expect(effect.effect.value).toBeCloseTo(0.5, 12);
    expect(effect.effect.low).toBeCloseTo(0.5 - 2.7764 * Math.sqrt(0.005), 2);
    expect(effect.effect.high).toBeCloseTo(0.5 + 2.7764 * Math.sqrt(0.005), 2);
    // scipy.stats.t.sf(0.5 / 0.005 ** 0.5, 4) * 2
    expect(effect.p).toBeCloseTo(0.0021106, 6);
    expect(coveringEffect([], [])).toBeNull();
    expect(() => coveringEffect([1], [0], 1)).toThrow('between 0 and 1; found 1');
  });

  it('has neither interval nor p-value of fewer than five images, nor a small p-value where it is not above 0', () => {
    const few = coveringEffect([0.5, 0.7, 0.6, 0.6], [0, 0, 0, 0])!;
    expect([few.effect, few.p]).toEqual([{ value: 0.6, low: null, high: null }, null]);
    expect(coveringEffect([0, 0, 0, 0, 0], [0.1, 0.2, 0.3, 0.1, 0.2])!.p).toBe(1);
    expect(coveringEffect([0, 0, 0, 0, 0], [0, 0, 0, 0, 0])!.p).toBe(1);
    expect(coveringEffect([1, 1, 1, 1, 1], [0, 0, 0, 0, 0])!.p).toBe(0);
    expect(() => coveringEffect([1], [])).toThrow('1 changes by the concept and 0 by random patches');
  });
});

describe('covering parts of a picture', () => {
  const picture = (at: (x: number, y: number) => [number, number, number]): RgbImage => ({
    width: 12,
    height: 12,
    data: Uint8Array.from({ length: 144 }, (_, i) => i).reduce((data, _, i) => {
      data.set(at(i % 12, Math.floor(i / 12)), i * 3);
      return data;
    }, new Uint8Array(432)),
  });
  const pixel = ({ data, width }: RgbImage, x: number, y: number) => [
    ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
  ];

  it('puts the mean colour there and leaves the rest and the picture itself alone', () => {
    const half = picture((x) => (x < 6 ? [200, 0, 10] : [0, 100, 10]));
    const covered = pictureCoverer(
      half,
      'mean',
      4,
    )([
      { y: 0, x: 0, size: 4 },
      { y: 10, x: 10, size: 4 },
    ]);
    expect([pixel(covered, 0, 0), pixel(covered, 3, 3), pixel(covered, 11, 11)]).toEqual(Array(3).fill([100, 50, 10]));
    expect([pixel(covered, 4, 0), pixel(covered, 0, 4), pixel(covered, 9, 9)]).toEqual([
      [200, 0, 10],
      [200, 0, 10],
      [0, 100, 10],
    ]);
    expect(pixel(half, 0, 0)).toEqual([200, 0, 10]);
  });

  it('blurs by a Gaussian that keeps an even colour, and smooths an edge evenly', () => {
    const even = picture(() => [7, 90, 255]);
    const everywhere = [{ y: 0, x: 0, size: 12 }];
    expect(pictureCoverer(even, 'blur', 8)(everywhere).data).toEqual(even.data);
    const edge = pictureCoverer(
      picture((x) => (x < 6 ? [0, 0, 0] : [255, 255, 255])),
      'blur',
      4,
    )(everywhere);
    const line = Array.from({ length: 12 }, (_, x) => pixel(edge, x, 5)[0]!);
    // Deviation 1: beside the edge a share Φ-like of weights 1, e^-½, e^-2, e^-4.5.
    const weights = [1, Math.exp(-0.5), Math.exp(-2), Math.exp(-4.5)];
    const total = weights[0]! + 2 * (weights[1]! + weights[2]! + weights[3]!);
    expect(line[6]).toBe(
      Math.round(
        (255 *
          (weights[0]! +
            2 * weights[1]! +
            2 * weights[2]! +
            2 * weights[3]! -
            (weights[1]! + weights[2]! + weights[3]!))) /
          total,
      ),
    );
    for (let x = 0; x < 6; x++) expect(Math.abs(line[x]! + line[11 - x]! - 255)).toBeLessThanOrEqual(1);
    expect(line[0]).toBe(0);
  });
});
