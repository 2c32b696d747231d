import type { ConceptClassEntry } from 'semblance';
import { type Concept, type ConceptsData, importanceOf, similarityOf } from '../concepts-data.ts';

/** A class with the means over its concepts, as the performance correlations take them. */
export interface ClassSummary {
  entry: ConceptClassEntry;
  /** Accuracy of the first model minus that of the second. */
  difference: number | null;
  models: readonly [OwnerSummary | null, OwnerSummary | null];
}

export interface OwnerSummary {
  concepts: number;
  similarity: number | null;
  self: number | null;
  /** Mean of max(importance, 0) · (1 − similarity): high where decisions rest on what the other model lacks. */
  unshared: number | null;
  relativeError: number;
}

export function summariseClasses(data: ConceptsData): ClassSummary[] {
  return data.section.classes.map((entry) => {
    const [a, b] = entry.accuracy;
    const owner = (model: 0 | 1): OwnerSummary | null => {
      const owned = entry.models[model];
      if (!owned) return null;
      const concepts = data.concepts.filter((concept) => concept.of === entry && concept.model === model);
      return {
        concepts: concepts.length,
        similarity: meanOf(concepts, (concept) => similarityOf(concept)),
        self: meanOf(concepts, (concept) => similarityOf(concept, 'self')),
        unshared: meanOf(concepts, (concept) => {
          const [similarity, importance] = [similarityOf(concept), importanceOf(concept)];
          return similarity === null || importance === null
            ? null
            : Math.max(0, importance) * (1 - Math.min(1, Math.max(0, similarity)));
        }),
        relativeError: owned.relativeError,
      };
    };
    return { entry, difference: a === null || b === null ? null : a - b, models: [owner(0), owner(1)] };
  });
}

function meanOf(concepts: readonly Concept[], value: (concept: Concept) => number | null): number | null {
  const values = concepts.map(value).filter((found) => found !== null);
  return values.length === 0 ? null : values.reduce((sum, found) => sum + found, 0) / values.length;
}
