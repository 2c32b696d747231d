import { FormatError, UnsupportedError, UsageError } from '../../base/errors.ts';
import type { Matrix } from '../../tensor/matrix.ts';
import { formatShape, type Tensor } from '../../tensor/tensor.ts';
import type { Extent } from './matching/circular-shift.ts';

/**
 * One layer's representation of some images: for each image a vector of `channels` numbers at each of its `positions`.
 */
export interface FeatureMaps<A extends Float32Array | Float64Array = Float32Array | Float64Array> {
  images: number;
  positions: number;
  channels: number;
  /** images × positions × channels, row-major: a position's vector is contiguous. */
  data: A;
  /** Height and width where the positions form a grid, row by row; absent for tokens that do not. */
  extent?: Extent;
  /** For messages: the layer, the number of the first image, and a name for each image. */
  layer?: string;
  firstImage?: number;
  names?: readonly string[];
}

/** N×C×H×W as most convolutional networks, N×H×W×C as TensorFlow, or N×T×D as transformers have it. */
export type FeatureLayout = 'nchw' | 'nhwc' | 'ntd';

export interface FeatureMapsOptions {
  /** By default `nchw` for four dimensions and `ntd` for three. */
  layout?: FeatureLayout;
  /** Tokens before the patches (CLS, registers) to leave out; default 0. For `ntd` only. */
  dropTokens?: number;
  /** Rows and columns of the tokens that are left, where they form a grid. For `ntd` only. */
  extent?: Extent;
  layer?: string;
  names?: readonly string[];
}

/**
 * Feature maps from a tensor, position by position. Values keep their type; N×C×H×W is transposed. Tokens form a grid only
 * where `extent` says so: a number that happens to be a square says nothing.
 *
 * @throws UnsupportedError for other shapes, UsageError for options that do not fit, FormatError naming image and layer
 * for NaN and infinite values.
 */
export function featureMaps(tensor: Tensor, options: FeatureMapsOptions = {}): FeatureMaps {
  const { shape } = tensor;
  const layout = options.layout ?? (shape.length === 3 ? 'ntd' : 'nchw');
  const where = options.layer === undefined ? 'Features' : `Features of layer "${options.layer}"`;
  if (shape.length !== (layout === 'ntd' ? 3 : 4))
    throw new UnsupportedError(`${where} have shape ${formatShape(shape)}; ${layout} was expected.`, {
      hint: 'Take a layer with positions: N×C×H×W, N×H×W×C or N×T×D.',
    });
  const drop = options.dropTokens ?? 0;
  if (drop !== 0 && layout !== 'ntd') throw new UsageError('dropTokens is for N×T×D features only.');
  if (options.extent && layout !== 'ntd') throw new UsageError('extent is for N×T×D features only.');
  const maps = layout === 'ntd' ? fromTokens(tensor, drop, options.extent) : fromGrid(tensor, layout);
  if (options.layer !== undefined) maps.layer = options.layer;
  if (options.names) {
    if (options.names.length !== maps.images)
      throw new UsageError(`${where} hold ${maps.images} images; ${options.names.length} names were given.`);
    maps.names = options.names;
  }
  requireFinite(maps);
  return maps;
}

function fromTokens({ shape, data }: Tensor, drop: number, extent: Extent | undefined): FeatureMaps {
  const [images, tokens, channels] = shape as [number, number, number];
  if (!Number.isInteger(drop) || drop < 0 || drop >= tokens)
    throw new UsageError(`dropTokens must be between 0 and ${tokens - 1}; found ${drop}.`);
  const positions = tokens - drop;
  const size = positions * channels;
  let kept = data;
  if (drop > 0) {
    kept = new (data.constructor as new (n: number) => Float32Array | Float64Array)(images * size);
    for (let i = 0; i < images; i++) {
      const from = (i * tokens + drop) * channels;
      kept.set(data.subarray(from, from + size), i * size);
    }
  }
  if (extent && extent.height * extent.width !== positions)
    throw new UsageError(`${positions} tokens are not ${extent.height}×${extent.width} patches.`);
  return { images, positions, channels, data: kept, ...(extent && { extent }) };
}

function fromGrid({ shape, data }: Tensor, layout: 'nchw' | 'nhwc'): FeatureMaps {
  const [images, a, b, c] = shape as [number, number, number, number];
  const [channels, height, width] = layout === 'nchw' ? [a, b, c] : [c, a, b];
  const positions = height * width;
  const maps = { images, positions, channels, extent: { height, width } };
  if (layout === 'nhwc') return { ...maps, data };
  const out = new (data.constructor as new (n: number) => Float32Array | Float64Array)(data.length);
  const size = positions * channels;
  for (let i = 0; i < images; i++)
    for (let channel = 0; channel < channels; channel++) {
      const from = i * size + channel * positions;
      let to = i * size + channel;
      for (let s = 0; s < positions; s++, to += channels) out[to] = data[from + s]!;
    }
  return { ...maps, data: out };
}

function requireFinite(maps: FeatureMaps): void {
  const { data } = maps;
  let finite = true;
  for (let i = 0; i < data.length; i++) finite &&= data[i]! - data[i]! === 0;
  if (finite) return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  throw new FormatError(
    `${describeImage(maps, Math.floor(at / (maps.positions * maps.channels)))} contains ${data[at]}.`,
  );
}

/** `Image 3 ("cat.png") of layer "conv5"`, as far as known. */
export function describeImage({ names, layer, firstImage = 0 }: FeatureMaps, image: number): string {
  const name = names ? ` ("${names[image]}")` : '';
  return `Image ${firstImage + image}${name}${layer === undefined ? '' : ` of layer "${layer}"`}`;
}

/** The vectors of one image, positions × channels, as a view. */
export function imageVectors<A extends Float32Array | Float64Array>(maps: FeatureMaps<A>, image: number): Matrix<A> {
  return imageRange(maps, image, image + 1);
}

/** The vectors of images `start` to `end`, one below the other, as a view. */
export function imageRange<A extends Float32Array | Float64Array>(
  { data, positions, channels }: FeatureMaps<A>,
  start: number,
  end: number,
): Matrix<A> {
  const size = positions * channels;
  return {
    rows: (end - start) * positions,
    cols: channels,
    data: data.subarray(start * size, end * size) as A,
  };
}

/** Images `start` to `end` as feature maps of their own, on the same memory. */
export function sliceImages<A extends Float32Array | Float64Array>(
  maps: FeatureMaps<A>,
  start: number,
  end: number,
): FeatureMaps<A> {
  const firstImage = (maps.firstImage ?? 0) + start;
  const slice = { ...maps, images: end - start, firstImage, data: imageRange(maps, start, end).data };
  if (maps.names) slice.names = maps.names.slice(start, end);
  return slice;
}

/** ‖V‖² of each image, summed in 64 bits. */
export function squaredNorms({ images, positions, channels, data }: FeatureMaps): Float64Array {
  return squaredSums(data, images, positions * channels);
}

/** Euclidean norm of the vector at each position of each image, images × positions. */
export function positionNorms({ images, positions, channels, data }: FeatureMaps): Float64Array {
  return squaredSums(data, images * positions, channels).map(Math.sqrt);
}

function squaredSums(data: Float32Array | Float64Array, count: number, length: number): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0, at = 0; i < count; i++) {
    let sum = 0;
    for (const end = at + length; at < end; at++) sum += data[at]! * data[at]!;
    out[i] = sum;
  }
  return out;
}
