import type { AccuracyBand } from '../../measures/class-similarity/population/at-accuracy.ts';
import type { ClassModel, ClassRow, RankingRow } from '../../study/classes-section.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import { readStudyTable } from '../../study/read-study.ts';
import type { StudyStore } from '../../study/store.ts';
import { findingsOf } from './findings-report.ts';
import { filterPairs, type PairFilter } from './pair-filter.ts';
import { picturesJson } from './pictures-report.ts';
import { rankedAtAccuracy } from './training/accuracy-ranking.ts';
import { ambiguousClasses } from './uncertain-classes.ts';

/** What `semblance classes --json` prints: the study's numbers in one object, classes as WordNet ids where they have one. */
export async function classesJson(
  manifest: StudyManifest,
  store: StudyStore,
  folder: string,
  { band, filter }: { band?: AccuracyBand | undefined; filter?: PairFilter | undefined } = {},
) {
  const section = manifest.instruments.classes!;
  const classes = await readStudyTable<ClassRow>(store, manifest, section.classes);
  const idOf = (index: number): string => classes[index]!.synset ?? classes[index]!.name;
  const main = section.references[0]?.id;
  const models = await Promise.all(
    section.models.map(async (model) => {
      const ranking = await readStudyTable<RankingRow>(store, manifest, model.ranking);
      return {
        ...modelJson(model),
        ssad: main === undefined ? null : model.alignment[main]!,
        alignment: model.alignment,
        ranking: filterPairs(ranking, filter).map((row) => ({
          class: idOf(row.class),
          neighbour: idOf(row.neighbour),
          similarity: row.similarity,
          referenceRank: row.referenceRank,
          mutual: row.mutual,
          relations: row.relations,
          explanation: row.explanation,
          ...(row.evidence
            ? {
                evidence: {
                  ...row.evidence,
                  directions: row.evidence.directions.map((found) => ({
                    ...found,
                    from: idOf(found.from),
                    to: idOf(found.to),
                  })),
                },
              }
            : {}),
        })),
      };
    }),
  );
  return {
    schemaVersion: manifest.schemaVersion,
    findings: await findingsOf(manifest, store, 'classes'),
    command: section.command,
    labels: {
      ...section.labels,
      unresolvedClasses: classes.filter(({ synset }) => synset === null).map(({ name }) => name),
      ambiguousClasses: await ambiguousClasses(classes),
    },
    references: section.references.map(({ id, title, embeddings }) => ({
      id,
      title,
      ...(embeddings ? { embeddings } : {}),
    })),
    models,
    nsad: section.nsad,
    failed: section.failed,
    ...(section.differences.length > 0 ? { differences: section.differences } : {}),
    ...(section.population ? { population: section.population } : {}),
    ...(band && section.population
      ? { atAccuracy: { ...band, ranking: rankedAtAccuracy(section, section.population, band) } }
      : {}),
    ...(section.pictures ? { pictures: await picturesJson(section.pictures, idOf, manifest, store) } : {}),
    options: section.options,
    kernelTier: section.kernelTier,
    study: folder,
  };
}

function modelJson({ id, name, file, sha256, format, labels, head, zeroTemplates, templates, warnings }: ClassModel) {
  return {
    ...{ id, name, file, sha256, format, labels, head, zeroTemplates, warnings },
    ...(templates ? { templates } : {}),
  };
}
