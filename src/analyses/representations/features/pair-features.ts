import { blankHalfNpy, blankNpy } from '../../../formats/npy/write-npy.ts';
import type { PairFeaturesEntry } from '../../../study/representations-section.ts';
import { numberToHalf } from '../../../tensor/dtype.ts';
import type { LayerFeatures } from './collect-features.ts';

/** Images that are loaded at a time. */
const STRIDE = 32;
const LARGEST_HALF = 65504;

/** Centred features of a layer as a file of the study, and what the study says of them. */
export interface PairFeatures {
  bytes: Uint8Array;
  entry: Omit<PairFeaturesEntry, 'path'>;
}

/**
 * The features that matching worked on, so that any pair of images can be matched again by whoever looks at the study: in
 * 32 bits where that takes at most `cap` bytes, else in 16, else in 16 bits of as many images as fit, spread evenly. Null
 * where not even two fit.
 */
export async function pairFeatures(features: LayerFeatures, cap: number): Promise<PairFeatures | null> {
  const { images, positions, channels, imageBytes } = features;
  const size = positions * channels;
  const all = Array.from({ length: images }, (_, i) => i);
  if (images * imageBytes <= cap) return inSingle(features, all);
  const count = Math.min(images, Math.floor(cap / (size * 2)));
  if (count < 2) return null;
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * images) / count));
  const { bytes, bits } = blankHalfNpy([count, size]);
  let fits = true;
  await eachImage(features, chosen, (values, row) => {
    for (let k = 0; k < size; k++) {
      fits &&= Math.abs(values[k]!) <= LARGEST_HALF;
      bits[row * size + k] = numberToHalf(values[k]!);
    }
  });
  if (fits) return { bytes, entry: { bits: 16, images: count === images ? null : chosen } };
  // Beyond the range of 16 bits a value would become infinite; every second image in 32 bits is the way out.
  const second = chosen.filter((_, i) => i % 2 === 1);
  return second.length < 2 ? null : inSingle(features, second);
}

async function inSingle(features: LayerFeatures, chosen: readonly number[]): Promise<PairFeatures> {
  const size = features.positions * features.channels;
  const { bytes, values: all } = blankNpy([chosen.length, size]);
  await eachImage(features, chosen, (values, row) => all.set(values, row * size));
  const whole = chosen.length === features.images;
  return { bytes, entry: { bits: 32, images: whole ? null : [...chosen] } };
}

/** Hands over the features of the chosen images in turn; a few images are in memory at a time. */
async function eachImage(
  features: LayerFeatures,
  chosen: readonly number[],
  take: (values: Float32Array, row: number) => void,
): Promise<void> {
  const size = features.positions * features.channels;
  const buffer = new Float32Array(Math.min(features.images, STRIDE) * size);
  let row = 0;
  for (let start = 0; start < features.images && row < chosen.length; start += STRIDE) {
    const end = Math.min(features.images, start + STRIDE);
    if (chosen[row]! >= end) continue;
    const { data } = await features.load(start, end, { into: buffer });
    for (; row < chosen.length && chosen[row]! < end; row++)
      take(data.subarray((chosen[row]! - start) * size, (chosen[row]! - start + 1) * size), row);
  }
}
