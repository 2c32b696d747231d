import { UsageError } from '../../../base/errors.ts';
import { sha256Words } from '../../../base/sha256.ts';

/**
 * The images in a random order that depends on their ids and the seed alone: neither on how they were listed, nor on which
 * others there are. Take the first few for a sample; give each class a seed text of its own ("0/cat") for samples that stay
 * the same when only some classes are run.
 *
 * @returns Positions in `ids`.
 * @throws UsageError when an id occurs twice.
 */
export function seededOrder(ids: readonly string[], seed: number | string): number[] {
  if (new Set(ids).size < ids.length) {
    const twice = ids.find((id, i) => ids.indexOf(id) < i);
    throw new UsageError(`The image ${twice} is listed twice; each may be drawn only once.`);
  }
  const keys = ids.map((id) => hashKey(`${seed}\n${id}`));
  return ids.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]! || (ids[a]! < ids[b]! ? -1 : 1));
}

export interface ImageSplit {
  /** Positions of the images for extraction, fit and importance, and of those for evaluation and collages; ascending. */
  fit: number[];
  evaluation: number[];
}

export interface ImageSplitOptions {
  /** Default 0. */
  seed?: number | string;
  /**
   * The groups (classes) that each image is used in. An image stays on one side in all of them, and each group is halved
   * as evenly as that allows: to within one image where no image is in two groups. Default: one group of all.
   */
  groups?: readonly (readonly (number | string)[])[];
}

/**
 * Halves images by a seeded hash of their content ids (SHA-256): going through them in that order, each joins the side
 * that its groups have fewer of, the fit side when both are equal.
 *
 * @throws UsageError when an id occurs twice or there are not as many entries of `groups` as images.
 */
export function splitImages(ids: readonly string[], options: ImageSplitOptions = {}): ImageSplit {
  const { seed = 0, groups } = options;
  if (groups && groups.length !== ids.length)
    throw new UsageError(`The split needs the groups of every image; found ${groups.length} of ${ids.length}.`);
  const lead = new Map<number | string, number>();
  const fit: number[] = [];
  const evaluation: number[] = [];
  for (const i of seededOrder(ids, seed)) {
    const own = groups?.[i] ?? [0];
    const ahead = own.reduce<number>((sum, group) => sum + (lead.get(group) ?? 0), 0);
    const step = ahead <= 0 ? 1 : -1;
    (step > 0 ? fit : evaluation).push(i);
    for (const group of own) lead.set(group, (lead.get(group) ?? 0) + step);
  }
  return { fit: fit.sort((a, b) => a - b), evaluation: evaluation.sort((a, b) => a - b) };
}

/** The first 52 bits of a text's SHA-256. */
function hashKey(text: string): number {
  const [first, second] = sha256Words(text);
  return first * 2 ** 20 + (second >>> 12);
}
