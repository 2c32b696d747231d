import { solveDefinite } from './normal-equations.ts';

/** Share of a column's own square below which what others do not explain of it is rounding. */
const DEPENDENT = 1e-10;

/**
 * Moves the weights that are not 0 to where the objective is least while signs stay: the solution of a linear system. Where a
 * weight would change its sign on the way there, the move ends at that point, with the weight at 0. Where features depend
 * on each other, as more of them than rows must, weights are first shifted among these, which changes no prediction and
 * does not raise ‖w‖₁, until enough are 0 for the rest to be independent. The objective never rises.
 *
 * @param gradient Xᵀ(y − Xw)/n, kept up to date.
 * @param products XᵀX/n.
 */
export function moveOnSupport(
  weights: Float64Array,
  gradient: Float64Array,
  products: Float64Array,
  alpha: number,
): void {
  const size = weights.length;
  let { support, matrix } = onSupport(weights, products);
  for (let free = nullDirection(matrix, support.length); free; free = nullDirection(matrix, support.length)) {
    shiftToZero(weights, gradient, products, support, free);
    ({ support, matrix } = onSupport(weights, products));
  }
  const count = support.length;
  if (count === 0) return;
  const step = solveDefinite(
    matrix,
    count,
    Float64Array.from(support, (a) => gradient[a]! - alpha * Math.sign(weights[a]!)),
  );
  if (!step.every(Number.isFinite)) return;
  let length = 1;
  let stopped = -1;
  support.forEach((a, i) => {
    const crossing = -weights[a]! / step[i]!;
    if (crossing > 0 && crossing < length) {
      length = crossing;
      stopped = a;
    }
  });
  support.forEach((a, i) => {
    const next = a === stopped ? 0 : weights[a]! + length * step[i]!;
    const moved = next - weights[a]!;
    weights[a] = next;
    for (let b = 0; b < size; b++) gradient[b]! -= moved * products[a * size + b]!;
  });
}

/** The features with a weight, and their products. */
function onSupport(weights: Float64Array, products: Float64Array): { support: number[]; matrix: Float64Array } {
  const size = weights.length;
  const support: number[] = [];
  for (let a = 0; a < size; a++) if (weights[a] !== 0) support.push(a);
  const count = support.length;
  const matrix = new Float64Array(count * count);
  support.forEach((a, i) => {
    for (let j = 0; j < count; j++) matrix[i * count + j] = products[a * size + support[j]!]!;
  });
  return { support, matrix };
}

/**
 * Weights whose prediction is 0 everywhere, by Cholesky's decomposition up to the first column that depends on those
 * before it; undefined where all are independent.
 */
function nullDirection(matrix: Float64Array, count: number): Float64Array | undefined {
  const lower = new Float64Array(count * count);
  for (let k = 0; k < count; k++) {
    for (let i = 0; i <= k; i++) {
      let rest = matrix[k * count + i]!;
      for (let m = 0; m < i; m++) rest -= lower[k * count + m]! * lower[i * count + m]!;
      if (i < k) lower[k * count + i] = rest / lower[i * count + i]!;
      else if (rest > DEPENDENT * matrix[k * count + k]!) lower[k * count + k] = Math.sqrt(rest);
      else return combination(lower, count, k);
    }
  }
  return undefined;
}

/** Column k less the combination of the columns before it that equals it: Lᵀx = row k of L, solved from below. */
function combination(lower: Float64Array, count: number, k: number): Float64Array {
  const direction = new Float64Array(count);
  for (let i = k - 1; i >= 0; i--) {
    let rest = lower[k * count + i]!;
    for (let m = i + 1; m < k; m++) rest += lower[m * count + i]! * direction[m]!;
    direction[i] = -rest / lower[i * count + i]!;
  }
  direction[k] = 1;
  return direction;
}

/** Moves along a direction without effect, the way that does not raise ‖w‖₁, until the first weight is 0. */
function shiftToZero(
  weights: Float64Array,
  gradient: Float64Array,
  products: Float64Array,
  support: readonly number[],
  direction: Float64Array,
): void {
  const size = weights.length;
  const rise = support.reduce((sum, a, i) => sum + Math.sign(weights[a]!) * direction[i]!, 0);
  const way = rise > 0 ? -1 : 1;
  let length = Number.POSITIVE_INFINITY;
  let stopped = -1;
  support.forEach((a, i) => {
    const crossing = -weights[a]! / (way * direction[i]!);
    if (crossing > 0 && crossing < length) {
      length = crossing;
      stopped = a;
    }
  });
  support.forEach((a, i) => {
    const next = a === stopped ? 0 : weights[a]! + way * length * direction[i]!;
    const moved = next - weights[a]!;
    weights[a] = next;
    for (let b = 0; b < size; b++) gradient[b]! -= moved * products[a * size + b]!;
  });
}
