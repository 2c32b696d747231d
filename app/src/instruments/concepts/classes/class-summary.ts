import { classSharing } from '#src/measures/concepts/report/performance.ts';
import type { ConceptClassEntry } from '#src/study/concepts-section.ts';
import { type ConceptsData, importanceOf, type ModelIndex, similarityOf } from '../concepts-data.ts';

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
  const sharing = classSharing(
    data.concepts.map((concept) => ({
      classId: concept.of.id,
      model: concept.model,
      concept: concept.entry.index,
      similarity: similarityOf(concept),
      importance: importanceOf(concept),
    })),
  );
  return data.section.classes.map((entry) => {
    const [a, b] = entry.accuracy;
    const owner = (model: ModelIndex): OwnerSummary | null => {
      const owned = entry.models[model];
      if (!owned) return null;
      const shared = sharing.find((row) => row.classId === entry.id && row.model === model);
      const ceilings = data.concepts.filter((concept) => concept.of === entry && concept.model === model);
      return {
        concepts: owned.concepts.length,
        similarity: shared?.similarity ?? null,
        self: meanOf(ceilings.map((concept) => similarityOf(concept, 'self'))),
        unshared: shared?.unsharedImportance ?? null,
        relativeError: owned.relativeError,
      };
    };
    return { entry, difference: a === null || b === null ? null : a - b, models: [owner(0), owner(1)] };
  });
}

function meanOf(found: readonly (number | null)[]): number | null {
  const values = found.filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
