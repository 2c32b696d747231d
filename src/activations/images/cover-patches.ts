import type { RgbImage } from '../../tensor/rgb-image.ts';

/** What takes the place of a covered part: the picture's mean colour, or the picture itself, blurred. */
export type Covering = 'mean' | 'blur';

/** A square part of a picture: its upper left corner and side, in pixels. */
export interface CoveredBox {
  y: number;
  x: number;
  size: number;
}

/**
 * Covers parts of a picture; the picture itself stays as it is. Blur is Gaussian with a deviation of a quarter of `size`,
 * the side of a part, out to three deviations, with the edge's pixels repeated beyond it.
 */
export function pictureCoverer(
  image: RgbImage,
  covering: Covering,
  size: number,
): (boxes: readonly CoveredBox[]) => RgbImage {
  const cover = covering === 'mean' ? meanColour(image) : blurred(image, size / 4);
  return (boxes) => {
    const data = image.data.slice();
    for (const { y, x, size: side } of boxes)
      for (let row = y; row < Math.min(image.height, y + side); row++) {
        const [from, to] = [x, Math.min(image.width, x + side)].map((column) => (row * image.width + column) * 3);
        data.set(cover.subarray(from, to), from);
      }
    return { ...image, data };
  };
}

/** A picture of one colour: the mean of all pixels. */
function meanColour({ width, height, data }: RgbImage): Uint8Array {
  const sums = [0, 0, 0];
  for (let i = 0; i < data.length; i++) sums[i % 3]! += data[i]!;
  const mean = sums.map((sum) => Math.round(sum / (width * height)));
  return Uint8Array.from({ length: data.length }, (_, i) => mean[i % 3]!);
}

function blurred({ width, height, data }: RgbImage, sigma: number): Uint8Array {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pass = (values: Float64Array, length: number, step: number, lines: number, lineStep: number): Float64Array => {
    const out = new Float64Array(values.length);
    for (let line = 0; line < lines; line++)
      for (let at = 0; at < length; at++)
        for (let c = 0; c < 3; c++) {
          let sum = 0;
          for (let k = -radius; k <= radius; k++) {
            const from = Math.min(length - 1, Math.max(0, at + k));
            sum += weights[k + radius]! * values[line * lineStep + from * step + c]!;
          }
          out[line * lineStep + at * step + c] = sum / total;
        }
    return out;
  };
  const across = pass(Float64Array.from(data), width, 3, height, width * 3);
  return Uint8Array.from(pass(across, height, width * 3, width, 3), Math.round);
}
