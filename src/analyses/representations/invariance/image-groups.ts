import { UsageError } from '../../../base/errors.ts';
import type { ImageInput } from '../options.ts';

/** An image of a group: views of one thing, such as frames of a video or augmentations of a picture. */
export interface GroupedImage {
  /** Name or content id. */
  image: string;
  group: string;
  /** Where it stands in its group; by default as listed. */
  place?: number;
}

/** A group with its images as indices, in the order of their places. */
export interface ImageGroup {
  name: string;
  members: number[];
}

/**
 * The groups of a list, in the order in which they begin.
 *
 * @param ids Content ids, by which images are known beside their names.
 * @throws UsageError for an image that is not there or listed twice, a group of one image, or fewer than two groups.
 */
export function settleGroups(
  list: readonly GroupedImage[],
  images: readonly Pick<ImageInput, 'name'>[],
  ids: readonly (string | null)[],
): ImageGroup[] {
  const known = new Map<string, number>();
  for (const [i, id] of ids.entries()) if (id !== null && !known.has(id)) known.set(id, i);
  for (const [i, { name }] of images.entries()) known.set(name, i);
  const groups = new Map<string, { index: number; place: number }[]>();
  const groupOf = new Map<number, string>();
  for (const [row, { image, group, place = row }] of list.entries()) {
    const index = known.get(image);
    if (index === undefined)
      throw new UsageError(`groups: none of ${images.length} images has the name or content id ${image}.`, {
        hint: images[0] ? `Images are named as ${images[0].name}.` : 'Name the images with --images.',
      });
    if (groupOf.has(index))
      throw new UsageError(`groups: ${image} is listed twice, in ${groupOf.get(index)} and in ${group}.`);
    groupOf.set(index, group);
    groups.set(group, [...(groups.get(group) ?? []), { index, place }]);
  }
  for (const [name, members] of groups)
    if (members.length < 2)
      throw new UsageError(`groups: ${name} has one image; views are compared within a group, so it takes two.`);
  if (groups.size < 2)
    throw new UsageError(`groups: there ${groups.size === 1 ? 'is one group' : 'are none'}; at least 2 are compared.`);
  return [...groups].map(([name, members]) => ({
    name,
    members: members.sort((a, b) => a.place - b.place).map(({ index }) => index),
  }));
}

/** Groups in batches of `size`; a last one alone joins the batch before it, so that each has something to differ from. */
export function groupBatches(groups: readonly ImageGroup[], size: number): ImageGroup[][] {
  const batches: ImageGroup[][] = [];
  for (let start = 0; start < groups.length; start += size) batches.push(groups.slice(start, start + size));
  if (batches.length > 1 && batches.at(-1)!.length < 2) batches.at(-2)!.push(...batches.pop()!);
  return batches;
}

/** The rows of a batch: the first image of each group, then the second of each, and so on. */
export function rowsOfBatch(batch: readonly ImageGroup[]): { index: number; group: string }[] {
  const longest = Math.max(...batch.map(({ members }) => members.length));
  return Array.from({ length: longest }, (_, place) => place).flatMap((place) =>
    batch.flatMap(({ name, members }) => (place < members.length ? [{ index: members[place]!, group: name }] : [])),
  );
}

/** How many images each batch of a list of groups has. */
export function imagesOfBatches(list: readonly GroupedImage[], size: number): number[] {
  const sizes = new Map<string, number>();
  for (const { group } of list) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const groups = [...sizes].map(([name, count]) => ({ name, members: new Array<number>(count) }));
  return groupBatches(groups, size).map((batch) => batch.reduce((sum, { members }) => sum + members.length, 0));
}
