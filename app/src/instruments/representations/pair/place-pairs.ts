import type { ShownLayer } from '../representations-data.ts';

/** Two places, of the first and of the second image, and the inner product of their vectors; null where it is not known. */
export interface PlacePair {
  first: number;
  second: number;
  strength: number | null;
}

export interface PlacePairs {
  /** Strongest first. */
  pairs: readonly PlacePair[];
  /** Sum over all places; null where only some are known. */
  sum: number | null;
  /** What no matching can pass, where the study's method matches by prototypes. */
  bound?: number;
}

/** How two images are matched, and where that is known from. */
export interface PairMatches {
  matched: PlacePairs;
  same: PlacePairs;
  /** Matched again from features of 32 or 16 bits, or as stored with the study: the strongest only. */
  from: 32 | 16 | 'stored';
}

/** The row of the kept features that an image has; undefined where it has none. */
export function featureRow(layer: ShownLayer, image: number): number | undefined {
  const { features } = layer.entry;
  if (!features) return undefined;
  if (features.images === null) return image;
  const at = features.images.indexOf(image);
  return at < 0 ? undefined : at;
}

/** Why a pair cannot be opened, and what would open it. */
export function whyNot(layer: ShownLayer): string {
  const { features } = layer.entry;
  if (features?.images)
    return `Features of ${features.images.length} images were kept, as those of all are larger than the cap. Make the study with a larger --pair-features to open every pair; pairs that retrieval found can be opened in any case.`;
  return 'The study keeps no features of this layer: only pairs that retrieval found can be opened. Make it with --pair-features 32M, or more, to open every pair.';
}
