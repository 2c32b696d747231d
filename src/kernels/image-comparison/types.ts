/** The window of structural similarity and its two constants, (K₁L)² and (K₂L)². */
export interface WindowOptions {
  windowSize: number;
  c1: number;
  c2: number;
}

/** Sums over two images of one shape. */
export interface ImageSums {
  /** Σ a·b. */
  products: number;
  /** Σ a² and Σ b², summed in the same order as the products: for equal images all three are equal. */
  powerA: number;
  powerB: number;
  /** Σ (a − b)². */
  squares: number;
  /** Σ |a − b|. */
  absolutes: number;
  /** Sum over all windows that lie wholly inside of their structural similarity; their number for equal images. */
  similarity: number;
}
