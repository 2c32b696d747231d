import { UsageError } from '../../base/errors.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';

export const INTERPOLATIONS = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'] as const;
export type Interpolation = (typeof INTERPOLATIONS)[number];

/** A resampling kernel: zero beyond `support` source pixels, which grow with the scale when a picture is made smaller. */
interface Filter {
  support: number;
  weight(x: number): number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const FILTERS: Record<Exclude<Interpolation, 'nearest'>, Filter> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))),
  },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x), -0.5) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function cubic(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/**
 * Resizes with antialiasing as Pillow does for 8-bit pictures, to the same grey level: a horizontal, then a vertical pass
 * with weights in 22-bit fixed point, rounded to 8 bits in between. Predictions depend on such details: resizing without
 * antialiasing, as most JavaScript does, is another picture to a network.
 *
 * @throws UsageError for an unknown interpolation or a size that is not a whole number above 0.
 */
export function resizeImage(
  image: RgbImage,
  width: number,
  height: number,
  interpolation: Interpolation = 'bilinear',
): RgbImage {
  for (const side of [width, height])
    if (!(Number.isInteger(side) && side > 0))
      throw new UsageError(`A picture cannot be resized to ${width}×${height}; sides must be whole numbers above 0.`);
  if (interpolation === 'nearest') return resizeNearest(image, width, height);
  const filter = Object.hasOwn(FILTERS, interpolation) ? FILTERS[interpolation] : undefined;
  if (!filter)
    throw new UsageError(`There is no interpolation "${interpolation}".`, {
      hint: `Choose one of nearest, ${Object.keys(FILTERS).join(', ')}.`,
    });
  const wide = width === image.width ? image : resampleRows(image, width, filter);
  return height === wide.height ? wide : resampleColumns(wide, height, filter);
}

const PRECISION_BITS = 22;

/** For each target pixel: its first source pixel, how many it takes, and their weights as whole numbers. */
interface Weights {
  first: Int32Array;
  count: Int32Array;
  weights: Int32Array;
  stride: number;
}

function weightsFor(from: number, to: number, filter: Filter): Weights {
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const support = filter.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Int32Array(to * stride);
  const row = new Float64Array(stride);
  for (let target = 0; target < to; target++) {
    const centre = (target + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    let sum = 0;
    for (let k = start; k < end; k++) {
      row[k - start] = filter.weight((k - centre + 0.5) * (1 / stretch));
      sum += row[k - start]!;
    }
    first[target] = start;
    count[target] = end - start;
    for (let k = 0; k < end - start; k++) {
      const weight = (sum === 0 ? row[k]! : row[k]! * (1 / sum)) * 2 ** PRECISION_BITS;
      weights[target * stride + k] = Math.trunc(weight + (weight < 0 ? -0.5 : 0.5));
    }
  }
  return { first, count, weights, stride };
}

function clip(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

const HALF = 1 << (PRECISION_BITS - 1);

function resampleRows({ width, height, data }: RgbImage, target: number, filter: Filter): RgbImage {
  const { first, count, weights, stride } = weightsFor(width, target, filter);
  const out = new Uint8Array(target * height * 3);
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < target; x++) {
      let r = HALF;
      let g = HALF;
      let b = HALF;
      let at = (y * width + first[x]!) * 3;
      for (let k = x * stride, end = k + count[x]!; k < end; k++, at += 3) {
        const weight = weights[k]!;
        r += data[at]! * weight;
        g += data[at + 1]! * weight;
        b += data[at + 2]! * weight;
      }
      out[to++] = clip(r);
      out[to++] = clip(g);
      out[to++] = clip(b);
    }
  return { width: target, height, data: out };
}

function resampleColumns({ width, height, data }: RgbImage, target: number, filter: Filter): RgbImage {
  const { first, count, weights, stride } = weightsFor(height, target, filter);
  const line = width * 3;
  const out = new Uint8Array(line * target);
  const sums = new Int32Array(line);
  for (let y = 0; y < target; y++) {
    sums.fill(HALF);
    let at = first[y]! * line;
    for (let k = y * stride, end = k + count[y]!; k < end; k++) {
      const weight = weights[k]!;
      for (let x = 0; x < line; x++, at++) sums[x]! += data[at]! * weight;
    }
    for (let x = 0; x < line; x++) out[y * line + x] = clip(sums[x]!);
  }
  return { width, height: target, data: out };
}

function resizeNearest({ width, height, data }: RgbImage, targetWidth: number, targetHeight: number): RgbImage {
  const out = new Uint8Array(targetWidth * targetHeight * 3);
  for (let y = 0, to = 0; y < targetHeight; y++) {
    const line = Math.min(height - 1, Math.floor(((y + 0.5) * height) / targetHeight)) * width;
    for (let x = 0; x < targetWidth; x++, to += 3) {
      const at = (line + Math.min(width - 1, Math.floor(((x + 0.5) * width) / targetWidth))) * 3;
      out[to] = data[at]!;
      out[to + 1] = data[at + 1]!;
      out[to + 2] = data[at + 2]!;
    }
  }
  return { width: targetWidth, height: targetHeight, data: out };
}
