/** A point of a drawing, in pixels, by the key that it is chosen by. */
export interface PlacedPoint {
  key: string;
  x: number;
  y: number;
}
