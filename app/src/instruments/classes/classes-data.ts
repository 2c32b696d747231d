import { UnsupportedError } from '#src/base/errors.ts';
import type {
  ClassesSection,
  ClassModel,
  ClassOrders,
  ClassReference,
  ClassRow,
  RankingRow,
  WordNetExcerptRow,
} from '#src/study/classes-section.ts';
import { shortNames } from '../../kit/data/class-names.ts';
import { shortModelNames } from '../../kit/data/model-names.ts';
import type { OpenStudy } from '../../kit/data/open-study.ts';
import type { StudySource } from '../../kit/data/study-source.ts';

/** A model and a reference whose whole matrix the study holds, so that it can be drawn. */
export type DrawableModel = ClassModel & { matrix: string };
export type DrawableReference = ClassReference & { matrix: string };

/** The classes part of a study: what every view needs at once, and the ways to the rest. */
export interface ClassesData {
  study: OpenStudy;
  source: StudySource;
  section: ClassesSection;
  models: readonly DrawableModel[];
  references: readonly DrawableReference[];
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

/**
 * Reads the tables that all views of the classes instrument share. Errors are the library's.
 * @throws UnsupportedError for a study with so many classes that it holds no matrices to draw.
 */
export async function loadClasses(study: OpenStudy, section: ClassesSection): Promise<ClassesData> {
  const { source } = study;
  const models = section.models.filter((model): model is DrawableModel => model.matrix !== null);
  const references = section.references.filter((entry): entry is DrawableReference => entry.matrix !== null);
  if (models.length < section.models.length && models.length === 0) throw tooManyClasses(section);
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
    models,
    references,
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

function tooManyClasses({ labels, models }: ClassesSection): UnsupportedError {
  const gigabytes = ((4 * labels.classes ** 2) / 1e9).toFixed(1);
  return new UnsupportedError(
    `This study has ${labels.classes.toLocaleString('en')} classes. A map of them would take ${gigabytes} GB, so the study does not hold one.`,
    {
      hint: `Its pairs are in ${models[0]!.ranking}, the neighbours of each class in ${models[0]!.neighbours}; semblance classes MODEL --class NAME prints those of one class.`,
    },
  );
}
