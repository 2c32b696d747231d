import type { SkippedImage } from '../../activations/model/extract-features.ts';
import { IncomparableError, UsageError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import type { FactorisationMethod } from '../../measures/concepts/factor/factorise.ts';
import type { WorkArea } from '../common/work-area.ts';
import type { PlainOptions } from './option-table.ts';
import type { ConceptImageInput, ConceptModelInput } from './options.ts';
import { settleFactorisations } from './settle-factorisations.ts';
import type { ConceptSource } from './sources/concept-source.ts';
import { type GroupedImage, groupImages, type ImageGroups } from './sources/image-groups.ts';
import { type OpenedSources, readableImages } from './sources/open-sources.ts';
import { type Predictions, predictImages } from './sources/predict-images.ts';
import {
  classesOfLabels,
  namedClasses,
  type SharedClass,
  type SharedLabels,
  shareLabels,
} from './sources/shared-labels.ts';

/** The classes that are compared with their images, and what is known of images and models before any is. */
export interface PreparedClasses {
  labels: SharedLabels | null;
  classes: readonly SharedClass[];
  grouped: GroupedImage[];
  groups: ImageGroups;
  /** For each model: the column of its logits that an image scores highest in, by the image's place in the list of all. */
  columns: (ReadonlyMap<number, number> | null)[];
  factorisations: FactorisationMethod[];
  skipped: SkippedImage[];
}

/**
 * Predicts all images with each model and groups them by class.
 *
 * @throws IncomparableError when label sets differ, or no class can be compared; UsageError on classes and factorisations.
 */
export async function prepareClasses(
  opened: OpenedSources<readonly ConceptSource[]>,
  inputs: readonly ConceptModelInput[],
  options: PlainOptions,
  work: WorkArea,
  task: LongTask,
): Promise<PreparedClasses> {
  const { sources } = opened;
  const labels = shareLabels(sources, options.shared);
  const { readable, skipped } = await readableImages(opened, task);
  const factorisations = await settleFactorisations(inputs, sources, readable, options.nComponents);
  const answers: (Predictions | null)[] = [];
  for (const [m, source] of sources.entries()) answers.push(await predictImages(source, readable, work, `m${m}`, task));
  const classes = labels?.classes ?? labelNames(opened.images);
  const labelled = classesOfLabels(
    readable.map((index) => opened.images[index]!.label),
    classes,
  );
  const grouped = readable.map((index, i): GroupedImage => {
    const { heldOut = false, conceptGroup = null } = opened.images[index]!;
    return {
      index,
      id: opened.ids[index] ?? String(index),
      heldOut,
      group: conceptGroup,
      predicted: answers.map((some, m) => {
        if (!some) return null;
        // A multi-label model may say that nothing is there.
        return some.present[i]!.length > 0 ? (labels!.ofColumn[m]![some.best[i]!] ?? -1) : -1;
      }),
      present: answers.map(
        (some, m) => some && some.present[i]!.map((column) => labels!.ofColumn[m]![column] ?? -1).filter((c) => c >= 0),
      ),
      label: labelled[i]!,
    };
  });
  if (classes.length === 0 && grouped.every(({ group }) => group === null))
    throw new UsageError(
      `${sources.length > 2 ? 'No model is' : 'Neither model is'} a classifier, and the images have no labels: there are no classes to compare.`,
      {
        hint: 'Put the images into a folder for each class, or make one group of them with --group NAME=DIR.',
      },
    );
  const groups = groupImages(
    grouped,
    classes,
    options.classes && namedClasses(options.classes, classes),
    options,
    opened.images.some(({ heldOut }) => heldOut),
  );
  requireGroups(groups, readable.length);
  return {
    labels,
    classes,
    grouped,
    groups,
    columns: answers.map((some) => some && new Map(readable.map((index, i) => [index, some.best[i]!]))),
    factorisations,
    skipped,
  };
}

function requireGroups({ groups, skipped }: ImageGroups, images: number): void {
  if (groups.length > 0) return;
  const [first] = skipped;
  throw new IncomparableError(
    `None of ${skipped.length} ${skipped.length === 1 ? 'class' : 'classes'} can be compared on ${images} ${images === 1 ? 'image' : 'images'}${first ? `; ${first.name}: ${first.reason}` : ''}.`,
    {
      hint: 'Give more images that the models know, compare them as one group with --group NAME=DIR, or lower --min-fit and --min-evaluation.',
    },
  );
}

/** Without a classifier the labels of the images are the classes. */
function labelNames(images: readonly ConceptImageInput[]): SharedClass[] {
  const names = [...new Set(images.flatMap(({ label }) => label ?? []))].sort();
  return names.map((name) => ({ name, wnid: /^n\d{8}$/.test(name) ? name : null }));
}
