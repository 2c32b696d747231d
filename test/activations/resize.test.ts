import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { cropImage, flipImage, rotateImage } from '#src/activations/images/crop-and-turn.ts';
import { resizeImage } from '#src/activations/images/resize.ts';
import { UsageError } from '#src/base/errors.ts';
import type { RgbImage } from '#src/tensor/rgb-image.ts';

const golden = JSON.parse(readFileSync(new URL('../golden/resize.json', import.meta.url), 'utf8'));

/** The same picture as in make-resize.py. */
function pixel(x: number, y: number, channel: number): number {
  if ((Math.floor(x / 9) + Math.floor(y / 7)) % 3 === channel) return (x + y) % 5 ? 255 : 0;
  return (x * x * 7 + y * 31 * (channel + 1) + x * y * 13) % 256;
}

function picture(width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, k) => {
    const position = Math.floor(k / 3);
    return pixel(position % width, Math.floor(position / width), k % 3);
  });
  return { width, height, data };
}

/** Four pixels of different greys: a b / c d. */
const tiny: RgbImage = { width: 2, height: 2, data: Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4) };
const greys = ({ data }: RgbImage) => [...data].filter((_, k) => k % 3 === 0);

describe('resizing', () => {
  const source = picture(golden.width, golden.height);

  test.each(golden.cases as { interpolation: 'bilinear'; width: number; height: number; rgb: string }[])(
    'equals Pillow: $interpolation to $width×$height',
    ({ interpolation, width, height, rgb }) => {
      const resized = resizeImage(source, width, height, interpolation);
      expect(resized).toMatchObject({ width, height });
      expect(Buffer.from(resized.data).equals(Buffer.from(rgb, 'base64'))).toBe(true);
    },
  );

  it('leaves a picture of that size as it is', () => {
    expect(resizeImage(source, source.width, source.height, 'bicubic').data).toEqual(source.data);
  });

  it('keeps an even colour even', () => {
    const even = { width: 31, height: 17, data: new Uint8Array(31 * 17 * 3).fill(201) };
    for (const interpolation of ['box', 'bilinear', 'hamming', 'bicubic', 'lanczos', 'nearest'] as const)
      expect(new Set(resizeImage(even, 50, 9, interpolation).data)).toEqual(new Set([201]));
  });

  it('refuses sizes and filters that are none', () => {
    expect(() => resizeImage(source, 0, 5)).toThrow(UsageError);
    expect(() => resizeImage(source, 2.5, 5)).toThrow('2.5×5');
    expect(() => resizeImage(source, 5, 5, 'cubic' as never)).toThrow('no interpolation "cubic"');
  });
});

describe('pictures', () => {
  it('are cropped, black beyond the edge', () => {
    expect(greys(cropImage(tiny, 1, 0, 1, 2))).toEqual([2, 4]);
    expect(greys(cropImage(tiny, -1, -1, 4, 3))).toEqual([0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0]);
    expect(greys(cropImage(tiny, 5, 5, 1, 1))).toEqual([0]);
  });

  it('are mirrored and turned', () => {
    expect(greys(flipImage(tiny))).toEqual([2, 1, 4, 3]);
    expect(greys(rotateImage(tiny, 1))).toEqual([2, 4, 1, 3]);
    expect(greys(rotateImage(tiny, -1))).toEqual([3, 1, 4, 2]);
    const wide = picture(5, 3);
    expect(rotateImage(wide, 1)).toMatchObject({ width: 3, height: 5 });
    expect(rotateImage(wide, 4).data).toEqual(wide.data);
  });
});
