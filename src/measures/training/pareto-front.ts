/**
 * Which points no other point beats: none is at least as good in every criterion and better in one (Pareto).
 * @param points one list of criteria each, all of one length; larger is better
 */
export function paretoFront(points: readonly (readonly number[])[]): boolean[] {
  return points.map((point) => !points.some((other) => dominates(other, point)));
}

function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, k) => value >= b[k]!) && a.some((value, k) => value > b[k]!);
}
