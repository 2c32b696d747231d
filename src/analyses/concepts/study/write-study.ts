import type { SkippedImage } from '../../../activations/model/extract-features.ts';
import type { LongTask } from '../../../base/progress.ts';
import { encodeJsonl } from '../../../formats/jsonl/jsonl.ts';
import { encodeNpy } from '../../../formats/npy/write-npy.ts';
import { kernelTier } from '../../../kernels/shared/wasm-kernel.ts';
import type { FactorisationMethod } from '../../../measures/concepts/factor/factorise.ts';
import type {
  CollageRow,
  ConceptClassEntry,
  ConceptImageRow,
  ConceptModelEntry,
  OwnedConceptsEntry,
} from '../../../study/concepts-section.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import type { StudyStore } from '../../../study/store.ts';
import { writeSection } from '../../../study/write-section.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import { defaultStudyName } from '../../common/default-study-name.ts';
import { modelId } from '../../common/model-id.ts';
import type { ClassRecord } from '../one-class/class-record.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ConceptsOptions } from '../options.ts';
import type { ConceptSource } from '../sources/concept-source.ts';
import type { GroupedImage, ImageGroups } from '../sources/image-groups.ts';
import type { OpenedSources } from '../sources/open-sources.ts';
import type { SharedClass, SharedLabels } from '../sources/shared-labels.ts';
import { classAccuracy } from './class-accuracy.ts';
import { joinLayerMaps, joinSweeps } from './join-classes.ts';
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
  await addPictures(written, rows, files, task);
  files.set('images.jsonl', encodeJsonl(rows.map(({ place: _, ...row }) => row)));
  const classes = groups.groups.map(
    (group, i): MeasuredClass => ({
      group,
      record: written.measured[i]!,
      accuracy: classAccuracy(group, grouped, groups.split),
    }),
  );
  const summarised = summarise(classes, options);
  for (const one of classes) addClassFiles(one, rowOf, files);
  files.set('shortlist.jsonl', encodeJsonl(summarised.shortlist));
  const names = sources.map(({ name }) => name);
  const ids: { id: string }[] = [];
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
      models: sources.map((source, m) => {
        const entry = modelEntry(source, m as 0 | 1, written, modelId(source.name, ids));
        ids.push(entry);
        return entry;
      }) as [ConceptModelEntry, ConceptModelEntry],
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

type PlacedRow = ConceptImageRow & { place: number };

/** The images that any class uses, in the order of the list of all. */
function imageRows({ groups, grouped, opened, classes }: WrittenConcepts): PlacedRow[] {
  const used = new Set(groups.groups.flatMap(({ fit, evaluation }) => [...fit, ...evaluation]));
  const name = (c: number | null): string | null => (c === null || c < 0 ? null : classes[c]!.name);
  return grouped
    .filter(({ index }) => used.has(index))
    .map((image, index) => ({
      place: image.index,
      index,
      name: opened.images[image.index]!.name,
      id: image.id,
      label: opened.images[image.index]!.label ?? null,
      predicted: [name(image.predicted[0] ?? null), name(image.predicted[1] ?? null)],
      split: groups.split.get(image.index)!,
      picture: null,
    }));
}

/** The crops of the images that are evaluated on: those of the fit are never shown. */
async function addPictures(
  { opened, encode, options }: WrittenConcepts,
  rows: readonly PlacedRow[],
  files: Map<string, Uint8Array>,
  { signal, onProgress }: LongTask,
): Promise<void> {
  const { crop } = opened;
  if (!crop || !encode || !options.pictures) return;
  const shown = rows.filter(({ split }) => split === 'evaluation');
  for (const [i, row] of shown.entries()) {
    signal?.throwIfAborted();
    const picture = await crop(row.place);
    if (picture) {
      row.picture = `pictures/${String(row.index).padStart(6, '0')}.png`;
      files.set(row.picture, await encode(picture));
    }
    onProgress?.({ task: 'pictures', done: i + 1, total: shown.length, unit: 'pictures' });
  }
}

const ARRAYS = ['directions', 'coefficients', 'cross', 'self'] as const;

function addClassFiles(
  { group, record }: MeasuredClass,
  rowOf: ReadonlyMap<number, number>,
  files: Map<string, Uint8Array>,
): void {
  record.models.forEach((owner, m) => {
    if (!owner) return;
    for (const name of ARRAYS) {
      const { rows, cols, data } = record.arrays[`${name}-${m}`]!;
      files.set(arrayPath(group.id, m, name), encodeNpy(data as Float32Array<ArrayBuffer>, [rows, cols]));
    }
    const collages = owner.collages.map(
      (row): CollageRow => ({
        ...row,
        patches: row.patches.map((patch) => ({ ...patch, image: rowOf.get(group.evaluation[patch.image]!)! })),
      }),
    );
    files.set(collagesPath(group.id, m), encodeJsonl(collages));
  });
}

const arrayPath = (id: string, m: number, name: (typeof ARRAYS)[number]): string => `classes/${id}/${name}-${m}.npy`;
const collagesPath = (id: string, m: number): string => `classes/${id}/collages-${m}.jsonl`;

function classEntry(
  { group, record, accuracy }: MeasuredClass,
  rowOf: ReadonlyMap<number, number>,
  { complete }: Summarised,
  locate: (path: string) => string,
): ConceptClassEntry {
  const places = (images: readonly number[]): number[] => images.map((place) => rowOf.get(place)!);
  const models = ([0, 1] as const).map((m): OwnedConceptsEntry | null => {
    const owner = record.models[m];
    if (!owner) return null;
    const at = (name: (typeof ARRAYS)[number]): string => locate(arrayPath(group.id, m, name));
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
    id: group.id,
    index: group.index,
    name: group.name,
    wnid: group.wnid,
    fitImages: places(group.fit),
    evaluationImages: places(group.evaluation),
    accuracy,
    models: models as ConceptClassEntry['models'],
    warnings: [...group.warnings, ...record.warnings],
  };
}

function modelEntry(
  source: ConceptSource,
  m: 0 | 1,
  { factorisations, grouped, opened, labels, measured, options }: WrittenConcepts,
  id: string,
): ConceptModelEntry {
  const { name, file, sha256, format, runtime, preprocessing, preprocessingFrom, head } = source;
  const layer = source.layers.at(-1)!;
  const known = grouped.filter(({ label, predicted }) => label >= 0 && predicted[m] !== null);
  const right = known.filter(({ label, predicted }) => predicted[m] === label).length;
  const leftOut = labels?.leftOut[m] ?? 0;
  return {
    id,
    name,
    file,
    sha256,
    format,
    runtime,
    preprocessing,
    preprocessingFrom,
    layer: layer.name,
    channels: layer.channels,
    factorisation: factorisations[m],
    head: { kind: head.head?.kind ?? 'none', reason: head.reason },
    accuracy: known.length > 0 ? right / known.length : null,
    warnings: [
      ...source.warnings,
      ...(m === 0 ? opened.warnings : []),
      ...(head.head?.kind === 'layer-norm-linear'
        ? [
            'In front of a LayerNorm the zero baseline of integrated gradients is degenerate; occlusion stands beside it.',
          ]
        : []),
      ...(options.randomNetwork && !hasTwin(measured, m) ? [withoutTwin(runtime)] : []),
      ...(leftOut > 0 ? [`${leftOut} classes are left out because the other model lacks them.`] : []),
    ],
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
