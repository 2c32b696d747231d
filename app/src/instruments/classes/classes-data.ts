import type {
  ClassesSection,
  ClassModel,
  ClassOrders,
  ClassReference,
  ClassRow,
  RankingRow,
  WordNetExcerptRow,
} from 'semblance';
import type { OpenStudy } from '../../data/open-study.ts';
import type { StudySource } from '../../data/study-source.ts';
import { shortNames } from './class-names.ts';
import { shortModelNames } from './model-names.ts';

/** The classes part of a study: what every view needs at once, and the ways to the rest. */
export interface ClassesData {
  study: OpenStudy;
  source: StudySource;
  section: ClassesSection;
  models: readonly ClassModel[];
  references: readonly ClassReference[];
  classes: readonly ClassRow[];
  /** Short display names, one per class. */
  names: readonly string[];
  /** A model's name without what all models' names share. */
  shortModelName(id: string): string;
  orders: ClassOrders;
  /** WordNet's part for the study by synset; empty where the study has none. */
  wordnet(): Promise<ReadonlyMap<string, WordNetExcerptRow>>;
  ranking(model: string): Promise<RankingRow[]>;
}

/** Reads the tables that all views of the classes instrument share. Errors are the library's. */
export async function loadClasses(study: OpenStudy, section: ClassesSection): Promise<ClassesData> {
  const { source } = study;
  const [classes, orders] = await Promise.all([
    source.table<ClassRow>(section.classes),
    source.json<ClassOrders>(section.orders),
  ]);
  const shortModels = shortModelNames(section.models.map(({ name }) => name));
  let wordnet: Promise<ReadonlyMap<string, WordNetExcerptRow>> | undefined;
  return {
    study,
    source,
    section,
    models: section.models,
    references: section.references,
    classes,
    names: shortNames(classes),
    shortModelName: (id) => shortModels[section.models.findIndex((model) => model.id === id)] ?? id,
    orders,
    wordnet: () => {
      wordnet ??=
        section.wordnet === null
          ? Promise.resolve(new Map())
          : source.json<WordNetExcerptRow[]>(section.wordnet).then((rows) => new Map(rows.map((row) => [row.id, row])));
      return wordnet;
    },
    ranking: (model) => source.table<RankingRow>(section.models.find(({ id }) => id === model)!.ranking),
  };
}
