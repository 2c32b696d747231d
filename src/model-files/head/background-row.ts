import type { ModelFile } from '../model-file.ts';
import { modelFormat } from '../model-formats.ts';
import { hasNoObjectRow } from './head-names.ts';

/** Rows of an ImageNet-1k head with TensorFlow's background row. */
const IMAGENET_WITH_BACKGROUND = 1001;

/**
 * The row that stands for no class, where there is one row more than classes: the last one in DETR and its kin, row 0 in
 * TensorFlow's heads and in any of 1001 rows. A head of another writer with a row too many has no such row: the labels
 * are wrong then.
 *
 * @param isFirst Whether row 0 is background by the custom of the head's family, as in most detectors.
 */
export function backgroundRow(
  file: ModelFile,
  head: string,
  classes: number,
  classCount: number | undefined,
  isFirst = false,
): number | undefined {
  // A family whose first row is background has it whether or not anybody counts the classes.
  if (isFirst && classCount !== classes) return classCount === undefined || classes === classCount + 1 ? 0 : undefined;
  const isOneMore = classCount === undefined ? classes === IMAGENET_WITH_BACKGROUND : classes === classCount + 1;
  if (!isOneMore) return undefined;
  if (hasNoObjectRow(head)) return classes - 1;
  return classes === IMAGENET_WITH_BACKGROUND || isOfTensorFlow(file) ? 0 : undefined;
}

/** By the format, or by what the exporter says of itself (tf2onnx, keras2onnx). */
function isOfTensorFlow(file: ModelFile): boolean {
  const { producer } = file.metadata;
  return (
    modelFormat(file.format).head.backgroundFirst === true ||
    (typeof producer === 'string' && /tf2onnx|keras|tensorflow/i.test(producer))
  );
}
