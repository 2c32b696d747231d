import { UsageError } from '../../../base/errors.ts';

/** Where the patches of a square picture lie; every picture of a comparison is cut alike. */
export interface PatchGrid {
  /** Side of the picture, in pixels. */
  side: number;
  /** Side of a patch. */
  size: number;
  /** Pixels between the origins of neighbours. */
  stride: number;
  /** [y, x] of each patch's upper left corner, row by row. */
  origins: [number, number][];
}

export interface PatchGridOptions {
  /** Side of a patch; default {@link patchSize}. */
  size?: number;
  /** Default ⌊0.8 · size⌋, as CRAFT cuts (Fel et al. 2023). */
  stride?: number;
}

/** Side of a patch for pictures of `side` pixels: 64 of 224, and as much of any other size. */
export function patchSize(side: number): number {
  return Math.round((side * 64) / 224);
}

/**
 * The grid of overlapping patches of a square picture, without padding: pixels right and below of the last whole patch
 * are in none. 4 × 4 with the defaults, for sides above 22.
 *
 * @throws UsageError when sizes are not whole numbers above 0, or a patch is larger than the picture.
 */
export function patchGrid(side: number, options: PatchGridOptions = {}): PatchGrid {
  const { size = patchSize(side) } = options;
  const { stride = Math.floor(0.8 * size) } = options;
  for (const [name, value] of Object.entries({ side, size, stride }))
    if (!(Number.isInteger(value) && value > 0))
      throw new UsageError(`${name} of the patches must be a whole number above 0; found ${value}.`);
  if (size > side) throw new UsageError(`Patches of ${size} pixels do not fit a picture of ${side}.`);
  const perSide = Math.floor((side - size) / stride) + 1;
  const origins = Array.from({ length: perSide * perSide }, (_, p): [number, number] => [
    Math.floor(p / perSide) * stride,
    (p % perSide) * stride,
  ]);
  return { side, size, stride, origins };
}

/** Values by channel, row and column, as networks take a picture. */
export interface Planes {
  channels: number;
  height: number;
  width: number;
  data: Float32Array;
}

/**
 * Resizes by bilinear interpolation without antialiasing, PyTorch's `interpolate` with `align_corners=False`: a target
 * pixel looks at source coordinate (i + ½) · source/target − ½, clamped at the borders.
 *
 * @param out Where the result goes, channels × height × width; default a new array.
 * @throws UsageError when the lengths do not fit the shapes.
 */
export function resizeBilinear(planes: Planes, height: number, width: number, out?: Float32Array): Planes {
  const { channels, data } = planes;
  requireLength('The picture', data.length, channels * planes.height * planes.width);
  const target = out ?? new Float32Array(channels * height * width);
  requireLength('The resized picture', target.length, channels * height * width);
  resizeWindow(planes, [0, 0], planes.height, planes.width, height, width, target, 0);
  return { channels, height, width, data: target };
}

/**
 * The patches of a picture, each resized to `target` × `target` as {@link resizeBilinear} does, one behind the other in
 * the order of the grid: a batch of patches × channels × target × target.
 *
 * @throws UsageError when the picture is not of the grid's side, or `out` of another length.
 */
export function cutPatches(picture: Planes, grid: PatchGrid, target: number, out?: Float32Array): Float32Array {
  if (picture.height !== grid.side || picture.width !== grid.side)
    throw new UsageError(
      `The grid cuts pictures of ${grid.side}×${grid.side}; found ${picture.height}×${picture.width}.`,
    );
  requireLength('The picture', picture.data.length, picture.channels * grid.side * grid.side);
  const length = picture.channels * target * target;
  const batch = out ?? new Float32Array(grid.origins.length * length);
  requireLength('The batch', batch.length, grid.origins.length * length);
  grid.origins.forEach((origin, p) => {
    resizeWindow(picture, origin, grid.size, grid.size, target, target, batch, p * length);
  });
  return batch;
}

function resizeWindow(
  { channels, height: fullHeight, width: fullWidth, data }: Planes,
  [top, left]: [number, number],
  fromHeight: number,
  fromWidth: number,
  height: number,
  width: number,
  out: Float32Array,
  offset: number,
): void {
  const rows = sourcePositions(fromHeight, height);
  const columns = sourcePositions(fromWidth, width);
  let to = offset;
  for (let c = 0; c < channels; c++) {
    const plane = c * fullHeight * fullWidth;
    for (let y = 0; y < height; y++) {
      const upper = plane + (top + rows.before[y]!) * fullWidth + left;
      const lower = plane + (top + rows.after[y]!) * fullWidth + left;
      const down = rows.share[y]!;
      for (let x = 0; x < width; x++) {
        const x0 = columns.before[x]!;
        const x1 = columns.after[x]!;
        const right = columns.share[x]!;
        const above = data[upper + x0]! * (1 - right) + data[upper + x1]! * right;
        const below = data[lower + x0]! * (1 - right) + data[lower + x1]! * right;
        out[to++] = above * (1 - down) + below * down;
      }
    }
  }
}

/** Per target pixel the source pixels before and behind its place, and the share of the latter. */
function sourcePositions(from: number, to: number): { before: Int32Array; after: Int32Array; share: Float64Array } {
  const before = new Int32Array(to);
  const after = new Int32Array(to);
  const share = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const at = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    before[i] = Math.min(from - 1, Math.floor(at));
    after[i] = Math.min(from - 1, before[i]! + 1);
    share[i] = at - before[i]!;
  }
  return { before, after, share };
}

function requireLength(what: string, found: number, expected: number): void {
  if (found !== expected) throw new UsageError(`${what} needs ${expected} values; found ${found}.`);
}
