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

/**
 * The share of Student's t distribution above a value, for whole degrees of freedom, by its finite series (Abramowitz & Stegun
 * 1964, 26.7.3 and 26.7.4); to 1e-15, below which it is 0.
 */
export function studentTail(value: number, freedom: number): number {
  if (value < 0) return 1 - studentTail(-value, freedom);
  const angle = Math.atan(value / Math.sqrt(freedom));
  const isOdd = freedom % 2 === 1;
  const square = Math.cos(angle) ** 2;
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k < freedom; k += 2) {
    term *= ((k - 1) / k) * square;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return Math.max(0, (1 - within) / 2);
}
