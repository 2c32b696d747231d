import { conceptCollage } from '../../../measures/concepts/report/collage.ts';
import type { CollageRow } from '../../../study/concepts-section.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';

/** A collage's patch before it is known which row of the images table it is of: `image` is the place among the class's. */
export function classCollages(real: Matrix64, predicted: Matrix64, perImage: number, count: number): CollageRow[] {
  return Array.from({ length: real.cols }, (_, concept) => {
    const chosen = conceptCollage(real, predicted, concept, { perImage, count });
    return (['top', 'under', 'over'] as const).map(
      (kind): CollageRow => ({
        concept,
        kind,
        patches: chosen[kind].map((row) => ({
          row,
          image: Math.floor(row / perImage),
          patch: row % perImage,
          real: real.data[row * real.cols + concept]!,
          predicted: predicted.data[row * real.cols + concept]!,
        })),
      }),
    );
  }).flat();
}
