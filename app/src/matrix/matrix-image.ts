import type { Viewport } from './viewport.ts';

/** A drawable matrix: its codes in display order at full size and halved again and again, each with its pixels. */
export interface MatrixImage {
  n: number;
  levels: ImageLevel[];
}

interface ImageLevel {
  size: number;
  codes: Uint8Array;
  canvas: OffscreenCanvas | HTMLCanvasElement;
  context: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;
}

/** Below this many pixels a further halving is never drawn. */
const SMALLEST_LEVEL = 64;

function createLevel(codes: Uint8Array, size: number): ImageLevel {
  const canvas =
    typeof OffscreenCanvas === 'function'
      ? new OffscreenCanvas(size, size)
      : Object.assign(document.createElement('canvas'), { width: size, height: size });
  const context = canvas.getContext('2d', { alpha: false }) as ImageLevel['context'];
  return { size, codes, canvas, context };
}

/** Arranges the codes of an n×n matrix in the given order (position → class) and prepares the halved levels. */
export function createMatrixImage(codes: Uint8Array, classAt: Uint32Array): MatrixImage {
  const n = classAt.length;
  const arranged = new Uint8Array(n * n);
  for (let i = 0; i < n; i++) {
    const from = classAt[i]! * n;
    const to = i * n;
    for (let j = 0; j < n; j++) arranged[to + j] = codes[from + classAt[j]!]!;
  }
  const levels = [createLevel(arranged, n)];
  while (levels.at(-1)!.size > SMALLEST_LEVEL) {
    const { codes: fine, size } = levels.at(-1)!;
    levels.push(createLevel(halve(fine, size), Math.ceil(size / 2)));
  }
  return { n, levels };
}

/** Means of 2×2 blocks of codes; entries without a value take no part. */
function halve(codes: Uint8Array, size: number): Uint8Array {
  const half = Math.ceil(size / 2);
  const out = new Uint8Array(half * half);
  for (let i = 0; i < half; i++) {
    const top = 2 * i * size;
    const bottom = Math.min(2 * i + 1, size - 1) * size;
    for (let j = 0; j < half; j++) {
      const left = 2 * j;
      const right = Math.min(left + 1, size - 1);
      const a = codes[top + left]!;
      const b = codes[top + right]!;
      const c = codes[bottom + left]!;
      const d = codes[bottom + right]!;
      const count = (a && 1) + (b && 1) + (c && 1) + (d && 1);
      out[i * half + j] = count === 0 ? 0 : (a + b + c + d + (count >> 1)) / count;
    }
  }
  return out;
}

/** Fills the pixels from a table of 256 colours (`colourLookup`); the two shades hatch what has no value. */
export function colourMatrixImage(image: MatrixImage, lookup: Uint32Array, missing: readonly [number, number]): void {
  for (const { size, codes, context } of image.levels) {
    const pixels = context.createImageData(size, size);
    const words = new Uint32Array(pixels.data.buffer);
    for (let k = 0; k < codes.length; k++) {
      const code = codes[k]!;
      words[k] = code === 0 ? missing[((k % size) + ((k / size) | 0)) & 2 ? 1 : 0] : lookup[code]!;
    }
    context.putImageData(pixels, 0, 0);
  }
}

/** Draws the part in view into a square of `side` CSS pixels at (left, top). */
export function drawMatrixImage(
  context: CanvasRenderingContext2D,
  image: MatrixImage,
  viewport: Viewport,
  left: number,
  top: number,
  side: number,
  pixelRatio: number,
): void {
  const pixelsPerCell = (side * pixelRatio) / viewport.span;
  let k = 0;
  while (k + 1 < image.levels.length && pixelsPerCell * 2 ** (k + 1) <= 1) k++;
  const level = image.levels[k]!;
  const scale = 2 ** -k;
  // Large cells keep sharp edges; smaller ones are blended, as unequal pixel columns would draw stripes.
  context.imageSmoothingEnabled = pixelsPerCell < 1.6;
  context.imageSmoothingQuality = 'low';
  context.drawImage(
    level.canvas,
    viewport.x * scale,
    viewport.y * scale,
    viewport.span * scale,
    viewport.span * scale,
    left,
    top,
    side,
    side,
  );
}
