/** One concept: what the other model falls short by, and what that does. */
export interface SimilarityEffect {
  /** ΔP: similarity given the other model less the ceiling; null where either is missing. */
  similarity: number | null;
  /** Effect of replacing the concept by the other model's prediction less that of its own, such as ΔKL; null without one. */
  effect: number | null;
  /** Importance; null without a head. */
  importance: number | null;
}

/** The straight line of least squares through concepts, effect = intercept + slope · similarity, and their correlation. */
export interface EffectLine {
  /** Null where either is constant. */
  pearson: number | null;
  /** Null where similarity is constant. */
  slope: number | null;
  intercept: number | null;
  /** Concepts with both figures, and a weight above 0. */
  concepts: number;
}

/** Fewer concepts than these are on a line whatever they are. */
const LEAST_CONCEPTS = 3;
/** A variance below this share of the mean square is rounding. */
const ROUNDING = 1e-24;

/**
 * Does falling short of a concept go with a change of the answer? Pearson correlation and regression of the effect on the
 * similarity, every concept alike, or weighted by importance (below 0 it weighs nothing). Null with fewer than three concepts.
 */
export function effectLine(concepts: readonly SimilarityEffect[], by: 'concepts' | 'importance'): EffectLine {
  const known = concepts.flatMap(({ similarity, effect, importance }) => {
    const weight = by === 'concepts' ? 1 : Math.max(0, importance ?? 0);
    return similarity === null || effect === null || weight === 0 ? [] : [{ x: similarity, y: effect, weight }];
  });
  const none = { pearson: null, slope: null, intercept: null, concepts: known.length };
  if (known.length < LEAST_CONCEPTS) return none;
  const total = known.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (of: (point: (typeof known)[number]) => number): number =>
    known.reduce((sum, point) => sum + point.weight * of(point), 0) / total;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const xx = mean((point) => (point.x - x) ** 2);
  const yy = mean((point) => (point.y - y) ** 2);
  const xy = mean((point) => (point.x - x) * (point.y - y));
  if (!(xx > ROUNDING * (x * x + xx))) return none;
  return {
    pearson: yy > ROUNDING * (y * y + yy) ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))) : null,
    slope: xy / xx,
    intercept: y - (xy / xx) * x,
    concepts: known.length,
  };
}
