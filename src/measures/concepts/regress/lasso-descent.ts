import { moveOnSupport } from './lasso-polish.ts';
import type { RegressionProblem } from './training-rows.ts';

export interface LassoDescentOptions {
  alpha: number;
  /** Stop when the duality gap is at most this share of yᵀy/n. */
  tol: number;
  /** Sweeps over the working set, at most, for each target. */
  maxIter: number;
  /** Weights to start from, targets × features: those of a larger or smaller alpha. */
  start?: Float64Array;
  signal?: AbortSignal | undefined;
}

export interface LassoSolution {
  /** Targets × features, of the standardised columns. */
  weights: Float64Array;
  /** Duality gap of each target, an upper bound on how far its objective lies above the minimum. */
  gaps: Float64Array;
  /** Sweeps of each target. */
  iterations: Uint32Array;
  converged: boolean;
}

/** Features that enter the working set of a target at first; later as many as have a weight. */
const FIRST_ENTRANTS = 10;
/** Sweeps between two looks at the gap of the working set. */
const SWEEPS = 5;
/** Sweeps after which the weights that are not 0 are solved for together, and then every so often. */
const POLISH_AFTER = 25;

interface Target {
  weights: Float64Array;
  covariance: Float64Array;
  /** Xᵀ(y − Xw)/n, one value a feature. */
  gradient: Float64Array;
  power: number;
  gap: number;
  iterations: number;
  done: boolean;
}

/**
 * Minimises ‖y − Xw‖²/(2n) + α‖w‖₁ for many targets in lockstep, by cyclic coordinate descent on XᵀX (Friedman et al. 2010)
 * over working sets: the features that have a weight and those that violate the optimality conditions most (Massias et
 * al. 2018); once signs have settled, weights are solved for together. Targets share the products of whatever features enter, which are computed for all targets at once.
 */
export function lassoDescent(problem: RegressionProblem, options: LassoDescentOptions): LassoSolution {
  const { features, targets, covariance, power } = problem;
  const weights = options.start ? options.start.slice() : new Float64Array(targets * features);
  const states = Array.from({ length: targets }, (_, t): Target => {
    const range = [t * features, (t + 1) * features] as const;
    return {
      weights: weights.subarray(...range),
      covariance: covariance.subarray(...range),
      gradient: covariance.slice(...range),
      power: power[t]!,
      gap: Number.POSITIVE_INFINITY,
      iterations: 0,
      done: power[t] === 0,
    };
  });
  for (const state of states) if (state.done) state.gap = 0;
  if (options.start) problem.ensure(states.flatMap(supportOf));
  for (const state of states) updateGradient(state, problem);
  for (;;) {
    options.signal?.throwIfAborted();
    const open: { state: Target; working: number[] }[] = [];
    for (const state of states) {
      if (state.done) continue;
      state.gap = dualityGap(state, options.alpha);
      state.done = state.gap <= options.tol * state.power || state.iterations >= options.maxIter;
      if (!state.done) open.push({ state, working: workingSet(state, options.alpha) });
    }
    if (open.length === 0) break;
    problem.ensure(open.flatMap(({ working }) => working));
    for (const { state, working } of open) {
      // Where nothing moves any more, rounding is all that is left of the gap.
      state.done = !descend(state, working, problem, options);
      updateGradient(state, problem);
      if (state.done) state.gap = dualityGap(state, options.alpha);
    }
  }
  return {
    weights,
    gaps: Float64Array.from(states, ({ gap }) => gap),
    iterations: Uint32Array.from(states, ({ iterations }) => iterations),
    converged: states.every(({ gap, power: yy }) => gap <= options.tol * yy),
  };
}

function supportOf({ weights }: Target): number[] {
  const support: number[] = [];
  for (let j = 0; j < weights.length; j++) if (weights[j] !== 0) support.push(j);
  return support;
}

/** Gradient of all features from the weights, afresh, so that no rounding adds up. */
function updateGradient(state: Target, problem: RegressionProblem): void {
  const { gradient, weights } = state;
  gradient.set(state.covariance);
  for (const j of supportOf(state)) {
    const column = problem.column(j);
    const weight = weights[j]!;
    for (let i = 0; i < gradient.length; i++) gradient[i]! -= weight * column[i]!;
  }
}

