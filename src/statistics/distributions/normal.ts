/**
 * Φ, the distribution function of the standard normal distribution, to about 1e-15: by its series near 0 and by the
 * continued fraction of its tail beyond (Abramowitz & Stegun 1964, 26.2.11 and 26.2.14).
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  const x = Math.abs(z);
  if (x > 38) return z > 0 ? 1 : 0;
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x < 3) {
    let term = x;
    let sum = x;
    for (let k = 3; term > 1e-17 * sum; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return 0.5 + Math.sign(z) * density * sum;
  }
  let fraction = x;
  for (let k = 60; k > 0; k--) fraction = x + k / fraction;
  return z > 0 ? 1 - density / fraction : density / fraction;
}

/**
 * The quantile of the standard normal distribution, the z with Φ(z) = p, to about 1e-9 for p from 1e-12 to 1 − 1e-12; infinite for 0 and 1, NaN beyond.
 * Newton's method on {@link normalCdf}, kept within halving bounds.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  // The lower tail is stored to more digits.
  if (p > 0.5) return -normalQuantile(1 - p);
  let [low, high] = [-38, 38];
  let z = 0;
  for (let step = 0; step < 200; step++) {
    const error = normalCdf(z) - p;
    if (error > 0) high = z;
    else low = z;
    const slope = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const next = z - error / slope;
    const moved = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(moved - z) <= 1e-14 * Math.max(1, Math.abs(moved))) return moved;
    z = moved;
  }
  return z;
}
