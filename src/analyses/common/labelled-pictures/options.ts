import type { Preprocessing } from '../../../activations/images/preprocess.ts';
import type { NamedRuntime } from '../../../activations/runtime/runtime.ts';
import type { ClassPicture, PicturesRequest } from '../picture-options.ts';

/** Labelled pictures to run a model on. */
export interface LabelledPictures {
  /** The folder or list, as it was named. */
  source: string;
  /** The layer whose mean over the pictures of a class is its template. Default: what the classifier reads. */
  layer?: string;
  images: readonly ClassPicture[];
  preprocessing?: Partial<Preprocessing>;
  runtime: () => Promise<NamedRuntime>;
  decode: PicturesRequest['decode'];
}

/** What determines a run on pictures, as far as it is known without reading them, as plain data to hash. */
export function labelledPicturesKey({ source, layer, images, preprocessing }: LabelledPictures) {
  return {
    source,
    layer: layer ?? null,
    preprocessing: preprocessing ?? null,
    images: images.map(({ name, label = null, stamp = null }) => [name, label, stamp]),
  };
}
