import type { AxisSlice } from './graph.ts';

/**
 * Which rows of `classes` are left after the slices, applied in the given order, as indices into the class axis.
 * Bounds follow NumPy: negative values count from the end, values beyond the ends are cut to them.
 */
export function keptRows(classes: number, slices: readonly AxisSlice[]): number[] {
  let kept = Array.from({ length: classes }, (_, i) => i);
  for (const { start, end, step } of slices) {
    const n = kept.length;
    const next: number[] = [];
    if (step > 0) for (let i = clamp(start, n, 0, n); i < clamp(end, n, 0, n); i += step) next.push(kept[i]!);
    else if (step < 0)
      for (let i = clamp(start, n, -1, n - 1); i > clamp(end, n, -1, n - 1); i += step) next.push(kept[i]!);
    kept = next;
  }
  return kept;
}

function clamp(bound: number, n: number, low: number, high: number): number {
  const index = bound < 0 ? bound + n : bound;
  return Math.min(Math.max(index, low), high);
}
