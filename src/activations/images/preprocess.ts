import { UnsupportedError, UsageError } from '../../base/errors.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';
import { cropImage } from './crop-and-turn.ts';
import { type Interpolation, resizeImage } from './resize.ts';

/** What happens to a decoded picture before it enters a network. */
export interface Preprocessing {
  /**
   * First the size: the shorter side to this many pixels (the longer in proportion, rounded down), or height and width
   * exactly, or nothing.
   */
  resize: { shorterSide: number } | { height: number; width: number } | null;
  interpolation: Interpolation;
  /** Then the middle of the picture, height × width; black where it is smaller. Null leaves it whole. */
  crop: { height: number; width: number } | null;
  /**
   * Where an odd remainder goes when the middle is cut out: `round` half to even as torchvision does, `floor` as Hugging
   * Face processors do.
   */
  cropRounding: 'round' | 'floor';
  /** Then values × rescale, minus mean, divided by std, for red, green and blue. */
  rescale: number;
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  /** The order of channels that the network expects. */
  channels: 'rgb' | 'bgr';
  /** Channels first or last. */
  layout: 'nchw' | 'nhwc';
}

const IMAGENET_MEAN: readonly [number, number, number] = [0.485, 0.456, 0.406];
const IMAGENET_STD: readonly [number, number, number] = [0.229, 0.224, 0.225];

/**
 * The usual treatment where nothing else is known: shorter side to size/0.875 as torchvision's classifiers have it, centre
 * crop, ImageNet mean and deviation. Pictures for inputs of up to 64 pixels, or that are not square, are resized whole.
 */
export function defaultPreprocessing(size: number | { height: number; width: number }): Preprocessing {
  const { height, width } = typeof size === 'number' ? { height: size, width: size } : size;
  const whole = height !== width || height <= 64;
  return {
    resize: whole ? { height, width } : { shorterSide: Math.floor(height / 0.875) },
    interpolation: 'bilinear',
    crop: whole ? null : { height, width },
    cropRounding: 'round',
    rescale: 1 / 255,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    channels: 'rgb',
    layout: 'nchw',
  };
}

