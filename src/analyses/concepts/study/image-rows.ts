import type { LongTask } from '../../../base/progress.ts';
import type { ConceptImageRow } from '../../../study/concepts-section.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { ConceptSource } from '../sources/concept-source.ts';
import type { GroupedImage, ImageGroups } from '../sources/image-groups.ts';
import type { OpenedSources } from '../sources/open-sources.ts';
import type { SharedClass } from '../sources/shared-labels.ts';

/** A row of the images table for any number of models, with its place in the list of all images. */
export type PlacedRow = Omit<ConceptImageRow, 'predicted'> & { place: number; predicted: (string | null)[] };

/** What the images table is made of. */
export interface ImagesOfStudy {
  opened: OpenedSources<readonly ConceptSource[]>;
  groups: ImageGroups;
  grouped: readonly GroupedImage[];
  classes: readonly SharedClass[];
}

/** The images that any class uses, in the order of the list of all. */
export function imageRows({ groups, grouped, opened, classes }: ImagesOfStudy): PlacedRow[] {
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
      predicted: image.predicted.map(name),
      split: groups.split.get(image.index)!,
      picture: null,
    }));
}

/** Adds the crops of the images that are evaluated on, as PNG: those of the fit are never shown. */
export async function addPictures(
  { crop }: OpenedSources<readonly ConceptSource[]>,
  encode: ((image: RgbImage) => Promise<Uint8Array>) | undefined,
  rows: readonly PlacedRow[],
  files: Map<string, Uint8Array>,
  { signal, onProgress }: LongTask,
): Promise<void> {
  if (!crop || !encode) return;
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
