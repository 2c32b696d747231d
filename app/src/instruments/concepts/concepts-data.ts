import { conceptKey } from '#src/study/concepts/concept-notes.ts';
import type {
  CollageRow,
  ConceptClassEntry,
  ConceptEntry,
  ConceptImageRow,
  ConceptsSection,
  OwnedConceptsEntry,
  ShortlistRow,
} from '#src/study/concepts-section.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';
import { shortNames as shortClassNames } from '../../kit/data/class-names.ts';
import { shortModelNames } from '../../kit/data/model-names.ts';
import type { OpenStudy } from '../../kit/data/open-study.ts';
import { type Pictures, studyPictures } from '../../kit/data/pictures.ts';
import type { StudySource } from '../../kit/data/study-source.ts';

/** The two models of the comparison. */
export type ModelIndex = 0 | 1;

/** What a concept is predicted from: the other model's activations, or those of its own model, its ceiling. */
export type Baseline = 'cross' | 'self';

/** A concept with whose it is. */
export interface Concept {
  /** "cat/0/3": class, model, number; in addresses and notes. */
  key: string;
  model: ModelIndex;
  of: ConceptClassEntry;
  owned: OwnedConceptsEntry;
  entry: ConceptEntry;
}

/** The concepts part of a study: what every view needs at once, and the ways to the rest. */
export interface ConceptsData {
  source: StudySource;
  section: ConceptsSection;
  /** By class, model and number. */
  concepts: readonly Concept[];
  find(key: string | undefined): Concept | undefined;
  /** The models' names, and without what both share. */
  names: readonly [string, string];
  shortNames: readonly [string, string];
  /** The first of a class's names, longer where two classes would be called the same. */
  className(of: ConceptClassEntry): string;
  /** Importance needs a head, or pictures that can be covered; without it some views show less. */
  hasImportance(model: ModelIndex): boolean;
  images: readonly ConceptImageRow[];
  shortlist: readonly ShortlistRow[];
  pictures: Pictures;
  /** The study's path of an image's picture. */
  picturePath(image: number): string | undefined;
  collages(concept: Concept): Promise<CollageRow[]>;
  /** Real and predicted coefficients of the evaluation patches, patches × concepts. */
  coefficients(owned: OwnedConceptsEntry, from: Baseline): Promise<{ real: Matrix32; predicted: Matrix32 }>;
}

/** Reads what the views share. Errors are the library's. */
export async function loadConcepts(study: OpenStudy, section: ConceptsSection): Promise<ConceptsData> {
  const { source } = study;
  const [images, shortlist] = await Promise.all([
    source.table<ConceptImageRow>(section.images),
    source.table<ShortlistRow>(section.shortlist),
  ]);
  const concepts = listConcepts(section);
  const byKey = new Map(concepts.map((concept) => [concept.key, concept]));
  const names = section.models.map(({ name }) => name) as [string, string];
  const short = shortClassNames(section.classes.map(({ name, wnid }) => ({ name, synset: wnid })));
  const classNames = new Map(section.classes.map(({ id }, i) => [id, short[i]!]));
  const folder = section.images.slice(0, section.images.lastIndexOf('/') + 1);
  return {
    source,
    section,
    concepts,
    find: (key) => (key === undefined ? undefined : byKey.get(key)),
    names,
    shortNames: shortModelNames(names) as [string, string],
    className: ({ id }) => classNames.get(id)!,
    hasImportance: (model) => concepts.some((concept) => concept.model === model && concept.entry.importance !== null),
    images,
    shortlist,
    pictures: studyPictures(source),
    picturePath: (image) => {
      const picture = images[image]?.picture;
      return picture ? folder + picture : undefined;
    },
    collages: async (concept) => {
      const rows = await source.table<CollageRow>(concept.owned.collages);
      return rows.filter((row) => row.concept === concept.entry.index);
    },
    coefficients: async (owned, from) => {
      const [real, predicted] = await Promise.all([
        source.matrix(owned.coefficients),
        source.matrix(owned.predicted[from]),
      ]);
      return { real, predicted };
    },
  };
}

/** All concepts of a section, in order of class, model and number. */
export function listConcepts(section: ConceptsSection): Concept[] {
  return section.classes.flatMap((of) =>
    of.models.flatMap((owned, model) =>
      (owned?.concepts ?? []).map(
        (entry): Concept => ({
          key: conceptKey(of.id, model, entry.index),
          model: model as ModelIndex,
          of,
          owned: owned!,
          entry,
        }),
      ),
    ),
  );
}

/** Similarity of a concept; a constant prediction counts as 0, and there is none for one that no patch tells apart. */
export function similarityOf({ entry }: Concept, from: Baseline = 'cross'): number | null {
  const { pearson, constant } = entry.similarity[from];
  return pearson.value ?? (constant === 'prediction' ? 0 : null);
}

/** Importance in the units of the pair's thresholds, or null without a head. */
export function importanceOf({ entry }: Concept): number | null {
  return entry.importance?.normalised ?? null;
}

export function other(model: ModelIndex): ModelIndex {
  return model === 0 ? 1 : 0;
}
