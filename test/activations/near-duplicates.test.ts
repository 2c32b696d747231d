import { describe, expect, it } from 'vitest';
import { flipImage } from '#src/activations/images/crop-and-turn.ts';
import { nearDuplicates } from '#src/activations/images/near-duplicates.ts';
import { pictureFingerprint } from '#src/activations/images/picture-fingerprint.ts';
import { resizeImage } from '#src/activations/images/resize.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { RgbImage } from '#src/tensor/rgb-image.ts';
import { blobs } from '../support/made-pictures.ts';

const filed = (image: RgbImage, group: number, sha256 = `${group} ${image.data.join()}`) => ({
  ...pictureFingerprint(image),
  group,
  sha256,
});
const altered = (image: RgbImage, change: (value: number, i: number) => number): RgbImage => ({
  ...image,
  data: image.data.map((value, i) => Math.max(0, Math.min(255, Math.round(change(value, i))))),
});
const seeds = Array.from({ length: 40 }, (_, seed) => seed);

describe('near-duplicates', () => {
  it('are the same picture resized, brighter, noisy or mirrored', () => {
    const random = createRandom(1);
    const variants: ((image: RgbImage) => RgbImage)[] = [
      (image) => resizeImage(image, 60, 40),
      (image) => altered(image, (value) => 0.7 * value + 20),
      (image) => altered(image, (value) => value + random.below(21) - 10),
      flipImage,
    ];
    for (const [v, vary] of variants.entries())
      for (const seed of seeds) {
        const found = nearDuplicates([filed(blobs(seed), 0), filed(vary(blobs(seed)), 1)]);
        expect(found, `variant ${v}, picture ${seed}`).toMatchObject([{ a: 0, b: 1, kind: 'near', mirrored: v === 3 }]);
      }
  });

  it('are not other pictures', () => {
    expect(nearDuplicates(seeds.map((seed) => filed(blobs(seed), seed)))).toEqual([]);
  });

  it('are only looked for across groups; the same file counts whatever it shows, and comes first', () => {
    const flat: RgbImage = { width: 20, height: 20, data: new Uint8Array(1200).fill(90) };
    const paler: RgbImage = { ...flat, data: new Uint8Array(1200).fill(200) };
    const brighter = altered(blobs(1), (value) => value + 8);
    const pictures = [
      filed(blobs(1), 0),
      filed(brighter, 0),
      filed(brighter, 1),
      filed(flat, 2, 'flat'),
      filed(flat, 3, 'flat'),
      filed(paler, 4),
    ];
    expect(nearDuplicates(pictures)).toMatchObject([
      { a: 3, b: 4, kind: 'identical', difference: 0 },
      { a: 1, b: 2, kind: 'near' },
      { a: 0, b: 2, kind: 'near' },
    ]);
    expect(nearDuplicates(pictures, { hashBits: 0, difference: 0 })).toHaveLength(2);
  });
});
