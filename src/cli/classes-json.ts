import type { Alignment, ClassModel, ClassRow, RankingRow, StudyManifest } from '../study/manifest.ts';
import { readStudyTable } from '../study/read-study.ts';
import type { StudyStore } from '../study/store.ts';

/** What `semblance classes --json` prints: the study's numbers in one object, classes as WordNet ids where they have one. */
export async function classesJson(manifest: StudyManifest, store: StudyStore, folder: string) {
  const section = manifest.instruments.classes!;
  const classes = await readStudyTable<ClassRow>(store, manifest, section.classes);
  const idOf = (index: number): string => classes[index]!.synset ?? classes[index]!.name;
  const main = section.references[0]?.id;
  const models = await Promise.all(
    section.models.map(async (model) => {
      const ranking = await readStudyTable<RankingRow>(store, manifest, model.ranking);
      return {
        ...modelJson(model),
        ssad: main === undefined ? null : ssadJson(model.alignment[main]!),
        alignment: Object.fromEntries(
          Object.entries(model.alignment).map(([id, alignment]) => [id, ssadJson(alignment)]),
        ),
        ranking: ranking.map((row) => ({
          class: idOf(row.class),
          neighbour: idOf(row.neighbour),
          similarity: row.similarity,
          referenceRank: row.referenceRank,
          mutual: row.mutual,
          relations: row.relations,
          explanation: row.explanation,
        })),
      };
    }),
  );
  return {
    schemaVersion: manifest.schemaVersion,
    command: section.command,
    labels: section.labels,
    references: section.references.map(({ id, title }) => ({ id, title })),
    models,
    nsad: section.nsad,
    options: section.options,
    kernelTier: section.kernelTier,
    study: folder,
  };
}

function modelJson({ id, name, file, sha256, format, labels, head, zeroTemplates, warnings }: ClassModel) {
  return { id, name, file, sha256, format, labels, head, zeroTemplates, warnings };
}

function ssadJson({ cosine, spearman, kendall, classes, reason, chance }: Alignment) {
  return { cosine, spearman, kendall, classes, ...(reason === undefined ? {} : { reason }), chance };
}
