import { positionNorms } from '#src/measures/representations/feature-maps.ts';
import type { AssignOptions } from '#src/measures/representations/matching/assign-options.ts';
import { type MatchedPlaces, matchPlaces } from '#src/measures/representations/matching/matched-places.ts';

/** Two images' features at one layer, positions × channels each. */
export interface MatchTask {
  kind: 'match-pair';
  a: Float32Array;
  b: Float32Array;
  positions: number;
  channels: number;
  options: AssignOptions;
}

/** The places matched as the study's method does, and every place with itself. */
export interface MatchedPair {
  matched: MatchedPlaces;
  same: MatchedPlaces;
}

export function matchPair({ a, b, positions, channels, options }: MatchTask): MatchedPair {
  const [x, y] = [a, b].map((data) => ({ rows: positions, cols: channels, data })) as [
    { rows: number; cols: number; data: Float32Array },
    { rows: number; cols: number; data: Float32Array },
  ];
  const norms = (data: Float32Array): ArrayLike<number> => positionNorms({ images: 1, positions, channels, data });
  return {
    matched: matchPlaces(x, y, { ...options, rowNorms: norms(a), columnNorms: norms(b) }),
    same: matchPlaces(x, y, { method: 'none' }),
  };
}
