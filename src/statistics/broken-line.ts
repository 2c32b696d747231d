import { UsageError } from '../base/errors.ts';
import { median } from './quantile.ts';

/** One straight piece of a broken line. */
export interface BrokenLineSegment {
  fromX: number;
  toX: number;
  fromY: number;
  toY: number;
  slope: number;
  /** Of the slope, from the scatter about the line and the points of this piece alone. */
  standardError: number;
}

/** A continuous piecewise linear fit. */
export interface BrokenLine {
  /** Fitted value at every x, in the order given. */
  fitted: Float64Array;
  segments: BrokenLineSegment[];
  /** Standard deviation of the points: about the line, or from neighbouring points where that is larger. */
  noise: number;
  /** Indices of points that stand apart from their neighbours on both sides; they have no weight in the fit. */
  outliers: number[];
}

export interface BrokenLineOptions {
  maxKnots?: number;
  /** Scatter below this share of the range of y is not worth another knot: keeps smooth curves from many pieces. */
  resolution?: number;
}

/** Steps between two knots, so that a piece is told by more than its two ends. */
const MIN_STEPS = 1;
/** Parameters that one knot counts for in the Bayesian information criterion: its place, its slope, and the search. */
const KNOT_COST = 3;
const MAX_REFINEMENTS = 20;

/**
 * Fits a continuous broken line by least squares; the number of knots is chosen by the Bayesian information criterion,
 * their places by inserting the best one at a time and moving each while that helps. Single points that stand apart
 * from both neighbours are left out, so that a spike does not bend the line. A knee is placed far more exactly than by
 * averaging over a window, which smears it.
 * @param x ascending, without repeats
 * @param y one finite value for each x
 * @throws UsageError when lengths differ, fewer than three points are given or x does not ascend.
 */
export function fitBrokenLine(x: ArrayLike<number>, y: ArrayLike<number>, options: BrokenLineOptions = {}): BrokenLine {
  const { maxKnots = 12, resolution = 0.002 } = options;
  const n = x.length;
  if (y.length !== n) throw new UsageError(`A broken line needs one y for each x; found ${n} and ${y.length}.`);
  if (n < 3) throw new UsageError(`A broken line needs at least 3 points; found ${n}.`);
  for (let i = 1; i < n; i++)
    if (!(x[i]! > x[i - 1]!)) throw new UsageError(`x must ascend; found ${x[i - 1]} before ${x[i]}.`);

  // Scaled so that sums of squares keep their digits whatever the units.
  const x0 = x[0]!;
  const spanX = x[n - 1]! - x0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    low = Math.min(low, y[i]!);
    high = Math.max(high, y[i]!);
  }
  const spanY = high > low ? high - low : 1;
  const u = Float64Array.from({ length: n }, (_, i) => (x[i]! - x0) / spanX);
  const v = Float64Array.from({ length: n }, (_, i) => (y[i]! - low) / spanY);
  const outliers = findOutliers(v);
  const problem = prepare(u, v, new Set(outliers));

  const used = n - outliers.length;
  const criterion = (knots: number[]): number =>
    used * Math.log(squaredError(problem, knots) / used + resolution ** 2) +
    (2 + KNOT_COST * (knots.length - 2)) * Math.log(used);
  let knots = [0, n - 1];
  let best = knots;
  let bestScore = criterion(knots);
  for (let added = 0; added < maxKnots; added++) {
    const grown = insertBest(problem, knots);
    if (!grown) break;
    knots = refine(problem, grown);
    const score = criterion(knots);
    if (score < bestScore) {
      best = knots;
      bestScore = score;
    }
  }

  const heights = solve(problem, best);
  const degrees = Math.max(1, used - 2 * best.length + 2);
  // A short noisy curve can be followed too closely, which hides its noise; neighbours still show it.
  const noise = Math.max(Math.sqrt(squaredError(problem, best) / degrees), neighbourNoise(v));
  const fitted = new Float64Array(n);
  const segments: BrokenLineSegment[] = [];
  for (let s = 0; s + 1 < best.length; s++) {
    const a = best[s]!;
    const b = best[s + 1]!;
    const slope = (heights[s + 1]! - heights[s]!) / (u[b]! - u[a]!);
    for (let i = a; i <= b; i++) fitted[i] = low + spanY * (heights[s]! + slope * (u[i]! - u[a]!));
    const standardError = noise / Math.sqrt(Math.max(spread(u, a, b), Number.MIN_VALUE));
    segments.push({
      fromX: x[a]!,
      toX: x[b]!,
      fromY: low + spanY * heights[s]!,
      toY: low + spanY * heights[s + 1]!,
      slope: (slope * spanY) / spanX,
      standardError: (standardError * spanY) / spanX,
    });
  }
  return { fitted, segments, noise: noise * spanY, outliers };
}

/**
 * Noise from second differences, which a slope leaves alone: their median size over that of the standard normal, over
 * √6, the deviation of y₋ − 2y + y₊ for independent noise of deviation 1.
 */
function neighbourNoise(y: Float64Array): number {
  const sizes = Array.from({ length: y.length - 2 }, (_, i) => Math.abs(y[i]! - 2 * y[i + 1]! + y[i + 2]!));
  return median(sizes) / 0.6745 / Math.sqrt(6);
}

/** Points further than a tenth of the range and six robust deviations from a running median that neighbours share. */
function findOutliers(y: Float64Array): number[] {
  const deviations: number[] = [];
  for (let i = 2; i + 2 < y.length; i++) {
    const window = [y[i - 2]!, y[i - 1]!, y[i]!, y[i + 1]!, y[i + 2]!].sort((p, q) => p - q);
    deviations.push(Math.abs(y[i]! - window[2]!));
  }
  if (deviations.length === 0) return [];
  const bound = Math.max(0.1, (6 * median(deviations)) / 0.6745);
  const outliers: number[] = [];
  deviations.forEach((deviation, k) => {
    const i = k + 2;
    if (deviation > bound && Math.abs(y[i + 1]! - y[i - 1]!) < deviation / 2) outliers.push(i);
  });
  return outliers;
}

