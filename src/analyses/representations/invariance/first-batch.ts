import { encodeNpy } from '../../../formats/npy/write-npy.ts';
import type { InvarianceResult } from '../../../study/representations-section.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { RepresentationsPlatform } from '../options.ts';
import { smallPicture } from '../study/thumbnails.ts';

/** Bars of the histograms of similarities. */
const BARS = 40;

/** Similarities of views of one thing, and of views of different things. */
export interface Similarities {
  same: number[];
  other: number[];
}

/** A view of the batch that is shown, in the order of its matrices. */
export interface ShownView {
  name: string;
  /** What it is a view of: an image, or a group of them. */
  of: string;
  /** Null where no picture is at hand. */
  picture: RgbImage | null;
}

/** The first batch that was compared, as a figure shows it. */
export interface FirstBatch {
  views: ShownView[];
  /** Similarity of the views, for each layer. */
  layers: { semantic: Matrix64; spatial: Matrix64 }[];
}

type ModelResult = InvarianceResult['models'][number];
type LayerResult = ModelResult['layers'][number];

/** Counts of both kinds of similarity in bars of one width, from the least of all to the greatest. */
export function histogramsOf({ same, other }: Similarities): NonNullable<LayerResult['histograms']>['semantic'] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of [same, other])
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  const width = (high - low) / BARS;
  const count = (values: readonly number[]): number[] => {
    const counts = new Array<number>(BARS).fill(0);
    for (const value of values) counts[width > 0 ? Math.min(BARS - 1, Math.floor((value - low) / width)) : 0]!++;
    return counts;
  };
  return { from: low, width, same: count(same), other: count(other) };
}

/** Small PNGs of the views, as the platform makes them; one that makes none has none. */
export async function picturesOfViews(
  folder: string,
  { views }: FirstBatch,
  { thumbnail }: RepresentationsPlatform,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  if (thumbnail)
    for (const [v, { picture }] of views.entries())
      if (picture) files.set(picturePath(folder, v), await thumbnail(smallPicture(picture)));
  return files;
}

/** The matrices of the batch as files. */
export function matricesOfViews(folder: string, { layers }: FirstBatch): Map<string, Uint8Array> {
  return new Map(
    layers.flatMap(({ semantic, spatial }, l) =>
      [semantic, spatial].map((matrix, s): [string, Uint8Array] => [
        matrixPath(folder, l, s === 0 ? 'semantic' : 'spatial'),
        encodeNpy(Float32Array.from(matrix.data), [matrix.rows, matrix.cols]),
      ]),
    ),
  );
}

/** What the study tells of a model: its layers with the matrices of the batch, and whose views these are. */
export function describeViews(
  { model, layers }: Pick<ModelResult, 'model' | 'layers'>,
  folder: string,
  { views }: FirstBatch,
  files: ReadonlyMap<string, Uint8Array>,
  locate: (path: string) => string,
): ModelResult {
  const placed = (path: string): string | null => (files.has(path) ? locate(path) : null);
  return {
    model,
    layers: layers.map((layer, l) => ({
      ...layer,
      matrices: {
        semantic: locate(matrixPath(folder, l, 'semantic')),
        spatial: locate(matrixPath(folder, l, 'spatial')),
      },
    })),
    views: views.map(({ name, of }, v) => ({ name, of, picture: placed(picturePath(folder, v)) })),
  };
}

function picturePath(folder: string, view: number): string {
  return `views/${folder}/${String(view).padStart(3, '0')}.png`;
}

function matrixPath(folder: string, layer: number, side: string): string {
  return `views/${folder}/l${layer}-${side}.npy`;
}
