import type { ConceptEntry, ConceptsSection } from '../../study/concepts-section.ts';
import { shortModelNames } from '../../study/names/short-model-names.ts';

/** A concept with its owner and class. */
export interface ConceptFacts {
  owner: 0 | 1;
  classId: string;
  entry: ConceptEntry;
  /** "cat 0". */
  name: string;
  /** Pearson's r predicted from the other model, and from its own; null where it has none. */
  cross: number | null;
  ceiling: number | null;
  /** Normalised; null without a head. */
  importance: number | null;
}

/** What the rules of the concepts instrument look at. */
export interface ConceptsFacts {
  section: ConceptsSection;
  concepts: readonly ConceptFacts[];
  /** Short names of the two models. */
  names: readonly [string, string];
}

export function conceptsFacts(section: ConceptsSection): ConceptsFacts {
  const concepts = section.classes.flatMap(({ id, name, models }) =>
    ([0, 1] as const).flatMap((owner) =>
      (models[owner]?.concepts ?? []).map((entry) => ({
        owner,
        classId: id,
        entry,
        name: `${name.split(',')[0]} ${entry.index}`,
        cross: entry.similarity.cross.pearson.value,
        ceiling: entry.similarity.self.pearson.value,
        importance: entry.importance?.normalised ?? null,
      })),
    ),
  );
  const [first, second] = shortModelNames(section.models.map(({ name }) => name)) as [string, string];
  return { section, concepts, names: [first, second] };
}
