import type { SkippedImage } from '../../../activations/model/extract-features.ts';
import type { LongTask } from '../../../base/progress.ts';
import { encodeJsonl } from '../../../formats/jsonl/jsonl.ts';
import { kernelTier } from '../../../kernels/shared/wasm-kernel.ts';
import type { FactorisationMethod } from '../../../measures/concepts/factor/factorise.ts';
import type { ConceptClassEntry, ConceptModelEntry, OwnedConceptsEntry } from '../../../study/concepts-section.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import type { StudyStore } from '../../../study/store.ts';
import { writeSection } from '../../../study/write-section.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import { defaultStudyName } from '../../common/default-study-name.ts';
import type { ClassRecord } from '../one-class/class-record.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ConceptsOptions } from '../options.ts';
import type { GroupedImage, ImageGroups } from '../sources/image-groups.ts';
import type { OpenedSources } from '../sources/open-sources.ts';
import type { SharedClass, SharedLabels } from '../sources/shared-labels.ts';
import { classAccuracy } from './class-accuracy.ts';
import { addClassFiles, arrayPath, classFields, collagesPath } from './class-files.ts';
import { addPictures, imageRows } from './image-rows.ts';
import { joinLayerMaps, joinSweeps } from './join-classes.ts';
import { modelEntries } from './model-entry.ts';
import { type MeasuredClass, type Summarised, summarise } from './summarise.ts';

/** Everything that a study of concepts is made of. */
export interface WrittenConcepts {
  inputsHash: string;
  opened: OpenedSources;
  labels: SharedLabels | null;
  classes: readonly SharedClass[];
  grouped: readonly GroupedImage[];
  groups: ImageGroups;
  skipped: SkippedImage[];
  measured: readonly ClassRecord[];
  factorisations: readonly [FactorisationMethod, FactorisationMethod];
  options: PlainOptions;
  asked: ConceptsOptions;
  encode: ((image: RgbImage) => Promise<Uint8Array>) | undefined;
}

/** Writes the section: tables, arrays and pictures of all classes, and what is said of them together. */
export async function writeConceptsStudy(
  store: StudyStore,
  written: WrittenConcepts,
  task: LongTask,
): Promise<StudyManifest> {
  const { inputsHash, opened, groups, grouped, options, asked } = written;
  const { sources } = opened;
  const files = new Map<string, Uint8Array>();
  const rows = imageRows(written);
  const rowOf = new Map(rows.map(({ place, index }) => [place, index]));
  if (options.pictures) await addPictures(opened, written.encode, rows, files, task);
  files.set('images.jsonl', encodeJsonl(rows.map(({ place: _, ...row }) => row)));
  const classes = groups.groups.map(
    (group, i): MeasuredClass => ({
      group,
      record: written.measured[i]!,
      accuracy: classAccuracy(group, grouped, groups.split) as [number | null, number | null],
    }),
  );
  const summarised = summarise(classes, options);
  for (const { group, record } of classes) addClassFiles(group, record, ARRAYS, rowOf, files);
  files.set('shortlist.jsonl', encodeJsonl(summarised.shortlist));
  const names = sources.map(({ name }) => name);
  const models = modelEntries({
    sources,
    grouped,
    factorisations: written.factorisations,
    leftOut: written.labels?.leftOut,
    warnings: opened.warnings,
    hasImportance: (m) =>
      written.measured.some(({ models: owners }) => owners[m]?.concepts.some(({ importance }) => importance !== null)),
    more: (m) =>
      options.randomNetwork && !hasTwin(written.measured, m as 0 | 1) ? [withoutTwin(sources[m]!.runtime)] : [],
  });
  return writeSection(store, {
    instrument: 'concepts',
    studyName: asked.studyName ?? defaultStudyName(names.map((name) => ({ name }))),
    files,
    describe: (locate) => ({
      inputsHash,
      options: { ...options },
      command: asked.command ?? '',
      images: locate('images.jsonl'),
      imageCount: rows.length,
      skipped: written.skipped,
      sampler: opened.sampler,
      models: models as [ConceptModelEntry, ConceptModelEntry],
      classes: classes.map((one) => classEntry(one, rowOf, summarised, locate)),
      skippedClasses: groups.skipped,
      summary: summarised.summary,
      performance: summarised.performance,
      layerMap: joinLayerMaps(
        written.measured,
        sources.map(({ layers }) => layers.map(({ name }) => name)) as [string[], string[]],
      ),
      sweeps: joinSweeps(written.measured),
      shortlist: locate('shortlist.jsonl'),
      kernelTier: kernelTier(),
    }),
  });
}

const ARRAYS = ['directions', 'coefficients', 'cross', 'self'] as const;

function classEntry(
  { group, record, accuracy }: MeasuredClass,
  rowOf: ReadonlyMap<number, number>,
  { complete }: Summarised,
  locate: (path: string) => string,
): ConceptClassEntry {
  const models = ([0, 1] as const).map((m): OwnedConceptsEntry | null => {
    const owner = record.models[m];
    if (!owner) return null;
    const at = (name: (typeof ARRAYS)[number]): string => locate(arrayPath(group.id, name, m));
    return {
      ...owner,
      directions: at('directions'),
      coefficients: at('coefficients'),
      predicted: { cross: at('cross'), self: at('self') },
      concepts: owner.concepts.map((concept) => complete(group.id, m, concept)),
      collages: locate(collagesPath(group.id, m)),
    };
  });
  return {
    ...classFields(group, rowOf),
    accuracy,
    models: models as ConceptClassEntry['models'],
    warnings: [...group.warnings, ...record.warnings],
  };
}

function withoutTwin(runtime: string | null): string {
  return runtime === null
    ? 'No activations of a network with random weights were given, so that null is missing.'
    : 'No network with random weights could be made of it: its weights are not 32-bit floats in the file.';
}

/** Whether concepts of the other model were predicted from this one with random weights. */
function hasTwin(measured: readonly ClassRecord[], m: 0 | 1): boolean {
  const others = measured.flatMap(({ models }) => models[1 - m]?.concepts ?? []);
  return others.length === 0 || others.some((concept) => concept.null.randomNetwork !== null);
}
