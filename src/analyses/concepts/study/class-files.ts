import { encodeJsonl } from '../../../formats/jsonl/jsonl.ts';
import { encodeNpy } from '../../../formats/npy/write-npy.ts';
import type { CollageRow } from '../../../study/concepts-section.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import type { ClassGroup } from '../sources/image-groups.ts';

/** What was measured of a class: its arrays, and by model the collages of its concepts, where it has some. */
interface MeasuredFiles {
  arrays: Readonly<Record<string, Matrix32>>;
  models: readonly ({ collages: readonly CollageRow[] } | null)[];
}

/** Where an array of a model's concepts of a class lies in the section. */
export const arrayPath = (id: string, name: string, m: number): string => `classes/${id}/${name}-${m}.npy`;

/** Where the patches of their collages do. */
export const collagesPath = (id: string, m: number): string => `classes/${id}/collages-${m}.jsonl`;

/**
 * Puts the files of a class into a section: the arrays of these names, and collages whose patches are told by their row in
 * the table of images.
 */
export function addClassFiles(
  group: ClassGroup,
  { arrays, models }: MeasuredFiles,
  names: readonly string[],
  rowOf: ReadonlyMap<number, number>,
  files: Map<string, Uint8Array>,
): void {
  models.forEach((owner, m) => {
    if (!owner) return;
    for (const name of names) {
      const { rows, cols, data } = arrays[`${name}-${m}`]!;
      files.set(arrayPath(group.id, name, m), encodeNpy(data, [rows, cols]));
    }
    const collages = owner.collages.map((collage) => ({
      ...collage,
      patches: collage.patches.map((patch) => ({ ...patch, image: rowOf.get(group.evaluation[patch.image]!)! })),
    }));
    files.set(collagesPath(group.id, m), encodeJsonl(collages));
  });
}

/** What a section says of a class itself: its name, and its images as rows of the table of images. */
export function classFields(
  { id, index, name, wnid, fit, evaluation }: ClassGroup,
  rowOf: ReadonlyMap<number, number>,
) {
  const rows = (images: readonly number[]): number[] => images.map((place) => rowOf.get(place)!);
  return { id, index, name, wnid, fitImages: rows(fit), evaluationImages: rows(evaluation) };
}
