import type { ImageRow } from '../../../study/representations-section.ts';
import type { ImageInput } from '../options.ts';
import type { ImageRole } from '../retrieval-sets.ts';

/** An image as the study lists it. `words` are those of labels that are ids. */
export function imageRow(
  index: number,
  { name, label, group, counts }: ImageInput,
  id: string | null,
  words: ReadonlyMap<string, string>,
  thumbnail: string | undefined,
  role?: ImageRole,
): ImageRow {
  return {
    index,
    name,
    id,
    label: label ?? null,
    labelName: words.get(label ?? '') ?? null,
    group: group ?? null,
    counts: counts ?? null,
    ...(role !== undefined && { role }),
    thumbnail: thumbnail ?? null,
  };
}