/** Pixels as they are, 0 to 255, as integer inputs take them. */
export const rawPixels: Pick<Preprocessing, 'rescale' | 'mean' | 'std'> = {
  rescale: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

/** The picture as it is after resizing and cropping: what the network sees, and what the app shows. */
export function fitImage(image: RgbImage, { resize, interpolation, crop, cropRounding }: Preprocessing): RgbImage {
  let fitted = image;
  if (resize && 'shorterSide' in resize) {
    const { shorterSide } = resize;
    const { width, height } = image;
    // The longer side is truncated, as torchvision and Hugging Face do.
    fitted =
      width <= height
        ? resizeImage(image, shorterSide, Math.trunc((shorterSide * height) / width), interpolation)
        : resizeImage(image, Math.trunc((shorterSide * width) / height), shorterSide, interpolation);
  } else if (resize) fitted = resizeImage(image, resize.width, resize.height, interpolation);
  if (!crop) return fitted;
  const middle = cropRounding === 'round' ? roundHalfToEven : Math.floor;
  const left = middle((fitted.width - crop.width) / 2);
  const top = middle((fitted.height - crop.height) / 2);
  return cropImage(fitted, left, top, crop.width, crop.height);
}

/**
 * The numbers of a fitted picture in the order that the network expects, channels × height × width of them; for one channel
 * grey as Pillow's mode L has it (ITU-R 601), with the first mean and deviation.
 */
export function normaliseImage(image: RgbImage, preprocessing: Preprocessing, inputChannels: 1 | 3 = 3): Float32Array {
  const { rescale, mean, std, channels, layout } = preprocessing;
  const pixels = image.width * image.height;
  if (inputChannels === 1)
    return Float32Array.from({ length: pixels }, (_, p) => (grey(image.data, p) * rescale - mean[0]) / std[0]);
  const out = new Float32Array(3 * pixels);
  for (let c = 0; c < 3; c++) {
    const target = channels === 'rgb' ? c : 2 - c;
    const [start, step] = layout === 'nchw' ? [target * pixels, 1] : [target, 3];
    for (let p = 0, to = start; p < pixels; p++, to += step)
      out[to] = (image.data[p * 3 + c]! * rescale - mean[c]!) / std[c]!;
  }
  return out;
}

/** Luma of a pixel, in the whole numbers of Pillow. */
function grey(data: Uint8Array, pixel: number): number {
  const at = 3 * pixel;
  return (data[at]! * 19_595 + data[at + 1]! * 38_470 + data[at + 2]! * 7_471 + 0x8000) >> 16;
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Pillow's numbers for filters, as Hugging Face processors store them. */
const RESAMPLE: readonly Interpolation[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

/**
 * Reads a Hugging Face `preprocessor_config.json` or a timm `config.json` (its `pretrained_cfg`); null if it is neither.
 *
 * @throws UnsupportedError for a value that cannot be followed, such as an unknown interpolation.
 */
export function parsePreprocessing(config: unknown): Preprocessing | null {
  if (!isRecord(config)) return null;
  const timm = isRecord(config.pretrained_cfg) ? config.pretrained_cfg : config;
  if (Array.isArray(timm.input_size)) return fromTimm(timm);
  if ('image_mean' in config || 'do_resize' in config || 'image_processor_type' in config)
    return fromHuggingFace(config);
  return null;
}

function fromHuggingFace(config: Record<string, unknown>): Preprocessing {
  const on = (name: string, fallback: boolean): boolean =>
    typeof config[name] === 'boolean' ? (config[name] as boolean) : fallback;
  const normalise = on('do_normalize', 'image_mean' in config);
  const resample = config.resample ?? 2;
  const interpolation = typeof resample === 'number' ? RESAMPLE[resample] : undefined;
  if (!interpolation) throw new UnsupportedError(`resample is ${JSON.stringify(resample)}; 0 to 5 are known.`);
  const rescale = typeof config.rescale_factor === 'number' ? config.rescale_factor : 1 / 255;
  return {
    ...(typeof config.crop_pct === 'number' ? cropByPercent(config, config.crop_pct) : resizeAndCrop(config, on)),
    interpolation,
    cropRounding: 'floor',
    rescale: on('do_rescale', true) ? rescale : 1,
    mean: normalise ? triple(config.image_mean ?? IMAGENET_MEAN, 'image_mean') : [0, 0, 0],
    std: normalise ? triple(config.image_std ?? IMAGENET_STD, 'image_std') : [1, 1, 1],
    channels: 'rgb',
    layout: 'nchw',
  };
}

function resizeAndCrop(
  config: Record<string, unknown>,
  on: (name: string, fallback: boolean) => boolean,
): Pick<Preprocessing, 'resize' | 'crop'> {
  const { size } = config;
  const centreCrop = on('do_center_crop', false);
  const type = String(config.image_processor_type ?? config.feature_extractor_type ?? '');
  // A bare number is the shorter side to processors that crop, except DeiT's, and a square to the others.
  const shorter = typeof size === 'number' && centreCrop && !type.startsWith('DeiT');
  const resize = shorter ? { shorterSide: size } : size === undefined ? null : sizeOf(size, 'size');
  const crop = centreCrop ? sizeOf(config.crop_size ?? size, 'crop_size') : null;
  return { resize: on('do_resize', true) ? resize : null, crop: crop && squareOf(crop) };
}

/** ConvNeXT's processor: below 384 pixels the shorter side is size / crop_pct before the crop, from 384 on no crop. */
function cropByPercent(config: Record<string, unknown>, percent: number): Pick<Preprocessing, 'resize' | 'crop'> {
  const { height } = squareOf(sizeOf(config.size, 'size'));
  return height < 384
    ? { resize: { shorterSide: Math.trunc(height / percent) }, crop: { height, width: height } }
    : { resize: { height, width: height }, crop: null };
}

function squareOf(size: { shorterSide: number } | { height: number; width: number }): {
  height: number;
  width: number;
} {
  return 'shorterSide' in size ? { height: size.shorterSide, width: size.shorterSide } : size;
}

function sizeOf(size: unknown, name: string): { shorterSide: number } | { height: number; width: number } {
  if (typeof size === 'number') return { height: size, width: size };
  if (isRecord(size)) {
    if (typeof size.shortest_edge === 'number') return { shorterSide: size.shortest_edge };
    if (typeof size.height === 'number' && typeof size.width === 'number')
      return { height: size.height, width: size.width };
  }
  throw new UnsupportedError(
    `${name} is ${JSON.stringify(size)}; a number, height and width, or shortest_edge are known.`,
  );
}

function fromTimm(config: Record<string, unknown>): Preprocessing {
  const [channels, height, width] = config.input_size as unknown[];
  if (channels !== 3 || typeof height !== 'number' || typeof width !== 'number')
    throw new UnsupportedError(`input_size is ${JSON.stringify(config.input_size)}; [3, height, width] was expected.`);
  const interpolation = config.interpolation ?? 'bilinear';
  if (typeof interpolation !== 'string' || !RESAMPLE.includes(interpolation as Interpolation))
    throw new UnsupportedError(`interpolation is ${JSON.stringify(interpolation)}; known are ${RESAMPLE.join(', ')}.`);
  const cropPercent = typeof config.crop_pct === 'number' ? config.crop_pct : 0.875;
  const squash = config.crop_mode === 'squash';
  return {
    resize: squash
      ? { height: Math.floor(height / cropPercent), width: Math.floor(width / cropPercent) }
      : { shorterSide: Math.floor(Math.min(height, width) / cropPercent) },
    interpolation: interpolation as Interpolation,
    crop: { height, width },
    cropRounding: 'round',
    rescale: 1 / 255,
    mean: triple(config.mean ?? IMAGENET_MEAN, 'mean'),
    std: triple(config.std ?? IMAGENET_STD, 'std'),
    channels: 'rgb',
    layout: 'nchw',
  };
}

function triple(value: unknown, name: string): [number, number, number] {
  if (Array.isArray(value) && value.length === 3 && value.every((part) => typeof part === 'number'))
    return value as [number, number, number];
  throw new UnsupportedError(`${name} is ${JSON.stringify(value)}; three numbers were expected.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Checks a preprocessing made by hand.
 *
 * @throws UsageError naming the first value out of range.
 */
export function checkPreprocessing(preprocessing: Preprocessing): Preprocessing {
  const { rescale, mean, std } = preprocessing;
  if (!(Number.isFinite(rescale) && rescale !== 0)) throw new UsageError(`rescale must not be ${rescale}.`);
  if (!mean.every(Number.isFinite)) throw new UsageError(`mean must be three numbers; found ${mean.join(', ')}.`);
  if (!std.every((value) => value > 0 && Number.isFinite(value)))
    throw new UsageError(`std must be three numbers above 0; found ${std.join(', ')}.`);
  return preprocessing;
}
