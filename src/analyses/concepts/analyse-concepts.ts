import { IncomparableError, UsageError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import { readManifest } from '../../study/read-study.ts';
import { type StudyPlace, type StudyStore, storeAt, whileLocked } from '../../study/store.ts';
import { isComplete } from '../../study/write-section.ts';
import { readImages } from '../common/read-images.ts';
import { workArea } from '../common/work-area.ts';
import { hashConceptInputs } from './inputs-hash.ts';
import { classJobs } from './one-class/class-jobs.ts';
import { plainOptions } from './option-table.ts';
import type { ConceptImageInput, ConceptModelInput, ConceptsOptions, ConceptsPlatform } from './options.ts';
import { settleFactorisations } from './settle-factorisations.ts';
import { type GroupedImage, groupImages } from './sources/image-groups.ts';
import { openSources, readableImages } from './sources/open-sources.ts';
import { predictImages } from './sources/predict-images.ts';
import { classesOfLabels, namedClasses, shareLabels } from './sources/shared-labels.ts';
import { writeConceptsStudy } from './study/write-study.ts';

/** What `analyseConcepts` gives back: the manifest of the study and whether it was already there. */
export interface ConceptsResult {
  manifest: StudyManifest;
  /** Where the study is. */
  store: StudyStore;
  /** True when the store already held this very study and nothing was computed. */
  reused: boolean;
}

const PICTURE_MEMORY = 512 * 2 ** 20;

/**
 * The concepts instrument (RSVC, Kondapaneni et al. 2025): which visual concepts one network uses for a class and the
 * other does not represent, and whether they matter to its decision; class by class, in both directions, written to a
 * study. Runs in Node and in browsers. Images that cannot be read are left out and reported by name. Finished classes are
 * kept beside the study while the work goes on, so that an interrupted analysis continues with the next class and ends
 * with the same bytes.
 *
 * @param inputs Two models that run, or two files of activations of the same patches.
 * @param given All images; where both inputs are files, the pictures that their rows are of, found by id, or none.
 * @throws MissingRuntimeError where a model must run and nothing runs it; UnsupportedError and FormatError on files;
 *   IncomparableError when label sets or images differ, or no class can be compared; UsageError on options; the signal's
 *   reason when aborted.
 */
export async function analyseConcepts(
  inputs: readonly [ConceptModelInput, ConceptModelInput],
  given: readonly ConceptImageInput[],
  options: ConceptsOptions,
  place: StudyPlace,
  platform: ConceptsPlatform = {},
  task: LongTask = {},
): Promise<ConceptsResult> {
  const { pictureMemory = PICTURE_MEMORY, command: _c, studyName: _s, ...determining } = options;
  const plain = plainOptions(determining);
  const { images, ids } = await readImages(given, task);
  const inputsHash = await hashConceptInputs(inputs, images, ids, plain);
  const store = await storeAt(place, { hash: inputsHash, images: ids });
  return whileLocked(store, async () => {
    const existing = await readManifest(store).catch(() => undefined);
    if (existing?.instruments.concepts?.inputsHash === inputsHash && (await isComplete(store, existing)))
      return { manifest: existing, store, reused: true };

    const work = workArea(store, 'concepts', inputsHash);
    const opened = await openSources(inputs, images, ids, { ...plain, pictureMemory }, platform);
    try {
      const { sources } = opened;
      const labels = shareLabels(sources, plain.shared);
      const { readable, skipped } = await readableImages(opened, task);
      const factorisations = await settleFactorisations(inputs, sources, readable, plain.nComponents);
      const columns = [
        await predictImages(sources[0], readable, work, 'm0', task),
        await predictImages(sources[1], readable, work, 'm1', task),
      ] as const;
      const labelled = classesOfLabels(
        readable.map((index) => opened.images[index]!.label),
        labels?.classes ?? labelNames(opened.images),
      );
      const classes = labels?.classes ?? labelNames(opened.images);
      const grouped = readable.map((index, i): GroupedImage => {
        const { heldOut = false, conceptGroup = null } = opened.images[index]!;
        const predicted = ([0, 1] as const).map((m) =>
          columns[m] ? (labels!.ofColumn[m]![columns[m][i]!] ?? -1) : null,
        ) as [number | null, number | null];
        return {
          index,
          id: opened.ids[index] ?? String(index),
          heldOut,
          group: conceptGroup,
          predicted,
          label: labelled[i]!,
        };
      });
      if (classes.length === 0 && grouped.every(({ group }) => group === null))
        throw new UsageError(
          'Neither model is a classifier, and the images have no labels: there are no classes to compare.',
          {
            hint: 'Put the images into a folder for each class, or make one group of them with --group NAME=DIR.',
          },
        );
      const wanted = plain.classes && namedClasses(plain.classes, classes);
      const groups = groupImages(
        grouped,
        classes,
        wanted,
        plain,
        opened.images.some(({ heldOut }) => heldOut),
      );
      if (groups.groups.length === 0) {
        const [first] = groups.skipped;
        throw new IncomparableError(
          `None of ${groups.skipped.length} ${groups.skipped.length === 1 ? 'class' : 'classes'} can be compared on ${readable.length} ${readable.length === 1 ? 'image' : 'images'}${first ? `; ${first.name}: ${first.reason}` : ''}.`,
          {
            hint: 'Give more images that the models know, compare them as one group with --group NAME=DIR, or lower --min-fit and --min-evaluation.',
          },
        );
      }
      const measured = await classJobs(
        {
          groups: groups.groups,
          grouped,
          columns: byImage(readable, columns),
          sources,
          sampler: opened.sampler,
          labels,
          factorisations,
          options: plain,
          work,
        },
        task,
      );
      const manifest = await writeConceptsStudy(
        store,
        {
          inputsHash,
          opened,
          labels,
          grouped,
          classes,
          groups,
          skipped,
          measured,
          factorisations,
          options: plain,
          asked: options,
          encode: platform.encode,
        },
        task,
      );
      await work.clear();
      return { manifest, store, reused: false };
    } finally {
      await opened.close();
    }
  });
}

/** Without a classifier the labels of the images are the classes. */
function labelNames(images: readonly ConceptImageInput[]): { name: string; wnid: string | null }[] {
  const names = [...new Set(images.flatMap(({ label }) => label ?? []))].sort();
  return names.map((name) => ({ name, wnid: /^n\d{8}$/.test(name) ? name : null }));
}

/** The column that each model predicts, by the image's place in the list of all. */
function byImage(
  readable: readonly number[],
  columns: readonly [Int32Array | null, Int32Array | null],
): [Map<number, number> | null, Map<number, number> | null] {
  return columns.map((some) => some && new Map(readable.map((index, i) => [index, some[i]!]))) as [
    Map<number, number> | null,
    Map<number, number> | null,
  ];
}
