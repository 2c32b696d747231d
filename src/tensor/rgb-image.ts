/** An 8-bit RGB picture: height × width × 3, row by row. */
export interface RgbImage {
  width: number;
  height: number;
  data: Uint8Array;
}
