import { line } from 'd3-shape';

export type Place = readonly [number, number];

const path = line<Place | null>()
  .defined((place) => place !== null)
  .x((place) => place![0])
  .y((place) => place![1])
  .digits(1);

/** The path of a line through places in pixels, broken where one is null. */
export function linePath(places: readonly (Place | null)[]): string {
  return path(places) ?? '';
}

/** Places with none beside them, through which a line would not be seen. */
export function lonePlaces(places: readonly (Place | null)[]): Place[] {
  return places.flatMap((place, i) => (place && !places[i - 1] && !places[i + 1] ? [place] : []));
}
