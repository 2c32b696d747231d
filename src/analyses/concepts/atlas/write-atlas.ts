import type { LongTask } from '../../../base/progress.ts';
import { encodeJsonl } from '../../../formats/jsonl/jsonl.ts';
import { kernelTier } from '../../../kernels/shared/wasm-kernel.ts';
import { SAME_CONCEPT } from '../../../measures/concepts/atlas/agreeing-concepts.ts';
import { featureCka } from '../../../measures/concepts/data/feature-cka.ts';
import { meanOf } from '../../../measures/concepts/regress/concept-similarity.ts';
import { groupThresholds } from '../../../measures/concepts/report/concept-groups.ts';
import { type ScoredConcept, similaritySummary } from '../../../measures/concepts/report/summary.ts';
import type {
  AtlasClassEntry,
  AtlasEntryRow,
  AtlasPairEntry,
  AtlasSection,
} from '../../../study/concepts/atlas-section.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import type { StudyStore } from '../../../study/store.ts';
import { writeSection } from '../../../study/write-section.ts';
import { row } from '../../../tensor/matrix.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import { defaultStudyName } from '../../common/default-study-name.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ConceptsOptions } from '../options.ts';
import type { PreparedClasses } from '../prepare-classes.ts';
import type { ConceptSource } from '../sources/concept-source.ts';
import type { OpenedSources } from '../sources/open-sources.ts';
import { classAccuracy } from '../study/class-accuracy.ts';
import { addClassFiles, arrayPath, classFields, collagesPath } from '../study/class-files.ts';
import { addPictures, imageRows } from '../study/image-rows.ts';
import { modelEntries } from '../study/model-entry.ts';
import type { AtlasClassRecord } from './atlas-class.ts';
import { type AtlasClass, atlasTables } from './atlas-entries.ts';

/** Everything that an atlas is written from. */
export interface WrittenAtlas {
  inputsHash: string;
  opened: OpenedSources<readonly ConceptSource[]>;
  prepared: PreparedClasses;
  measured: readonly AtlasClassRecord[];
  options: PlainOptions;
  asked: ConceptsOptions;
  encode: ((image: RgbImage) => Promise<Uint8Array>) | undefined;
}

/** Writes the section `atlas`: tables, arrays and pictures of all classes, and what is said of all pairs of models. */
export async function writeAtlas(store: StudyStore, written: WrittenAtlas, task: LongTask): Promise<StudyManifest> {
  const { opened, prepared, options, asked, measured } = written;
  const { groups, grouped, factorisations, labels, classes: names } = prepared;
  const { sources } = opened;
  const files = new Map<string, Uint8Array>();
  const images = imageRows({ opened, groups, grouped, classes: names });
  const rowOf = new Map(images.map(({ place, index }) => [place, index]));
  if (options.pictures) await addPictures(opened, written.encode, images, files, task);
  files.set('images.jsonl', encodeJsonl(images.map(({ place: _, ...image }) => image)));
  const classes = groups.groups.map((group, c): AtlasClass => ({ group, record: measured[c]! }));
  const { concepts, entries } = await atlasTables(classes, sources.length, options.level, task);
  files.set('concepts.jsonl', encodeJsonl(concepts));
  files.set('entries.jsonl', encodeJsonl(entries));
  for (const { group, record } of classes) addClassFiles(group, record, ARRAYS, rowOf, files);
  const { resamples, level, seed } = options;
  return writeSection(store, {
    instrument: 'atlas',
    studyName: asked.studyName ?? defaultStudyName(sources.map(({ name }) => ({ name }))),
    files,
    describe: (locate): AtlasSection => ({
      inputsHash: written.inputsHash,
      options: { ...options },
      command: asked.command ?? '',
      images: locate('images.jsonl'),
      imageCount: images.length,
      skipped: prepared.skipped,
      sampler: opened.sampler,
      models: modelEntries({
        sources,
        grouped,
        factorisations,
        leftOut: labels?.leftOut,
        warnings: opened.warnings,
        hasImportance: (m) =>
          measured.some(({ models }) => models[m]?.concepts.some(({ importance }) => importance !== null)),
      }),
      classes: classes.map((one) => ({
        ...classEntry(one, rowOf, locate),
        accuracy: classAccuracy(one.group, grouped, groups.split),
      })),
      skippedClasses: groups.skipped,
      pairs: pairEntries(classes, entries, sources.length, options),
      ceilings: sources.map((_, m) => meanSimilarity(classes, m, m, options)),
      concepts: locate('concepts.jsonl'),
      entries: locate('entries.jsonl'),
      entryCount: entries.length,
      byModels: sources.map((_, m) => entries.filter(({ models }) => models === m + 1).length),
      rule: { ...SAME_CONCEPT },
      thresholds: groupThresholds(
        concepts.map(({ importance }) => ({ similarity: null, importance: importance?.normalised ?? null })),
      ),
      level,
      resamples,
      seed,
      kernelTier: kernelTier(),
    }),
  });
}

const ARRAYS = ['directions', 'coefficients'] as const;

function classEntry(
  { group, record }: AtlasClass,
  rowOf: ReadonlyMap<number, number>,
  locate: (path: string) => string,
): Omit<AtlasClassEntry, 'accuracy'> {
  return {
    ...classFields(group, rowOf),
    models: record.models.map((owner, m) => {
      if (!owner) return null;
      const { concepts: _, collages: __, ...known } = owner;
      return {
        ...known,
        directions: locate(arrayPath(group.id, 'directions', m)),
        coefficients: locate(arrayPath(group.id, 'coefficients', m)),
        collages: locate(collagesPath(group.id, m)),
      };
    }),
    warnings: [...group.warnings, ...record.warnings],
  };
}

function pairEntries(
  classes: readonly AtlasClass[],
  entries: readonly AtlasEntryRow[],
  models: number,
  options: PlainOptions,
): AtlasPairEntry[] {
  const all = Array.from({ length: models }, (_, m) => m);
  return all.flatMap((first) =>
    all.slice(first + 1).map((second): AtlasPairEntry => {
      const found = classes.flatMap(({ record }) =>
        record.pairs.filter((pair) => pair.first === first && pair.second === second),
      );
      return {
        first,
        second,
        similarity: [meanSimilarity(classes, first, second, options), meanSimilarity(classes, second, first, options)],
        both: entries.filter(({ cells }) => cells[first]!.concepts.length > 0 && cells[second]!.concepts.length > 0)
          .length,
        agreeing: found.reduce((sum, { links }) => sum + links.length, 0),
        maxSimilarity: meanOf(found.map(({ maxSimilarity }) => maxSimilarity)),
        cka: featureCka(
          classes.map(
            ({ record }) => [record.arrays[`activations-${first}`]!, record.arrays[`activations-${second}`]!] as const,
          ),
        ).biased,
      };
    }),
  );
}

/** Mean similarity of a model's concepts given a model, with its interval over images. */
function meanSimilarity(
  classes: readonly AtlasClass[],
  model: number,
  given: number,
  { resamples, level, seed }: PlainOptions,
): AtlasPairEntry['similarity'][number] {
  const concepts = classes.flatMap(({ group, record }) =>
    (record.models[model]?.concepts ?? []).map(
      ({ similarity }, concept): ScoredConcept => ({
        classId: group.id,
        model: 0,
        concept,
        similarity: similarity[given]!.value,
        importance: null,
        draws: Float64Array.from(row(record.arrays[`draws-${model}-${given}`]!, concept)),
      }),
    ),
  );
  return similaritySummary(concepts, { resamples, level, seed }).mean;
}
