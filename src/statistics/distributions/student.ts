import { normalQuantile } from './normal.ts';

/** Fewest degrees of freedom that {@link studentQuantile} holds for. */
export const LEAST_FREEDOM = 4;

/**
 * The quantile of Student's t distribution for p in (0, 1) and at least 4 degrees of freedom, by its expansion about the
 * normal quantile (Abramowitz & Stegun 1964, 26.7.5); within 0.3 % of the exact one.
 */
export function studentQuantile(p: number, freedom: number): number {
  const z = normalQuantile(p);
  const z2 = z * z;
  const terms = [
    (z2 + 1) / 4,
    ((5 * z2 + 16) * z2 + 3) / 96,
    (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384,
    ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160,
  ];
  return terms.reduce((sum, term, k) => sum + (z * term) / freedom ** (k + 1), z);
}
