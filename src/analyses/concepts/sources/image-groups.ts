import { seededOrder, splitImages } from '../../../measures/concepts/data/image-split.ts';
import type { Join, PlainOptions } from '../option-table.ts';
import type { SharedClass } from './shared-labels.ts';

/** What is known of an image before classes are compared. */
export interface GroupedImage {
  /** Place in the list of all images. */
  index: number;
  /** Content id, of which no two are alike. */
  id: string;
  heldOut: boolean;
  /** Group that was given instead of classes. */
  group: string | null;
  /** Shared class that each model predicts; −1 for another class, null where the model is no classifier. */
  predicted: readonly (number | null)[];
  /** Shared classes that each model says are there: several of a multi-label model, else the predicted one alone. */
  present: readonly (readonly number[] | null)[];
  /** Shared class that it is labelled with, −1 for none. */
  label: number;
}

/** A class with its images, as places in the list of all images, in seeded order. */
export interface ClassGroup {
  /** Unique in the study, used in paths. */
  id: string;
  /** Place among the shared classes; null for a group that was given. */
  index: number | null;
  name: string;
  wnid: string | null;
  fit: number[];
  /** Fit images that concepts are extracted from, for each model those that it predicts as the class. */
  extraction: number[][];
  importance: number[];
  evaluation: number[];
  warnings: string[];
}

export interface ImageGroups {
  groups: ClassGroup[];
  skipped: { name: string; reason: string }[];
  /** Side of each image by its place in the list of all: used where any class has it. */
  split: Map<number, 'fit' | 'evaluation'>;
}

/**
 * Groups images by the class that models predict, halves them, and caps each group; a class left out is told of with its
 * reason. Samples depend on the seed, the class and the images' ids alone, so a run of a few classes gives what a run of
 * all would.
 *
 * @param wanted Places of the classes that were asked for; null for all.
 * @param hasHeldOut Whether images for evaluation were given; else each class is halved.
 */
export function groupImages(
  images: readonly GroupedImage[],
  classes: readonly SharedClass[] | null,
  wanted: readonly number[] | null,
  options: PlainOptions,
  hasHeldOut: boolean,
): ImageGroups {
  const keysOf = images.map((image) => groupKeys(image, options.join));
  const split = splitSides(images, keysOf, options.seed, hasHeldOut);
  const members = new Map<string, GroupedImage[]>();
  images.forEach((image, i) => {
    for (const key of keysOf[i]!) {
      const list = members.get(key) ?? [];
      list.push(image);
      members.set(key, list);
    }
  });
  const result: ImageGroups = { groups: [], skipped: [], split };
  for (const { key, index, name, wnid } of listGroups(images, classes, wanted)) {
    const own = members.get(key) ?? [];
    const made = capped(own, index, split, `${options.seed}/${key}`, options);
    const reason = shortfall(own.length, made, options);
    if (reason !== null) {
      result.skipped.push({ name, reason });
      continue;
    }
    const id = index === null ? `g-${slug(name)}` : `c${String(index).padStart(4, '0')}-${slug(name)}`;
    result.groups.push({ id: unique(id, result.groups), index, name, wnid, ...made });
  }
  return result;
}

/** The groups that an image belongs to: the one given, the classes predicted, or without a classifier its label. */
function groupKeys({ group, present, label }: GroupedImage, join: Join): string[] {
  if (group !== null) return [`g:${group}`];
  const known = present.filter((some) => some !== null);
  if (known.length === 0) return label >= 0 ? [`c:${label}`] : [];
  // A model that is no classifier takes the word of the first that is.
  const [first, second] = [present[0] ?? known[0]!, present[1] ?? known[0]!];
  const chosen = {
    first,
    second,
    union: known.flat(),
    intersection: first.filter((c) => known.every((some) => some.includes(c))),
  }[join];
  return [...new Set(chosen)].map((c) => `c:${c}`);
}

function splitSides(
  images: readonly GroupedImage[],
  keys: readonly string[][],
  seed: number,
  hasHeldOut: boolean,
): Map<number, 'fit' | 'evaluation'> {
  const sides = new Map<number, 'fit' | 'evaluation'>();
  if (hasHeldOut) {
    for (const { index, heldOut } of images) sides.set(index, heldOut ? 'evaluation' : 'fit');
    return sides;
  }
  const { fit, evaluation } = splitImages(
    images.map(({ id }) => id),
    { seed, groups: keys },
  );
  for (const i of fit) sides.set(images[i]!.index, 'fit');
  for (const i of evaluation) sides.set(images[i]!.index, 'evaluation');
  return sides;
}

function listGroups(
  images: readonly GroupedImage[],
  classes: readonly SharedClass[] | null,
  wanted: readonly number[] | null,
): { key: string; index: number | null; name: string; wnid: string | null }[] {
  const given = [...new Set(images.flatMap(({ group }) => group ?? []))].sort();
  if (given.length > 0) return given.map((name) => ({ key: `g:${name}`, index: null, name, wnid: null }));
  return (wanted ?? classes?.map((_, c) => c) ?? []).map((c) => ({ key: `c:${c}`, index: c, ...classes![c]! }));
}

type Capped = Pick<ClassGroup, 'fit' | 'extraction' | 'importance' | 'evaluation' | 'warnings'>;

function capped(
  own: readonly GroupedImage[],
  index: number | null,
  split: ReadonlyMap<number, 'fit' | 'evaluation'>,
  seed: string,
  options: PlainOptions,
): Capped {
  const warnings: string[] = [];
  const order = seededOrder(
    own.map(({ id }) => id),
    seed,
  ).map((i) => own[i]!);
  const side = (name: 'fit' | 'evaluation', most: number, what: string): GroupedImage[] => {
    const all = order.filter((image) => split.get(image.index) === name);
    if (all.length > most) warnings.push(`${most} of ${all.length} images were taken for ${what}.`);
    return all.slice(0, most);
  };
  const fit = side('fit', options.fitImages, 'the fit');
  const evaluation = side('evaluation', options.evaluationImages, 'evaluation');
  const places = (some: readonly GroupedImage[]): number[] => some.map((image) => image.index);
  const extraction = (own[0]?.present ?? []).map((_, m) => {
    // A model that is no classifier takes part with what the others, or the labels, call the class.
    const theirs = fit.filter(({ present }) => index === null || (present[m]?.includes(index) ?? true));
    return places(theirs.slice(0, options.extractionImages));
  });
  return {
    fit: places(fit),
    extraction,
    importance: places(fit.slice(0, options.importanceImages)),
    evaluation: places(evaluation),
    warnings,
  };
}

function shortfall(all: number, { fit, evaluation }: Capped, options: PlainOptions): string | null {
  if (all === 0) return 'no image is predicted as it';
  if (all === 1) return 'there is one image only; concepts need several to be compared';
  if (fit.length < options.minFitImages)
    return `there are ${fit.length} images for the fit, fewer than ${options.minFitImages}`;
  if (evaluation.length < options.minEvaluationImages)
    return `there are ${evaluation.length} images for evaluation, fewer than ${options.minEvaluationImages}`;
  return null;
}

function slug(name: string): string {
  const plain = name
    .split(',')[0]!
    .normalize('NFKD')
    .replace(/[^\w]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase();
  return plain.slice(0, 40) || 'class';
}

function unique(id: string, others: readonly { id: string }[]): string {
  let made = id;
  for (let k = 2; others.some((other) => other.id === made); k++) made = `${id}-${k}`;
  return made;
}