/** Running sums of weight, x, x², y, xy and y², from which any piece's share of the normal equations follows. */
interface Problem {
  n: number;
  u: Float64Array;
  sums: readonly [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  squares: number;
}

function prepare(u: Float64Array, v: Float64Array, outliers: ReadonlySet<number>): Problem {
  const n = u.length;
  const sums = [0, 1, 2, 3, 4].map(() => new Float64Array(n + 1)) as unknown as Problem['sums'];
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const w = outliers.has(i) ? 0 : 1;
    const terms = [w, w * u[i]!, w * u[i]! ** 2, w * v[i]!, w * u[i]! * v[i]!];
    for (let k = 0; k < 5; k++) sums[k]![i + 1] = sums[k]![i]! + terms[k]!;
    squares += w * v[i]! ** 2;
  }
  return { n, u, sums, squares };
}

const scratch = { diagonal: new Float64Array(64), upper: new Float64Array(64), right: new Float64Array(64) };

/**
 * Normal equations of the line through heights at the knots. Each point lies between two knots, so they are
 * tridiagonal, and building them costs the number of knots, not of points. Returns the heights in `scratch.right` and
 * the sum of squared errors.
 */
function solveInto(problem: Problem, knots: readonly number[]): number {
  const { u, n, squares } = problem;
  const [weight, sumX, sumXX, sumY, sumXY] = problem.sums;
  const { diagonal, upper, right } = scratch;
  const m = knots.length;
  diagonal.fill(1e-9, 0, m);
  upper.fill(0, 0, m);
  right.fill(0, 0, m);
  for (let s = 0; s + 1 < m; s++) {
    const from = knots[s]!;
    const to = s + 2 === m ? n : knots[s + 1]!;
    const origin = u[from]!;
    const inverse = 1 / (u[knots[s + 1]!]! - origin);
    const w = weight[to]! - weight[from]!;
    const wx = sumX[to]! - sumX[from]!;
    const wxx = sumXX[to]! - sumXX[from]!;
    const wy = sumY[to]! - sumY[from]!;
    const wxy = sumXY[to]! - sumXY[from]!;
    const t = (wx - origin * w) * inverse;
    const tt = (wxx - 2 * origin * wx + origin * origin * w) * inverse * inverse;
    const ty = (wxy - origin * wy) * inverse;
    diagonal[s]! += w - 2 * t + tt;
    diagonal[s + 1]! += tt;
    upper[s] = t - tt;
    right[s]! += wy - ty;
    right[s + 1]! += ty;
  }
  let explained = 0;
  // Thomas elimination; the explained sum of squares is right·heights, gathered from the eliminated system.
  for (let s = 0; s < m; s++) {
    if (s > 0) {
      const factor = upper[s - 1]! / diagonal[s - 1]!;
      diagonal[s]! -= factor * upper[s - 1]!;
      right[s]! -= factor * right[s - 1]!;
    }
    explained += right[s]! ** 2 / diagonal[s]!;
  }
  right[m - 1]! /= diagonal[m - 1]!;
  for (let s = m - 2; s >= 0; s--) right[s] = (right[s]! - upper[s]! * right[s + 1]!) / diagonal[s]!;
  return Math.max(0, squares - explained);
}

function squaredError(problem: Problem, knots: readonly number[]): number {
  return solveInto(problem, knots);
}

function solve(problem: Problem, knots: readonly number[]): Float64Array {
  solveInto(problem, knots);
  return scratch.right.slice(0, knots.length);
}

/** The knots with the one more that lowers the error most; undefined when no gap has room for it. */
function insertBest(problem: Problem, knots: readonly number[]): number[] | undefined {
  let best: number[] | undefined;
  let bestError = Number.POSITIVE_INFINITY;
  for (let s = 0; s + 1 < knots.length; s++) {
    const trial = [...knots.slice(0, s + 1), 0, ...knots.slice(s + 1)];
    for (let i = knots[s]! + MIN_STEPS; i <= knots[s + 1]! - MIN_STEPS; i++) {
      trial[s + 1] = i;
      const error = squaredError(problem, trial);
      if (error < bestError) {
        bestError = error;
        best = trial.slice();
      }
    }
  }
  return best;
}

/** Moves each inner knot to its best place between its neighbours until none moves. */
function refine(problem: Problem, start: readonly number[]): number[] {
  const knots = start.slice();
  let error = squaredError(problem, knots);
  for (let pass = 0; pass < MAX_REFINEMENTS; pass++) {
    let moved = false;
    for (let s = 1; s + 1 < knots.length; s++) {
      let place = knots[s]!;
      const from = knots[s - 1]! + MIN_STEPS;
      const to = knots[s + 1]! - MIN_STEPS;
      for (let i = from; i <= to; i++) {
        knots[s] = i;
        const trial = squaredError(problem, knots);
        if (trial < error - 1e-15) {
          error = trial;
          place = i;
          moved = true;
        }
      }
      knots[s] = place;
    }
    if (!moved) break;
  }
  return knots;
}

/** Σ (x − mean)² over the points of a piece. */
function spread(u: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i <= to; i++) sum += u[i]!;
  const mean = sum / (to - from + 1);
  let squares = 0;
  for (let i = from; i <= to; i++) squares += (u[i]! - mean) ** 2;
  return squares;
}
