import { solveDefinite } from './normal-equations.ts';

/**
 * Moves the weights that are not 0 to where the objective is least while signs stay: the solution of a linear system. Where a
 * weight would change its sign on the way there, the move ends at that point, with the weight at 0. The objective never
 * rises. Leaves everything as it is where the features depend on each other.
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
  const support: number[] = [];
  for (let a = 0; a < size; a++) if (weights[a] !== 0) support.push(a);
  const count = support.length;
  const matrix = new Float64Array(count * count);
  support.forEach((a, i) => {
    for (let j = 0; j < count; j++) matrix[i * count + j] = products[a * size + support[j]!]!;
  });
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
