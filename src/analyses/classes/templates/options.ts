import type { ByteSource } from '../../../base/bytes/byte-source.ts';
import type { LabelledPictures } from '../../common/labelled-pictures/options.ts';

/**
 * Where class templates other than classifier weights come from: labelled pictures to run the model on, or a file of
 * features that were computed elsewhere.
 */
export type TemplatesRequest =
  | ({ kind: 'images' } & LabelledPictures)
  | {
      kind: 'features';
      /** The file, as it was named. */
      source: string;
      /** The layer whose mean over the samples of a class is its template. Default: the last that is not called logits. */
      layer?: string;
      features: ByteSource;
    };
