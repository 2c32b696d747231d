import { UsageError } from '../../../base/errors.ts';
import { median } from '../../../statistics/quantile.ts';

/** Similarity, then importance. */
export type ConceptGroup = 'low-low' | 'low-high' | 'high-low' | 'high-high';

export interface GroupThresholds {
  /** Similarities from here on are high. */
  similarity: number;
  /** Importances above this are high; in normalised units. */
  importance: number;
}

/** A concept's similarity and normalised importance; null where missing. */
export interface GroupedFigures {
  similarity: number | null;
  importance: number | null;
}

/** Below, less than a quarter of a concept's variance is shared. */
const SIMILARITY_THRESHOLD = 0.5;

/**
 * The least normalised importance that can count as high: a tenth of the model's most important concept. Networks that are
 * sure of their answers have many concepts of next to none, and half of them would lie above the median.
 */
export const LEAST_IMPORTANCE = 0.1;

/**
 * What separates low from high. The paper names groups but no bounds. Similarity: 0.5 everywhere, where the other model
 * explains a quarter of the concept's variance, so that counts of different pairs can be compared. Importance: the median of
 * all concepts given, as the method's shortlist has it, so that "important" means more so than most, and no less than
 * {@link LEAST_IMPORTANCE}.
 *
 * @param concepts Of both models, so that both are measured alike.
 */
export function groupThresholds(
  concepts: readonly GroupedFigures[],
  given: Partial<GroupThresholds> = {},
): GroupThresholds {
  const importances = concepts.flatMap(({ importance }) => (importance === null ? [] : [importance]));
  const thresholds = {
    similarity: given.similarity ?? SIMILARITY_THRESHOLD,
    importance:
      given.importance ?? Math.max(LEAST_IMPORTANCE, ...(importances.length > 0 ? [median(importances)] : [])),
  };
  for (const [name, value] of Object.entries(thresholds))
    if (!(value >= -1 && value <= 1))
      throw new UsageError(`The threshold of ${name} must lie between -1 and 1; found ${value}.`);
  return thresholds;
}

/** The group of a concept; null where similarity or importance is missing. */
export function conceptGroup(
  { similarity, importance }: GroupedFigures,
  thresholds: GroupThresholds,
): ConceptGroup | null {
  if (similarity === null || importance === null) return null;
  const high = importance > thresholds.importance;
  if (similarity >= thresholds.similarity) return high ? 'high-high' : 'high-low';
  return high ? 'low-high' : 'low-low';
}

/**
 * How many concepts are in each group: the three of the paper (low-low, high-high, and low-high: what matters to one model and
 * is missing in the other) and the fourth.
 */
export function countGroups(
  concepts: readonly GroupedFigures[],
  thresholds: GroupThresholds,
): Record<ConceptGroup, number> {
  const counts = { 'low-low': 0, 'low-high': 0, 'high-low': 0, 'high-high': 0 };
  for (const concept of concepts) {
    const group = conceptGroup(concept, thresholds);
    if (group) counts[group]++;
  }
  return counts;
}
