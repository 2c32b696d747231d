import type { SkippedImage } from '../../../activations/model/extract-features.ts';
import type { LongTask } from '../../../base/progress.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import type { OpenedInput } from '../../common/opened-input.ts';
import type { PlannedLayer } from './choose-layers.ts';

/** The features of a run of images. */
export interface FeatureBlock {
  /** Index of each image that is in the block, in the list of all images. */
  indices: number[];
  skipped: SkippedImage[];
  /** For each planned layer images × positions × channels, tokens before the patches included. */
  layers: Float32Array[];
  /** Images × classes; null without outputs. */
  logits: Tensor | null;
}

/** Something that gives features of images: a model that runs, or a file of features. */
export interface FeatureProvider extends OpenedInput {
  layers: PlannedLayer[];
  logits: string | null;
  /** Features of images `start` to `end` of the list. */
  block(
    start: number,
    end: number,
    task: LongTask & { onPicture?: (index: number, image: RgbImage) => Promise<void> },
  ): Promise<FeatureBlock>;
  close(): Promise<void>;
}