function dualityGap({ weights, covariance, gradient, power }: Target, alpha: number): number {
  let explained = 0;
  let residual = 0;
  let norm = 0;
  let steepest = 0;
  for (let j = 0; j < weights.length; j++) {
    const weight = weights[j]!;
    if (weight !== 0) {
      explained += weight * covariance[j]!;
      residual += weight * gradient[j]!;
      norm += Math.abs(weight);
    }
    const slope = Math.abs(gradient[j]!);
    if (slope > steepest) steepest = slope;
  }
  return gapOf(power, explained, residual, norm, steepest, alpha);
}

/**
 * ‖r‖²/(2n) + α‖w‖₁ less the dual objective at the residual scaled into the dual's bounds.
 *
 * @param explained cᵀw, with c = Xᵀy/n.
 * @param residual gᵀw, with g = Xᵀr/n.
 * @param steepest The largest |g|.
 */
function gapOf(
  power: number,
  explained: number,
  residual: number,
  norm: number,
  steepest: number,
  alpha: number,
): number {
  const rr = Math.max(0, power - explained - residual);
  const yr = power - explained;
  const bound = steepest > 0 ? alpha / steepest : Number.POSITIVE_INFINITY;
  const best = rr > 0 ? yr / rr : 1;
  const scale = Math.max(-bound, Math.min(bound, best));
  return 0.5 * rr + alpha * norm - (scale * yr - 0.5 * scale * scale * rr);
}

/** Features with a weight, and the worst violators of |g| ≤ α: at most as many again. */
function workingSet(state: Target, alpha: number): number[] {
  const { weights, gradient } = state;
  const support = supportOf(state);
  const violators: number[] = [];
  for (let j = 0; j < gradient.length; j++) if (weights[j] === 0 && Math.abs(gradient[j]!) > alpha) violators.push(j);
  const entrants = Math.max(FIRST_ENTRANTS, support.length);
  if (violators.length > entrants) {
    violators.sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!));
    violators.length = entrants;
  }
  return [...support, ...violators].sort((a, b) => a - b);
}

/**
 * Coordinate descent on a copy of the working set's products, until its own gap is well below the one asked for. False when
 * no weight moved.
 */
function descend(
  state: Target,
  working: readonly number[],
  problem: RegressionProblem,
  options: LassoDescentOptions,
): boolean {
  const { alpha, tol, maxIter } = options;
  const size = working.length;
  const products = new Float64Array(size * size);
  working.forEach((j, a) => {
    const column = problem.column(j);
    for (let b = 0; b < size; b++) products[a * size + b] = column[working[b]!]!;
  });
  const weights = Float64Array.from(working, (j) => state.weights[j]!);
  const covariance = Float64Array.from(working, (j) => state.covariance[j]!);
  const gradient = Float64Array.from(working, (j) => state.gradient[j]!);
  // No closer than the other features allow yet, and never looser than a third of what is asked for in the end.
  const goal = Math.max(0.3 * tol * state.power, Math.min(0.03 * state.gap, 1e-3 * state.power));
  let anyMoved = false;
  for (let sweep = 1; state.iterations < maxIter; sweep++) {
    state.iterations++;
    if (!sweepOnce(weights, gradient, products, size, alpha)) break;
    anyMoved = true;
    if (sweep % SWEEPS !== 0) continue;
    let explained = 0;
    let residual = 0;
    let norm = 0;
    let steepest = 0;
    for (let a = 0; a < size; a++) {
      explained += weights[a]! * covariance[a]!;
      residual += weights[a]! * gradient[a]!;
      norm += Math.abs(weights[a]!);
      steepest = Math.max(steepest, Math.abs(gradient[a]!));
    }
    if (gapOf(state.power, explained, residual, norm, steepest, alpha) <= goal) break;
    // Sweeps crawl where features are much alike; the signs settle long before the weights do.
    if (sweep % POLISH_AFTER === 0) moveOnSupport(weights, gradient, products, alpha);
  }
  working.forEach((j, a) => {
    state.weights[j] = weights[a]!;
  });
  return anyMoved;
}

/** One pass over all coordinates; whether a weight moved. */
function sweepOnce(
  weights: Float64Array,
  gradient: Float64Array,
  products: Float64Array,
  size: number,
  alpha: number,
): boolean {
  let moved = false;
  for (let a = 0; a < size; a++) {
    const own = products[a * size + a]!;
    if (own === 0) continue;
    const old = weights[a]!;
    const free = gradient[a]! + own * old;
    const shrunk = free > alpha ? free - alpha : free < -alpha ? free + alpha : 0;
    const next = shrunk / own;
    const step = next - old;
    if (step === 0) continue;
    weights[a] = next;
    moved = true;
    const at = a * size;
    for (let b = 0; b < size; b++) gradient[b]! -= step * products[at + b]!;
  }
  return moved;
}
