import { encodeHalfNpy, encodeNpy } from '../../study/npy-writer.ts';
import type { PairFeaturesEntry } from '../../study/representations-section.ts';
import type { LayerFeatures } from './collect-features.ts';

/** Bytes of features kept of each layer, where nothing else is asked for. */
export const DEFAULT_PAIR_FEATURES = 32 * 2 ** 20;

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
  const inSingle = images * imageBytes <= cap;
  const count = inSingle ? images : Math.min(images, Math.floor(cap / (size * 2)));
  if (count < 2) return null;
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * images) / count));
  const data = new Float32Array(count * size);
  const buffer = new Float32Array(Math.min(images, STRIDE) * size);
  let at = 0;
  for (let start = 0; start < images; start += STRIDE) {
    const end = Math.min(images, start + STRIDE);
    const wanted = chosen.filter((image) => image >= start && image < end);
    if (wanted.length === 0) continue;
    const block = await features.load(start, end, { into: buffer });
    for (const image of wanted) {
      data.set(block.data.subarray((image - start) * size, (image - start + 1) * size), at * size);
      at++;
    }
  }
  if (inSingle) return { bytes: encodeNpy(data, [count, size]), entry: { bits: 32, images: null } };
  if (data.every((value) => Math.abs(value) <= LARGEST_HALF))
    return { bytes: encodeHalfNpy(data, [count, size]), entry: { bits: 16, images: count === images ? null : chosen } };
  // Beyond the range of 16 bits a value would become infinite; every second image in 32 bits is the way out.
  const second = chosen.filter((_, i) => i % 2 === 1);
  if (second.length < 2) return null;
  second.forEach((_, i) => {
    data.copyWithin(i * size, (2 * i + 1) * size, (2 * i + 2) * size);
  });
  return {
    bytes: encodeNpy(data.subarray(0, second.length * size), [second.length, size]),
    entry: { bits: 32, images: second },
  };
}
