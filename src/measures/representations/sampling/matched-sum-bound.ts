import type { FeatureMaps } from '../feature-maps.ts';

/**
 * What bounds the matched sum of any two of these images: the mean vector of each image, and the norms of what is left of its
 * positions.
 */
export interface MatchingProfiles {
  images: number;
  positions: number;
  channels: number;
  /** images × channels: Σ over positions / √positions. */
  means: Float64Array;
  /** images × positions: ‖v_s − mean‖, largest first. */
  rests: Float64Array;
  /** ‖V‖² of each image. */
  squares: Float64Array;
}

/** Profiles with no image yet, for features that come a part at a time. */
export function emptyProfiles(images: number, positions: number, channels: number): MatchingProfiles {
  return {
    images,
    positions,
    channels,
    means: new Float64Array(images * channels),
    rests: new Float64Array(images * positions),
    squares: new Float64Array(images),
  };
}

/** Fills in the profiles of the images of `maps`, from image `start` on. */
export function addProfiles(profiles: MatchingProfiles, maps: FeatureMaps, start: number): void {
  const { positions, channels, data } = maps;
  const scale = 1 / Math.sqrt(positions);
  for (let i = 0; i < maps.images; i++) {
    const mean = profiles.means.subarray((start + i) * channels, (start + i + 1) * channels);
    const rests = profiles.rests.subarray((start + i) * positions, (start + i + 1) * positions);
    const from = i * positions * channels;
    let square = 0;
    for (let s = 0; s < positions; s++)
      for (let c = 0; c < channels; c++) mean[c]! += data[from + s * channels + c]! * scale;
    for (let s = 0; s < positions; s++) {
      let rest = 0;
      for (let c = 0; c < channels; c++) {
        const value = data[from + s * channels + c]!;
        rest += (value - mean[c]! * scale) ** 2;
        square += value * value;
      }
      rests[s] = Math.sqrt(rest);
    }
    rests.sort().reverse();
    profiles.squares[start + i] = square;
  }
}

/** Rounding of 32-bit products, relative to the norms of both vectors, for each channel. */
const ROUNDING = 2 ** -23;

/**
 * An upper bound of Σ ⟨v_s, w_π(s)⟩ over every permutation π, for equally many positions. With v = v̄ + ṽ and w = w̄ + w̃ the
 * mixed terms vanish, Σ ⟨v_s, w_π(s)⟩ = S⟨v̄, w̄⟩ + Σ ⟨ṽ_s, w̃_π(s)⟩, and the last sum is at most Σ ‖ṽ‖₍ᵢ₎‖w̃‖₍ᵢ₎ of the norms
 * in order (Cauchy–Schwarz and the rearrangement inequality). Holds for sums of 32-bit products too.
 */
export function matchedSumBound(profiles: MatchingProfiles, i: number, j: number): number {
  const { positions, channels, means, rests, squares } = profiles;
  let sum = 0;
  for (let c = 0, a = i * channels, b = j * channels; c < channels; c++) sum += means[a + c]! * means[b + c]!;
  for (let s = 0, a = i * positions, b = j * positions; s < positions; s++) sum += rests[a + s]! * rests[b + s]!;
  return sum + ROUNDING * (channels + positions) * Math.sqrt(squares[i]! * squares[j]!);
}

/**
 * The smaller of Σ over rows of the largest entry and Σ over columns of it: an upper bound of every assignment of a square
 * affinity, with room for the order in which the assignment is summed.
 */
export function maximaBound(affinity: Float32Array | Float64Array, n: number): number {
  const columns = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
  let rows = 0;
  let largest = 0;
  for (let s = 0; s < n; s++) {
    let row = Number.NEGATIVE_INFINITY;
    for (let t = 0; t < n; t++) {
      const value = affinity[s * n + t]!;
      if (value > row) row = value;
      if (value > columns[t]!) columns[t] = value;
    }
    rows += row;
    largest = Math.max(largest, Math.abs(row));
  }
  let sum = 0;
  for (let t = 0; t < n; t++) {
    sum += columns[t]!;
    largest = Math.max(largest, Math.abs(columns[t]!));
  }
  return Math.min(rows, sum) + n * largest * 1e-12;
}
