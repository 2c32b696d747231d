/**
 * Mean of the entries; then of the entries less that mean: Σ squares, Σ entry × its mirror image, Σ squared row sums, Σ
 * squared column sums, Σ row sum × column sum of the same class.
 */
export type OffDiagonalSums = [number, number, number, number, number, number];
