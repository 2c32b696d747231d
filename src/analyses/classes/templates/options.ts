import type { Preprocessing } from '../../../activations/images/preprocess.ts';
import type { NamedRuntime } from '../../../activations/runtime/runtime.ts';
import type { ByteSource } from '../../../base/bytes/byte-source.ts';
import type { ClassPicture, PicturesRequest } from '../../common/picture-options.ts';

/**
 * Where class templates other than classifier weights come from: labelled pictures to run the model on, or a file of
 * features that were computed elsewhere.
 */
export type TemplatesRequest = {
  /** The folder or file, as it was named. */
  source: string;
  /** The layer whose mean over the pictures of a class is its template. Default: what the classifier reads. */
  layer?: string;
} & (
  | {
      kind: 'images';
      images: readonly ClassPicture[];
      preprocessing?: Partial<Preprocessing>;
      runtime: () => Promise<NamedRuntime>;
      decode: PicturesRequest['decode'];
    }
  | { kind: 'features'; features: ByteSource }
);
