import { UsageError } from '../base/errors.ts';

/**
 * Density of points in the plane at the points themselves: a Gaussian kernel of the points' own covariance, scaled by
 * Scott's factor n^(−1/6) (Scott 1992), as SciPy's `gaussian_kde` does by default. Points whose covariance has no
 * inverse (fewer than three, or all on a line) all get the density 1. Quadratic in the number of points.
 * @throws UsageError when the two lists differ in length.
 */
export function pointDensity(x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  const n = x.length;
  if (y.length !== n)
    throw new UsageError(`The points have ${n} values along x and ${y.length} along y; they must be as many.`);
  const out = new Float64Array(n);
  const { xx, xy, yy } = covariance(x, y);
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 1e-12 * Math.max(xx, yy) ** 2)) return out.fill(1);
  const factor = n ** (-1 / 6);
  // With the Cholesky factor of the covariance the kernel becomes round and of width 1.
  const a = Math.sqrt(xx) * factor;
  const b = (xy / Math.sqrt(xx)) * factor;
  const c = Math.sqrt(determinant / xx) * factor;
  const u = new Float64Array(n);
  const v = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    u[i] = x[i]! / a;
    v[i] = (y[i]! - b * u[i]!) / c;
  }
  for (let i = 0; i < n; i++) {
    out[i]! += 1;
    for (let j = i + 1; j < n; j++) {
      const kernel = Math.exp(-0.5 * ((u[i]! - u[j]!) ** 2 + (v[i]! - v[j]!) ** 2));
      out[i]! += kernel;
      out[j]! += kernel;
    }
  }
  const scale = 1 / (n * 2 * Math.PI * a * c);
  for (let i = 0; i < n; i++) out[i]! *= scale;
  return out;
}

function covariance(x: ArrayLike<number>, y: ArrayLike<number>): { xx: number; xy: number; yy: number } {
  const n = x.length;
  let [meanX, meanY] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanX += x[i]! / n;
    meanY += y[i]! / n;
  }
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [x[i]! - meanX, y[i]! - meanY];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  return { xx: xx / (n - 1), xy: xy / (n - 1), yy: yy / (n - 1) };
}
