import { IncomparableError } from '../../../base/errors.ts';
import type { FeatureMaps } from '../feature-maps.ts';

/**
 * What is subtracted before comparison.
 * - `none`: nothing.
 * - `channel`: the mean over images and positions of each channel. Leaves the optimal matching as it is.
 * - `position`: the mean over images of each channel at each position ("zero-centred along the sample dimension", the
 *   paper's wording taken literally). Brings position back into the matching.
 */
export const CENTRINGS = ['none', 'channel', 'position'] as const;
export type Centring = (typeof CENTRINGS)[number];

/** A mean to subtract: one value per channel, or per position and channel. */
export interface FeatureMean {
  kind: Exclude<Centring, 'none'>;
  positions: number;
  channels: number;
  values: Float64Array;
}

/** Collects a mean block by block, for features that never lie in memory as a whole. */
export interface MeanCollector {
  add(maps: FeatureMaps): void;
  mean(): FeatureMean;
}

export function collectMean(kind: FeatureMean['kind'], positions: number, channels: number): MeanCollector {
  const length = kind === 'channel' ? channels : positions * channels;
  const sums = new Float64Array(length);
  let count = 0;
  return {
    add(maps) {
      requireSameShape(maps, positions, channels);
      const { data } = maps;
      for (let from = 0; from < data.length; from += length)
        for (let k = 0; k < length; k++) sums[k]! += data[from + k]!;
      count += data.length / length;
    },
    mean: () => ({ kind, positions, channels, values: sums.map((sum) => (count > 0 ? sum / count : 0)) }),
  };
}

/** The mean of some images; for retrieval those of the database only, subtracted from database and queries alike. */
export function featureMean(maps: FeatureMaps, kind: FeatureMean['kind']): FeatureMean {
  const collector = collectMean(kind, maps.positions, maps.channels);
  collector.add(maps);
  return collector.mean();
}

/**
 * A copy of the maps with the mean subtracted, in the type of the maps.
 *
 * @throws IncomparableError if the mean is of other channels, or of other positions where it has any.
 */
export function subtractMean<A extends Float32Array | Float64Array>(
  maps: FeatureMaps<A>,
  mean: FeatureMean,
): FeatureMaps<A> {
  requireSameShape(maps, mean.kind === 'channel' ? maps.positions : mean.positions, mean.channels);
  const data = maps.data.slice() as A;
  subtractInPlace(data, mean);
  return { ...maps, data };
}

/** Subtracts a mean from the values of whole images, images × positions × channels, where they are. */
export function subtractInPlace(data: Float32Array | Float64Array, { values }: FeatureMean): void {
  for (let from = 0; from < data.length; from += values.length)
    for (let k = 0; k < values.length; k++) data[from + k]! -= values[k]!;
}

/** `subtractMean` with the maps' own mean; the maps themselves for `none`. */
export function centre<A extends Float32Array | Float64Array>(
  maps: FeatureMaps<A>,
  centring: Centring,
): FeatureMaps<A> {
  return centring === 'none' ? maps : subtractMean(maps, featureMean(maps, centring));
}

function requireSameShape(maps: FeatureMaps, positions: number, channels: number): void {
  if (maps.positions !== positions || maps.channels !== channels)
    throw new IncomparableError(
      `The mean is of ${positions} positions with ${channels} channels; the features have ${maps.positions} and ${maps.channels}.`,
    );
}
